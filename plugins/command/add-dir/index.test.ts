import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AddedFolders } from "claw/kit";
import { commandContract, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/add-dir", "feature/workspace"] });
commandContract(await contract.host.get("command", "add-dir"), {
  valid: [[], ["/tmp"], ["a", "b"], ["--remove", "a"]],
  invalid: [["--remove"], ["--all"], ["a", "--remove", "b"], [""]],
});

let root = "";
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "claw-add-dir-")));
  mkdirSync(join(root, "other", ".git", "hooks"), { recursive: true });
  mkdirSync(join(root, "third"));
  writeFileSync(join(root, "other", "note.txt"), "a note\n");
  writeFileSync(join(root, "third", "x.txt"), "x\n");
  symlinkSync(join(root, "other"), join(root, "link"));
  symlinkSync(join(root, "third"), join(root, "other", "out"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PLUGINS = [
  ...["command/add-dir", "feature/workspace", "feature/permissions", "feature/shell", "feature/processes", "feature/slash"],
  ...["tool/read-file", "tool/write-file", "tool/bash", "permission-mode/workspace-write", "permission-mode/read-only"],
];
const start = (options: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, ...options, config: { permissionMode: "workspace-write", ...(options.config as object) } });
async function run(harness: Harness, ...words: string[]) {
  const outcome = await harness.shell.run(await harness.host.get("command", "add-dir"), words);
  return outcome.kind === "done" ? outcome : undefined;
}
/** Whether each call passes without a question; nobody is there to ask. */
async function passes(
  harness: Harness,
  ...calls: readonly (readonly [tool: string, input: Readonly<Record<string, string>>])[]
): Promise<readonly boolean[]> {
  const verdicts: boolean[] = [];
  for (const [tool, input] of calls) {
    const from = harness.events.length;
    await harness.call(tool, input);
    const decided = harness.events.slice(from).find((event) => event.type === "permission.decided");
    verdicts.push(decided?.type === "permission.decided" && decided.data.decision.verdict === "allow");
  }
  return verdicts;
}

test("add-dir > what was outside is read and written, by tools and lines, until it is taken back", async () => {
  await using harness = await start();
  const [note, made] = [join(root, "other", "note.txt"), join(root, "other", "made.txt")];
  const calls = [
    ["read_file", { path: note }],
    ["write_file", { path: made, content: "made\n" }],
    ["bash", { command: `cat ${note}` }],
  ] as const;
  expect(await passes(harness, ...calls)).toEqual([false, false, false]);
  expect(await run(harness, join(root, "link"))).toMatchObject({
    notice: expect.stringContaining(`${join(root, "other")} is part of the workspace for the rest of this session.`),
    data: { kind: "add-dir", action: "add", status: "ok", added: [join(root, "other")] },
  });
  expect(await passes(harness, ...calls)).toEqual([true, true, true]);
  expect(readFileSync(made, "utf8")).toBe("made\n");
  expect(await run(harness)).toMatchObject({
    data: { folders: [{ by: "the session's folder" }, { path: join(root, "other"), by: "this session" }] },
  });
  await run(harness, "--remove", join(root, "other"));
  expect(await passes(harness, ...calls)).toEqual([false, false, false]);
  const told = harness.shell.session.messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : [])));
  expect(told.filter((text) => text.startsWith("The user has "))).toEqual([
    `The user has added to the workspace: ${join(root, "other")}. Files there can be read and changed as those of your own folder.`,
    `The user has taken out of the workspace: ${join(root, "other")}. Stay out of there.`,
  ]);
});

test("add-dir > loosens nothing else: guarded names, links that lead out, deny rules, other folders, the mode's refusals", async () => {
  const other = join(root, "other");
  await using harness = await start({ config: { permissions: { deny: [`Read(/${join(other, "note.txt")})`] } } });
  await run(harness, other);
  expect(
    await passes(
      harness,
      ["write_file", { path: join(other, ".git", "hooks", "pre-commit"), content: "x" }],
      ["read_file", { path: join(other, "out", "x.txt") }],
      ["read_file", { path: join(other, "note.txt") }],
      ["read_file", { path: join(root, "third", "x.txt") }],
      ["bash", { command: `cat ${join(other, "out", "x.txt")}` }],
      ["bash", { command: `make -C ${other}` }],
    ),
  ).toEqual([false, false, false, false, false, false]);
  await using reading = await start({ config: { permissionMode: "read-only" } });
  await run(reading, other);
  expect(
    await passes(reading, ["read_file", { path: join(other, "note.txt") }], ["write_file", { path: join(other, "no.txt"), content: "x" }]),
  ).toEqual([true, false]);
});

test("add-dir > before the first request the system prompt says it; another session has none; a sub-agent has its parent's", async () => {
  await using harness = await start({ script: [says("a"), says("b"), says("c")] });
  await harness.submit(`/add-dir ${join(root, "third")}`);
  await harness.submit("go");
  expect(harness.requests[0]?.system.at(-1)).toBe(`Other folders of the workspace: ${join(root, "third")}`);
  expect(harness.shell.session.messages).toHaveLength(2);
  const agent = await harness.host.open({ parent: harness.shell.session.id, agent: "helper" });
  const other = await harness.host.open();
  const service = await harness.host.use(AddedFolders);
  expect([harness.shell, agent, other].map(({ session }) => service.of(session.id))).toEqual([[join(root, "third")], [join(root, "third")], []]);
  await agent.submit({ text: "x" });
  await other.submit({ text: "x" });
  expect(harness.requests.slice(1).map(({ system }) => system)).toEqual([[`Other folders of the workspace: ${join(root, "third")}`], []]);
  await Promise.all([agent.close(), other.close()]);
});

test("add-dir > what is no folder is refused, and nothing is added", async () => {
  await using harness = await start({ files: { "inner/a.txt": "a" } });
  await expect(run(harness, join(root, "absent"))).rejects.toMatchObject({
    code: "CLAW_USAGE",
    message: `there is no folder ${join(root, "absent")}`,
  });
  await expect(run(harness, join(root, "third"), "inner/a.txt")).rejects.toMatchObject({ code: "CLAW_USAGE" });
  await expect(run(harness, "--remove", "inner")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: "None was." } });
  expect(await run(harness, "inner")).toMatchObject({
    notice: `${join(harness.workspace, "inner")} is part of the workspace already.`,
    data: { folders: [] },
  });
});
