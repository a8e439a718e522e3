// The demonstration from end to end on the real plugins, and its parts by themselves.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyEvent, Command, CommandOutcome, Json } from "claw";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract } from "claw/testing";
import { projectFiles, SCRIPT } from "./project.ts";
import { run } from "./run.ts";
import { createTranscript, indented } from "./transcript.ts";

pluginContract(import.meta.dir);

const PLUGINS = [
  ...["command/demo", "provider/scripted", "feature/permissions", "feature/shell", "feature/workspace", "feature/processes", "store/memory"],
  ...["permission-mode/danger-full-access", "tool/bash", "tool/read-file", "tool/edit-file"],
];
const harness = (options: Partial<HarnessOptions> = {}): Promise<Harness> => createHarness({ plugins: PLUGINS, ...options });

/** Runs the command as its shell door does, with what it shows kept. */
async function demo(kernel: Harness, keep = false): Promise<{ readonly outcome: CommandOutcome; readonly shown: string }> {
  const command = await kernel.host.get("command", "demo");
  let shown = "";
  const watched: Command = {
    ...command,
    run: (_args, scope) =>
      run(keep, scope, (text) => {
        shown += text;
      }),
  };
  return { outcome: await kernel.shell.run(watched, []), shown };
}

{
  await using kernel = await harness();
  commandContract(await kernel.host.get("command", "demo"), { valid: [[], ["keep"]], invalid: [["keep", "keep"], ["fast"]] });
}

test("demo > a real test fails, is mended by real calls, and passes", async () => {
  await using kernel = await harness();
  const { outcome, shown } = await demo(kernel);
  expect(outcome).toMatchObject({ kind: "done", data: { passed: true, calls: 4, outcome: "completed" } });
  expect(shown).toContain("The model's words come from a script");
  expect(shown).toContain("a git repository with one commit");
  const order = [
    "→ bash sh test.sh",
    "1 fail",
    "→ read_file initials.js",
    "→ edit_file initials.js",
    "→ bash sh test.sh",
    "1 pass",
    "The test passes",
    "What git says has changed",
    "+    .map((word) => word[0]",
  ];
  let from = 0;
  for (const part of order) {
    const at = shown.indexOf(part, from);
    expect([part, at >= from]).toEqual([part, true]);
    from = at;
  }
  expect(existsSync(/In (\S+)/.exec(shown)?.[1] ?? "")).toBe(false);
});

test("demo > keep leaves the mended repository", async () => {
  await using kernel = await harness();
  const { outcome } = await demo(kernel, true);
  const folder = (("data" in outcome ? outcome.data : {}) as { readonly folder: string }).folder;
  try {
    expect(await readFile(join(folder, "initials.js"), "utf8")).toContain("word[0]");
  } finally {
    await rm(join(folder, ".."), { recursive: true, force: true });
  }
});

test("demo > says why when it could not work: a deny rule holds here too", async () => {
  await using kernel = await harness({ config: { permissions: { deny: ["Edit"] } } });
  const { outcome, shown } = await demo(kernel);
  expect(outcome).toMatchObject({ kind: "exit", code: 1, data: { passed: false } });
  expect(shown).toContain("Permission to use edit_file has been denied by rule 'Edit'");
  expect(shown).toContain("not what my script expects to see");
});

test("project > its test really fails as it is, and passes with the scripted edit", async () => {
  const folder = await mkdtemp(join(tmpdir(), "claw-project-"));
  try {
    const files = projectFiles(process.execPath);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const attempt = (): number => Bun.spawnSync(["sh", "test.sh"], { cwd: folder, stdout: "ignore", stderr: "ignore" }).exitCode;
    expect(attempt()).toBe(1);
    const edit = SCRIPT.replies.flatMap((reply) => (reply as { calls?: readonly { tool: string; input: Record<string, string> }[] }).calls ?? []);
    const { path = "", old_string = "", new_string = "" } = edit.find((call) => call.tool === "edit_file")?.input ?? {};
    await writeFile(join(folder, path), (files[path] ?? "").replace(old_string, new_string));
    expect(attempt()).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("transcript > shows words and calls as they come, and lets nothing move the cursor", () => {
  let shown = "";
  const transcript = createTranscript((text) => {
    shown += text;
  });
  const event = (type: string, data: Json): AnyEvent => ({ type, data, seq: 1, at: 0, source: "claw" }) as unknown as AnyEvent;
  transcript.add(event("text.delta", { delta: "Hel" }));
  transcript.add(event("text.delta", { delta: "lo\u001b[2J" }));
  transcript.add(event("call.started", { id: "1", tool: "bash", access: "execute", subject: "ls\u001b]0;x\u0007", input: {} }));
  transcript.add(event("call.ended", { id: "1", tool: "bash", failed: false, ms: 1, content: [{ type: "text", text: "a\nb\n" }] }));
  expect(shown).toBe("Hello\n\n→ bash ls\n    a\n    b\n\n");
  expect(transcript.calls).toBe(1);
});

test("indented > shows the first and last lines of much", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `    line ${index}`);
  const text = lines.map((line) => line.trim()).join("\n");
  expect(indented(text).split("\n")).toEqual([...lines.slice(0, 12), "    … 76 lines", ...lines.slice(-12)]);
  expect(indented("one\n\ntwo\n")).toBe("    one\n\n    two");
});
