// What answers keep, in a real kernel and on disk.
import { expect, test } from "bun:test";
import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keepRules } from "./answers.ts";
import { harness, said } from "./testing/probes.ts";

test("answers > session holds for the session, always for good", async () => {
  await using kernel = await harness({ answers: ["session", "always", "no"] });
  expect(await said(kernel, "bash", { command: "npm test" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "npm test" })).toBe("ran");
  expect(kernel.questions.map((question) => question.rules)).toEqual([["bash(npm test)"]]);
  const other = await kernel.host.open({});
  await other.submit({ text: "hi" });
  await other.close();
  expect(await said(kernel, "bash", { command: "npm run lint" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "npm run lint" })).toBe("ran");
  expect(kernel.questions).toHaveLength(2);
  expect(await said(kernel, "bash", { command: "npm run lint -p" })).toBe("tool 'bash' denied by the user");
  const path = join(kernel.home, "settings.json");
  while (!(await readFile(path, "utf8")).includes("npm run lint")) await Bun.sleep(5);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ permissions: { allow: ["bash(npm run lint)"] } });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("keepRules > comments, order and links stay; a rule is added once; a broken file is left alone", async () => {
  await using kernel = await harness();
  const path = join(kernel.home, "settings.json");
  const real = join(kernel.home, "dotfiles.json");
  await writeFile(real, '{\n  // mine\n  "model": "x",\n  "permissions": {\n    "allow": [\n      "Read", // always\n    ],\n  },\n}\n');
  await Bun.file(path).delete();
  await symlink(real, path);
  await keepRules(kernel.home, ["Bash(ls)", "Read", "Bash(ls)"]);
  await keepRules(kernel.home, ["Bash(ls)"]);
  const text = await readFile(real, "utf8");
  expect(text).toContain("// mine");
  expect(text).toContain("// always");
  expect(Bun.JSONC.parse(text)).toEqual({ model: "x", permissions: { allow: ["Read", "Bash(ls)"] } });
  for (const broken of ['{ "permissions": ', '{ "permissions": { "allow": {} } }', "[]"]) {
    await writeFile(real, broken);
    await expect(keepRules(kernel.home, ["Bash(ls)"])).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
    expect(await readFile(real, "utf8")).toBe(broken);
  }
  const fresh = join(kernel.home, "none", "yet");
  await keepRules(fresh, ["Bash(ls)"]);
  expect(JSON.parse(await readFile(join(fresh, "settings.json"), "utf8"))).toEqual({ permissions: { allow: ["Bash(ls)"] } });
  expect((await stat(fresh)).mode & 0o777).toBe(0o700);
});
