import { expect, test } from "bun:test";
import { type CommandOutcome, definePlugin, type Loadable } from "claw";
import { type Checkpoint, Checkpoints, type FileChange, Interactive, type Restored } from "claw/kit";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/rewind"] });
commandContract(await contract.host.get("command", "rewind"), {
  valid: [[], ["list"], ["redo"], ["2", "--chat"], ["@17", "--both", "--preview"]],
  invalid: [["back"], ["1", "2"], ["--frob"], ["@x"]],
});

const CHANGES: readonly FileChange[] = [
  { path: "a.ts", action: "restore", changedSince: false },
  { path: "b.ts", action: "delete", changedSince: true },
];
/** Checkpoints that only note what they were asked, and an editor. */
function companions(asked: unknown[], suggested: string[], changes: readonly FileChange[]): Loadable[] {
  const restored: Restored = { changes, skipped: [] };
  const checkpoints = definePlugin({
    setup({ provide }) {
      provide(Checkpoints, {
        list: async (): Promise<readonly Checkpoint[]> =>
          changes.length === 0 ? [] : [{ entry: "99", at: 0, kind: "turn", paths: ["a.ts", "b.ts"] }],
        preview: async () => changes,
        restore: async (entry) => {
          asked.push(entry);
          return restored;
        },
        redo: async () => (asked.length > 0 ? restored : undefined),
      });
    },
  });
  const seat = definePlugin({
    setup({ provide }) {
      provide(Interactive, { goOn: () => {}, suggest: (text) => void suggested.push(text) });
    },
  });
  const of = (name: string, id: string, plugin: typeof seat): Loadable => ({
    ...{ name, version: "0.0.0", manifest: { api: 1, provides: [id] } },
    load: async () => ({ default: plugin }),
  });
  return [of("seat", "claw.interactive@1", seat), of("points", "claw.checkpoints@1", checkpoints)];
}
async function rig(answers?: readonly string[], changes: readonly FileChange[] = []) {
  const [asked, suggested]: [unknown[], string[]] = [[], []];
  const plugins = ["command/rewind", "store/jsonl", "feature/slash", ...companions(asked, suggested, changes)];
  const harness = await createHarness({ plugins, config: { store: "jsonl" }, ...(answers && { answers }) });
  for (const text of ["first", "second", "third"]) await harness.submit(text);
  return { harness, asked, suggested };
}
const texts = ({ shell }: Harness): string[] =>
  shell.session.messages.flatMap(({ content }) => content.map((block) => (block.type === "text" ? block.text : "")));
async function run(harness: Harness, ...words: string[]): Promise<CommandOutcome & { readonly data?: unknown; readonly notice?: string }> {
  return harness.shell.run(await harness.host.get("command", "rewind"), words);
}

test("rewind > a picked message: the conversation branches off there, and its words are in the editor", async () => {
  const { harness, suggested } = await rig(["second · just now"]);
  await using _ = harness;
  await harness.submit("/rewind");
  expect(harness.questions[0]?.choices).toEqual(["third · just now", "second · just now", "first · just now"]);
  expect([texts(harness), suggested]).toEqual([["first", "done"], ["second"]]);
  await harness.submit("other");
  expect(harness.requests.at(-1)?.messages).toHaveLength(3);
  const { session } = harness.shell;
  await harness.shell.close();
  const again = await harness.host.open({ ref: session.id });
  expect(again.session.messages).toEqual(session.messages);
  await again.close();
});

test("rewind > a message is called by what the person wrote, not by what the model was told besides", async () => {
  await using harness = await createHarness({ plugins: ["command/rewind", "store/jsonl"], config: { store: "jsonl" } });
  await harness.shell.submit({ text: "second", blocks: [{ type: "text", text: "<shell-line>\n$ ls\n</shell-line>" }] });
  const { data } = await run(harness, "list");
  expect((data as { points: { text: string }[] }).points.map(({ text }) => text)).toEqual(["second"]);
});

test("rewind > by number, by entry, and back again", async () => {
  const { harness } = await rig();
  await using _ = harness;
  const whole = texts(harness);
  expect(await run(harness, "1")).toMatchObject({ kind: "done", data: { action: "chat", status: "ok" } });
  expect(texts(harness)).toEqual(["first", "done", "second", "done"]);
  expect(await run(harness, "redo")).toMatchObject({ data: { action: "redo", chat: true } });
  expect(texts(harness)).toEqual(whole);
  const list = await run(harness, "list");
  const points = (list.data as { points: { entry: string; text: string }[] }).points;
  expect(points.map(({ text }) => text)).toEqual(["third", "second", "first"]);
  await run(harness, `@${points[2]?.entry}`);
  expect(texts(harness)).toEqual([]);
  expect(await run(harness, "redo")).toMatchObject({ data: { chat: true } });
  await expect(run(harness, "9")).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining("There are 3") } });
  await expect(run(harness)).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("rewind > files: shown first, together with the conversation or alone", async () => {
  const { harness, asked } = await rig(["second · just now · 2 files changed since", "files only"], CHANGES);
  await using _ = harness;
  const whole = texts(harness);
  await harness.submit("/rewind");
  expect(harness.questions[1]?.text).toContain("  a.ts: put back\n  b.ts: removed, with what was changed in it since");
  expect([texts(harness), asked.length]).toEqual([whole, 1]);
  expect(await run(harness, "2", "--preview")).toMatchObject({ data: { action: "preview", changes: CHANGES.map((one) => ({ ...one })) } });
  await run(harness, "2", "--chat");
  expect([asked.length, texts(harness)]).toEqual([1, ["first", "done"]]);
  const both = await run(harness, "1", "--both");
  expect([both.notice, asked.length, texts(harness)]).toEqual([expect.stringMatching(/back to before “first”[\s\S]*2 files:\n {2}a.ts/), 2, []]);
});

test("rewind > with an answer that is none nothing is changed", async () => {
  const { harness, suggested } = await rig(["no"]);
  await using _ = harness;
  const whole = texts(harness);
  await harness.submit("/rewind");
  expect([texts(harness), suggested]).toEqual([whole, []]);
});

test("rewind > goes behind a compaction, which is then undone", async () => {
  const { harness } = await rig();
  await using _ = harness;
  await harness.shell.session.fold({ summary: [{ role: "user", content: [{ type: "text", text: "sum" }] }], dropped: 4 }, "test");
  expect(texts(harness)).toEqual(["sum", "third", "done"]);
  await run(harness, "1", "--chat");
  expect(texts(harness)).toEqual(["first", "done", "second", "done"]);
});
