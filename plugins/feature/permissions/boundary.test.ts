// The rules at the workspace's boundary, over command lines and in searches, in a real kernel with real files.
import { expect, test } from "bun:test";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Block, Json } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import { harness, MODES, said } from "./testing/probes.ts";

test.each(["read-only", "workspace-write"] as const)("permit > a bare rule covers what is inside, only a pattern what is not (%s)", async (mode) => {
  const outside = { allow: ["Read", "Write", "Edit(**)"] };
  await using kernel = await harness({ mode, config: { permissions: outside } });
  const root = dirname(kernel.workspace);
  await symlink(root, join(kernel.workspace, "link"));
  expect(await said(kernel, "write_file", { path: "new" })).toBe("ran");
  for (const path of ["../new", "link/new", join(root, "new")])
    expect(await said(kernel, "write_file", { path })).toContain("is outside the workspace");
  expect(await said(kernel, "read_file", { path: "../home/settings.json" })).toContain("is outside the workspace");

  await using flagged = await harness({ mode, options: { allowedTools: ["Write", `Read(/${root}/**)`] } });
  expect(await said(flagged, "write_file", { path: "../new" })).toContain("is outside the workspace");
  await using named = await harness({ mode, config: { permissions: { allow: [`Write(/${root}/other/**)`] } } });
  expect(await said(named, "write_file", { path: join(root, "other", "x") })).toBe("ran");
});

test("permit > a path that leads nowhere is told as what it is", async () => {
  await using kernel = await harness({ config: { permissions: { deny: ["Read(./secret/**)"] } } });
  await symlink("loop", join(kernel.workspace, "loop"));
  expect(await said(kernel, "read_file", { path: "loop/x" })).toBe("loop/x goes through too many symbolic links, perhaps in a circle.");
  expect(await said(kernel, "read_file", { path: "a\0b" })).toBe('"a\\u0000b" is no path.');
  expect(await said(kernel, "write_file", { path: "x".repeat(300) })).toMatch(/^x+ could not be found: the name is too long\.$|^ran$/);
});

test("permit > rules about files hold for the files of command lines", async () => {
  const permissions = { deny: ["Read(./secret/**)", "Edit(*.lock)"], ask: ["Read(./ask/**)"], allow: ["Edit(./out/**)", "Bash(make *)"] };
  await using kernel = await harness({
    mode: "read-only",
    config: { permissions },
    files: { "secret/key": "k", "a.txt": "a", "ask/x": "", "sub/z": "" },
  });
  await symlink("../secret", join(kernel.workspace, "sub", "innocent"));
  const line = (command: string) => said(kernel, "bash", { command });
  expect(await line("cat a.txt; ls; find . -name '*.ts'")).toBe("ran");
  for (const command of ["cat secret/key", "cat sub/innocent/key", "head < secret/key", "cd secret && cat k*", "cat a.txt secret/*"])
    expect(await line(command)).toBe("Permission to use bash has been denied by rule 'Read(./secret/**)'");
  expect(await line("echo x > bun.lock")).toContain("denied by rule 'Edit(*.lock)'");
  expect(await line("cat ask/x")).toContain("rule 'Read(./ask/**)' asks for it");
  expect(await line("grep -r x .")).toContain("rule 'Read(./secret/**)': it may read what this rule keeps back");
  expect(await line("grep -r x sub")).toBe("ran");
  expect(await line("make all > out/log")).toBe("ran");
  expect(await line("make all > log")).toContain("current mode is read-only:\n  > log  (it writes ");
});

test("permit > what may touch a deny rule is asked about, but never where the mode refuses it", async () => {
  const permissions = { deny: ["Bash(rm *)"] };
  await using danger = await harness({ mode: "danger-full-access", config: { permissions } });
  expect(await said(danger, "bash", { command: "$x y" })).toContain("only running it would tell whether this rule concerns it");
  expect(await said(danger, "bash", { command: "make $x" })).toBe("ran");
  await using reading = await harness({ mode: "read-only", config: { permissions }, answers: ["yes"] });
  expect(await said(reading, "bash", { command: "$x y" })).toContain("current mode is read-only");
  expect(reading.questions).toEqual([]);
});

test("permit > the question shows only the parts that need it, whole and unmistakable, and what would be saved for each", async () => {
  await using kernel = await harness({ answers: [], config: { permissions: { allow: ["Bash(npm test *)"] } }, files: { "a.txt": "" } });
  await kernel.call("bash", { command: "cat a.txt && npm test | tail -3 && npm publish --tag 'a b' > ../log; touch x" });
  const [question] = kernel.questions;
  const root = dirname(kernel.workspace);
  expect(question?.text).toBe(
    [
      "tool 'bash' requires approval to escalate from workspace-write to danger-full-access:",
      "  npm publish --tag 'a b'  (npm is not known to only read)",
      `  > ../log  ('${root}/log' is outside the workspace)`,
    ].join("\n"),
  );
  expect(question?.rules).toEqual(["bash(npm publish --tag 'a b')", `Edit(/${root}/log)`]);
  await kernel.call("bash", { command: "ls; rm \u202eb" });
  expect(kernel.questions[1]?.text).toContain("ls; rm \\u{202e}b  (it holds characters that cannot be seen)");
  expect(kernel.questions[1]?.rules).toBeUndefined();
  await kernel.call("bash", { command: 'npm publish "$x"' });
  expect(kernel.questions[2]?.rules).toBeUndefined();
});

