// Commands that look and change settings, on the built binary, by both doors: diff, teleport, output-style, debug-tool-call, config, doctor.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bash, call, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

function repository({ work, put }: Scratch): void {
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    GIT_AUTHOR_NAME: "A",
    GIT_AUTHOR_EMAIL: "a@b",
    GIT_COMMITTER_NAME: "A",
    GIT_COMMITTER_EMAIL: "a@b",
  };
  put("src/engine.ts", "export function ignite() {}\n");
  for (const words of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-q", "-m", "first"],
  ]) {
    if (Bun.spawnSync(["git", ...words], { cwd: work, env }).exitCode !== 0) throw new Error(words.join(" "));
  }
}
async function turn(scratch: Scratch, words: readonly string[], ...replies: readonly Reply[]): Promise<Ran> {
  scratch.serve({ replies, cached: true });
  return scratch.ask(words);
}
const json = async (scratch: Scratch, ...words: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await scratch.run([...words, "--output-format", "json"])).out) as Record<string, unknown>;
const settings = ({ home }: Scratch): unknown => JSON.parse(readFileSync(join(home, ".claw", "settings.json"), "utf8"));
const system = (scratch: Scratch, position = 0): string => JSON.stringify((scratch.mock.requests[position]?.body as { system?: unknown })?.system);

test("diff > by both doors, untracked files too, and as JSON", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  scratch.put("src/engine.ts", "export function ignite() {}\nexport function stop() {}\n");
  scratch.put("new.txt", "n\n");
  for (const word of ["diff", "/diff"]) {
    const { out, code } = await scratch.run([word]);
    expect([code, out.split("\n").slice(0, 3)]).toEqual([
      0,
      ["2 files changed since the last commit: +2 -0, 1 untracked", "  M src/engine.ts  +1 -0", "  ? new.txt  +1 -0"],
    ]);
    expect(out).toContain("+export function stop() {}");
  }
  expect(await json(scratch, "diff")).toMatchObject({ kind: "diff", status: "ok", result: "changes", changed_file_count: 2, untracked: ["new.txt"] });
  expect(await scratch.run(["diff", "--output=x"])).toMatchObject({ code: 2, out: "" });
}, 60_000);

test("teleport > a symbol from a shell; exits 1 for nothing", async () => {
  await using scratch = await createScratch();
  repository(scratch);
  expect(await scratch.run(["teleport", "ignite"])).toEqual({
    code: 0,
    out: "src/engine.ts:1  function ignite\n> 1  export function ignite() {}\n",
    err: "",
  });
  expect(await json(scratch, "/teleport", "engine")).toMatchObject({ kind: "teleport", status: "ok", path: "src/engine.ts", line: 1 });
  expect((await scratch.run(["teleport", "zzqqxx"])).code).toBe(1);
}, 60_000);

