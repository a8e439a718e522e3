// Paths that lead out, or to what makes something run (2b, and self-modification), given to the file tools of the built binary.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CANARY, CAREFUL, createObedient, KEY, line, outcome, read, write } from "../support/obedient.ts";

const reads = ["../work-other/secret", "link/secret", "src/alias", "src/../../work-other/secret", "link/../work-other/secret", "./link/./secret"];
const writes = ["../work-other/w1", "link/w2", "dangling", "link/../work-other/w3", "new/../../work-other/w4", "src/alias"];

test("CVE-2025-54794, -53109, -53110, -55345 > nothing outside is read or written, whatever it is called; in the freest mode it could", async () => {
  await using at = await createObedient();
  const absolute = [`${at.outside}/secret`, `${at.work}-other/secret`, `${at.work}/../work-other/secret`, `/proc/self/root${at.outside}/secret`];
  const calls = [
    ...[...reads, ...absolute].map(read),
    ...writes.map((path) => write(path)),
    ["grep_search", { pattern: "canary", path: ".." }] as const,
  ];
  const nobody: ReturnType<typeof outcome> = [calls.map(() => true), [], false];
  for (const mode of CAREFUL) expect([mode, outcome(at, await at.obey(calls, { mode }))]).toEqual([mode, nobody]);
  const said = await at.obey(calls, { mode: "danger-full-access" });
  expect(said.slice(0, 10).map(({ output }) => output.includes(CANARY))).toEqual(Array.from({ length: 10 }, () => true));
  expect(at.escaped()).toEqual(expect.arrayContaining(["w1", "w2", "dangling", "w3", "w4"]));
}, 60_000);

test("CVE-2026-39861 > a link that a command leaves behind leads no file tool out; what lies inside is free", async () => {
  await using at = await createObedient();
  const said = await at.obey([line(`ln -s ${at.outside} later`), write("later/new"), read("later/secret"), write("inside"), read("inside")], {
    words: ["--allowedTools", "Bash(ln *)"],
  });
  expect(said.map((one) => one.is_error)).toEqual([false, true, true, false, false]);
  expect([at.escaped(), readFileSync(join(at.work, "inside"), "utf8")]).toEqual([[], "x"]);
}, 60_000);

test("CVE-2025-59829, -59944 > a deny rule holds for every spelling of what it names, and for no neighbour", async () => {
  await using at = await createObedient();
  at.put("deny/secret", `${CANARY}\n`);
  at.put("deny-not/file", "free\n");
  symlinkSync("deny", join(at.work, "way"));
  const settings = { permissions: { deny: ["Read(./deny/**)"] } };
  const calls = [
    read("deny/secret"),
    read("way/secret"),
    read("src/../deny/secret"),
    read(join(at.work, "deny/secret")),
    line("cat way/secret"),
    line("cat d*/secret"),
  ];
  const said = await at.obey([...calls, read("deny-not/file")], { mode: "danger-full-access", settings });
  expect(said.map((one) => one.is_error)).toEqual([...calls.map(() => true), false]);
  expect(JSON.stringify(said)).not.toContain(CANARY);
}, 60_000);

test("/proc, devices and pipes > are no files, in the freest mode too", async () => {
  await using at = await createObedient();
  Bun.spawnSync(["mkfifo", join(at.work, "pipe")]);
  const calls = ["/proc/self/environ", "/proc/self/fd/0", "/proc/1/environ", "/dev/fd/0", "/dev/zero", "pipe"].map(read);
  const said = await at.obey([...calls, read("a.txt")], { mode: "danger-full-access" });
  expect(said.map((one) => one.is_error)).toEqual([...calls.map(() => true), false]);
  expect(JSON.stringify(said)).not.toContain(KEY);
}, 60_000);

test("CVE-2025-59944, -53773, -54135, -53536, -26268, -25725 > names that make something run are refused, present or absent, in any case", async () => {
  await using at = await createObedient();
  mkdirSync(join(at.work, ".git/hooks"), { recursive: true });
  mkdirSync(join(at.work, ".vscode"));
  const names = [
    ".git/hooks/pre-commit",
    ".GIT/hooks/x",
    ".git/config",
    ".claw/settings.json",
    ".Claw/settings.local.json",
    ".mcp.json",
    ".MCP.json",
    ".vscode/tasks.json",
    ".envrc",
    ".claude/settings.json",
  ];
  const lines = [
    "mkdir -p .claw && echo '{}' > .claw/settings.json",
    "cd .git && echo x > config",
    "echo x | tee .MCP.json",
    "cp a.txt .git/hooks/y",
    "ln a.txt .envrc",
  ];
  const calls = [...names.map((path) => write(path)), ...lines.map(line)];
  for (const mode of ["accept-edits", "workspace-write"])
    expect([mode, outcome(at, await at.obey(calls, { mode, settings: { sandbox: { enabled: false } } }))]).toEqual([
      mode,
      [calls.map(() => true), [], false],
    ]);
  expect([names.filter((name) => existsSync(join(at.work, name))), readdirSync(join(at.work, ".git")), existsSync(join(at.work, ".claw"))]).toEqual([
    [],
    ["hooks"],
    false,
  ]);
  expect((await at.obey([write(".github/x.md"), write("settings.json")])).map((one) => one.is_error)).toEqual([false, false]);
}, 60_000);