test("permit > rules saved for the parts of a line let that very line run", async () => {
  await using kernel = await harness({ answers: ["session"] });
  const line = { command: "npm publish --tag 'a b' \"c*d\" > ../log; node -e 'x\\\\'" };
  expect(await said(kernel, "bash", line)).toBe("ran");
  expect(await said(kernel, "bash", line)).toBe("ran");
  expect(kernel.questions).toHaveLength(1);
  expect(await said(kernel, "bash", { command: "npm publish --tag 'a b' \"cxd\"" })).toContain("denied by the user");
});

test("settings > a name that no tool has is said with file, line and what was probably meant", async () => {
  const files = { ".git/HEAD": "", ".claw/settings.json": '{\n\n  "permissions": {\n    "deny": ["Raed(./x)"], "allow": "no list"\n  }\n}' };
  await using kernel = await harness({ config: { permissions: { allow: ["Bsh(ls)", "LS", "mcp__x__y"] } }, files });
  expect(await kernel.submit("hi")).toEqual({ kind: "completed" });
  await kernel.submit("again");
  const notices = kernel.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  expect(notices).toEqual([
    expect.stringMatching(/settings\.json:1: permissions\.allow: no tool is named as in "Bsh\(ls\)"\. Did you mean "bash"\?$/),
    expect.stringMatching(/\.claw\/settings\.json:4: permissions\.allow: .*\(left out: nobody has trusted this folder\)$/),
  ]);
});

test("settings > additionalDirectories of trusted layers count as the workspace; flags must name folders", async () => {
  const files = { ".git/HEAD": "", ".claw/settings.json": JSON.stringify({ permissions: { additionalDirectories: ["../theirs"] } }) };
  const open = async (options: HarnessOptions["options"] = {}): Promise<Harness> => {
    const kernel = await harness({
      config: { permissions: { additionalDirectories: ["../mine", "~/none", "../workspace/file"] } },
      files: { ...files, file: "" },
      options,
    });
    for (const name of ["mine", "theirs"]) await mkdir(join(dirname(kernel.workspace), name));
    return kernel;
  };
  await using kernel = await open();
  expect(await said(kernel, "write_file", { path: "../mine/x" })).toBe("ran");
  expect(await said(kernel, "bash", { command: "touch ../mine/y && cd ../mine && ls" })).toBe("ran");
  expect(await said(kernel, "write_file", { path: "../theirs/x" })).toContain("is outside the workspace");
  await using trusting = await open({ trust: true });
  expect(await said(trusting, "write_file", { path: "../theirs/x" })).toBe("ran");
  for (const [folder, what] of [
    ["nowhere", "there is no folder"],
    ["file", "it is no folder:"],
    ["", "there is no folder"],
  ] as const) {
    await using wrong = await open({ "add-dir": [folder] });
    expect(await wrong.submit("hi")).toMatchObject({
      kind: "failed",
      error: { code: "CLAW_USAGE", message: expect.stringContaining(`--add-dir: ${what}`) as string },
    });
  }
});

test("searches > leave out what only a narrower deny rule names, whatever it is called", async () => {
  const files = { "secret/key": "needle", "a.txt": "needle", "deep/.env": "needle", "deep/b.txt": "needle" };
  const search = [
    "tool/glob-search",
    "tool/grep-search",
    "feature/tree",
    "feature/processes",
    "feature/permissions",
    "feature/workspace",
    "feature/shell",
    ...MODES,
  ];
  await using kernel = await createHarness({
    plugins: search,
    config: { permissionMode: "read-only", permissions: { deny: ["Read(./secret/**)", "Read(.env)"] } },
    files,
  });
  await symlink("../secret/key", join(kernel.workspace, "deep", "innocent"));
  const found = async (tool: string, input: Json): Promise<string[]> => {
    const { content } = await kernel.call(tool, input);
    return content
      .map((block: Block) => (block.type === "text" ? block.text : ""))
      .join("")
      .split("\n")
      .sort();
  };
  expect(await found("glob_search", { pattern: "**/*" })).toEqual(["a.txt", "deep/b.txt"]);
  expect(await found("grep_search", { pattern: "needle" })).toEqual(["a.txt", "deep/b.txt"]);
  expect(await found("grep_search", { pattern: "needle", output_mode: "content" })).toEqual(["a.txt:1:needle", "deep/b.txt:1:needle"]);
  expect((await found("glob_search", { pattern: "deep/.env" }))[0]).toContain("No files match");
  await writeFile(join(kernel.workspace, "c.txt"), "needle");
  expect(await found("glob_search", { pattern: "*.txt" })).toEqual(["a.txt", "c.txt"]);
});