test("output-style > chosen in a shell, it is in the system prompt and in the init line; a file of the user's own too", async () => {
  await using scratch = await createScratch();
  expect((await scratch.run(["output-style", "concise"])).out).toBe("Answers are written in the style concise from now on.\n");
  expect(settings(scratch)).toEqual({ outputStyle: "concise" });
  const { out } = await turn(scratch, ["-p", "hi", "--output-format", "stream-json", "--verbose"], { text: "x" });
  expect(JSON.parse(out.split("\n")[0] ?? "")).toMatchObject({
    ...{ type: "system", subtype: "init", output_style: "concise" },
    slash_commands: expect.arrayContaining(["diff", "commit", "security-review"]),
  });
  expect(system(scratch)).toContain("# Output style: concise");
  scratch.put(join(scratch.home, ".claude", "output-styles", "sea.md"), "---\nname: At sea\ndescription: Aye\n---\nSpeak as at sea.\n");
  expect(await json(scratch, "/output-style", "at", "sea")).toMatchObject({ kind: "output-style", action: "select", style: "At sea" });
  await turn(scratch, ["-p", "hi"], { text: "x" });
  expect(system(scratch)).toContain("# Output style: At sea\\n\\nSpeak as at sea.");
  await scratch.run(["output-style", "default"]);
  expect(settings(scratch)).toEqual({});
  expect(await scratch.run(["output-style", "consise"])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "concise"?') });
}, 60_000);

test("debug-tool-call > the last call of a kept session", async () => {
  await using scratch = await createScratch();
  await turn(scratch, ["-p", "go"], bash("echo hello"), { text: "done" });
  const { out, code } = await scratch.run(["debug-tool-call", "--continue"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Tool {8}bash$/m);
  expect(out).toMatch(/^Permission {2}allow by mode:workspace-write\n {12}about echo hello$/m);
  expect(out).toEndWith("\n\nhello\n");
  expect(await json(scratch, "/debug-tool-call", "-c")).toMatchObject({
    count: 1,
    call: { name: "bash" },
    result: { is_error: false, output: "hello" },
  });
}, 60_000);

test("config > set, unset, and what is wrong; edit opens the person's editor", async () => {
  await using scratch = await createScratch();
  expect((await scratch.run(["config", "set", "permissions.allow", '["Bash(git status *)"]'])).code).toBe(0);
  expect((await scratch.run(["config", "set", "model", "haiku"])).code).toBe(0);
  expect(settings(scratch)).toEqual({ permissions: { allow: ["Bash(git status *)"] }, model: "haiku" });
  expect(await json(scratch, "config", "unset", "model")).toMatchObject({ kind: "config", action: "unset", changed: true });
  expect(await scratch.run(["config", "set", "modle", "x"])).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean "model"?') });
  expect(await scratch.run(["config", "set", "renderers", "3"])).toMatchObject({ code: 3, out: "" });
  expect(await scratch.run(["config", "edit"])).toMatchObject({ code: 2, err: expect.stringContaining("settings.json") });
}, 60_000);

test("doctor and the init line > how MCP servers stand, and which language servers there are", async () => {
  await using scratch = await createScratch();
  const program = join(import.meta.dir, "..", "..", "plugins", "feature", "mcp", "testing", "server.ts");
  const mcpServers = { good: { command: process.execPath, args: [program] }, dead: { command: process.execPath, args: [program, "--die"] } };
  scratch.settings({ mcpServers });
  const { checks } = (await json(scratch, "doctor")) as { checks: readonly { id: string; details: readonly string[] }[] };
  expect(checks.find(({ id }) => id === "mcp")).toMatchObject({
    status: "warn",
    summary: "1 of 2 servers ready",
    details: [expect.stringMatching(/^good: ready in \d+ ms, 18 tools$/), "dead: failed, ended with code 3: no database"],
  });
  expect(checks.find(({ id }) => id === "tools")?.details.at(-1)).toStartWith("language servers: ");
  const { out } = await turn(scratch, ["-p", "hi", "--output-format", "stream-json", "--verbose"], { text: "x" });
  const init = JSON.parse(out.split("\n")[0] ?? "") as { tools: readonly string[]; mcp_servers: unknown };
  expect(init.tools).toContain("mcp__good__echo");
  expect(init.mcp_servers).toEqual([
    { name: "good", status: "connected" },
    { name: "dead", status: "failed" },
  ]);
}, 60_000);

test("in a session > teleport fills the input, diff and the style act there, config edit lends the terminal", async () => {
  await using at = await sitDown([{ text: "Short." }]);
  repository(at.scratch);
  at.scratch.put("src/engine.ts", "export function ignite() {}\n// more\n");
  const editor = at.scratch.put(join(at.scratch.home, "editor"), '#!/bin/sh\nprintf \'{ "effort": "low" }\' > "$1"\n', 0o755);
  const claw = await at.open([], { rows: 40, env: { VISUAL: editor } });
  claw.write("/diff\r");
  await claw.shows(/\+ ?\/\/ more/);
  await claw.shows(idle);
  claw.write("/output-style\r");
  await claw.shows("How shall answers be written?");
  await claw.shows("2. concise");
  claw.write("2");
  await claw.shows("Answers are written in the style concise from now on.");
  await claw.shows(idle);
  claw.write("/config edit\r");
  await claw.shows("settings.json is sound.");
  expect(settings(at.scratch)).toEqual({ effort: "low" });
  await claw.shows(idle);
  claw.write("/teleport ignite\r");
  await claw.shows("src/engine.ts:1  function ignite");
  await claw.shows(/^> @src\/engine\.ts/m);
  claw.write("what is it?\r");
  await claw.shows("Short.");
  expect(toldIn(at.mock, 0)).toContain("@src/engine.ts what is it?");
  expect(JSON.stringify(at.mock.requests[0]?.body)).toContain("# Output style: concise");
  claw.write("\x04");
  await claw.exited;
}, 60_000);

test("in a session > add-dir lets the model read and write in another folder from then on", async () => {
  // The folders are made with the sitting, so that the model names the other one from its own.
  await using at = await sitDown([
    call("read_file", { path: "../other/note.txt" }),
    call("write_file", { path: "../other/made.txt", content: "made\n" }),
    { text: "Both done." },
  ]);
  const other = join(dirname(at.scratch.work), "other");
  at.scratch.put(join(other, "note.txt"), "from elsewhere\n");
  const claw = await at.open([], { rows: 40, columns: 120 });
  claw.write(`/add-dir ${other}\r`);
  await claw.shows("is part of the workspace for the rest of this session.");
  await claw.shows(idle);
  claw.write("go\r");
  await claw.shows("Both done.");
  expect(readFileSync(join(other, "made.txt"), "utf8")).toBe("made\n");
  expect(JSON.stringify(at.mock.requests[0]?.body)).toContain(`Other folders of the workspace: ${other}`);
  expect(toldIn(at.mock, 1)).toContain("from elsewhere");
  claw.write("\x04");
  await claw.exited;
}, 60_000);
