// The command in a real kernel with kept sessions: a fold by hand, what it dropped, and undoing it, with what was said since.
import { expect, test } from "bun:test";
import type { Json, Message } from "claw";
import { entriesOf, LEDGER } from "claw/kit";
import { commandContract, createHarness, type Harness, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
{
  await using on = await createHarness({ plugins: ["command/compact"] });
  commandContract(await on.host.get("command", "compact"), {
    valid: [[], ["the", "parser"], ["show"], ["show", "2"], ["undo"]],
    invalid: [["--force"], ["x".repeat(2_001)]],
  });
}

const NOTES = "The goal is a parser; half of it is done, and the tests of numbers fail.";
const said = (role: Message["role"], text: string): Message => ({ role, content: [{ type: "text", text }] });
async function rig(compactor: "summary" | "extract" = "summary"): Promise<Harness> {
  const plugins = ["command/compact", "compactor/summary", "compactor/extract", "store/jsonl", "feature/ledger"];
  const on = await createHarness({ plugins, config: { store: "jsonl", compactor }, script: [says(NOTES), says("later answer")] });
  for (let index = 0; index < 20; index++) {
    await on.shell.session.append(said("user", `request ${index}`));
    await on.shell.session.append(said("assistant", `answer ${index} ${"word ".repeat(200)}`));
  }
  return on;
}
async function run(on: Harness, ...words: string[]) {
  const outcome = await on.shell.run(await on.host.get("command", "compact"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return { notice: outcome.notice ?? "", data: outcome.data as { readonly [key: string]: Json } };
}

test("compact > folds now, with what to keep in sight, and says what became of it", async () => {
  await using on = await rig();
  const before = on.shell.session.messages.slice();
  const { notice, data } = await run(on, "the", "parser", "errors");
  expect(JSON.stringify(on.requests[0]?.messages)).toContain("The user asks to keep in sight above all: the parser errors");
  expect(notice).toMatch(/^Compacted by summary: \d+ messages became 1, about \d+ tokens became \d+\.\n/);
  expect(data).toMatchObject({
    kind: "compact",
    action: "compact",
    status: "ok",
    skipped: false,
    by: "summary",
    focus: "the parser errors",
    saved: true,
  });
  const { messages } = on.shell.session;
  expect(messages).toHaveLength(Number(data["kept_messages"]));
  expect(JSON.stringify(messages[0])).toContain(NOTES);
  expect(messages.at(-1)).toEqual(before.at(-1)!);
  expect(on.events.filter(({ type }) => type === "session.compacted").map(({ data: one }) => one)).toEqual([
    { dropped: Number(data["removed_messages"]), by: "summary" },
  ]);
});

test("compact show > what was dropped and what stands for it, from the record, after a resume too", async () => {
  await using on = await rig();
  const before = on.shell.session.messages.slice();
  expect((await run(on, "show")).notice).toBe("This session was never compacted.");
  await run(on);
  const shown = await run(on, "show");
  expect(shown.notice).toContain("  > request 0\n  < answer 0 word");
  expect(shown.notice).toContain(`## Summary\n${NOTES}`);
  const count = (shown.data["dropped"] as Json[]).length;
  expect(shown.data["dropped"]).toEqual(before.slice(0, count) as unknown as Json);
  await on.shell.close();
  const again = await on.host.open({ ref: on.shell.session.id });
  const outcome = await again.run(await on.host.get("command", "compact"), ["show", "1"]);
  expect(outcome).toMatchObject({ kind: "done", notice: shown.notice });
  await expect(again.run(await on.host.get("command", "compact"), ["show", "7"])).rejects.toMatchObject({ code: "CLAW_USAGE" });
  await again.close();
});

test.each(["summary", "extract"] as const)(
  "compact undo > of %s: all of it is back, with what was said since, and after a resume",
  async (compactor) => {
    await using on = await rig(compactor);
    const { session } = on.shell;
    const before = session.messages.slice();
    await run(on);
    await on.submit("and now?");
    await session.note("mine", { x: 1 });
    const [since, entries] = [session.messages.slice(-2), entriesOf(session).length];
    const { notice, data } = await run(on, "undo");
    expect([notice, data["restored_messages"]]).toEqual([expect.stringContaining("messages are back in sight"), expect.any(Number)]);
    expect(session.messages).toEqual([...before, ...since]);
    expect([session.notes("mine"), entriesOf(session).length, session.notes(LEDGER).length]).toEqual([[{ x: 1 }], entries, entries]);
    expect((await run(on, "undo")).notice).toBe("There is no compaction to take back.");
    await on.shell.close();
    const again = await on.host.open({ ref: session.id });
    expect(again.session.messages).toEqual([...before, ...since]);
    await again.close();
  },
);

test("compact > nothing to gain, nothing said, and no record are told", async () => {
  await using on = await createHarness({ plugins: ["command/compact", "compactor/extract"], config: { compactor: "extract" } });
  await expect(run(on)).rejects.toMatchObject({ code: "CLAW_USAGE", info: { hint: expect.stringContaining("--continue") } });
  await on.submit("hi");
  expect(await run(on)).toMatchObject({
    notice: expect.stringMatching(/^Nothing was compacted: the session is small/),
    data: { skipped: true, kept_messages: 2 },
  });
  await expect(run(on, "undo")).rejects.toMatchObject({ code: "CLAW_USAGE", message: expect.stringContaining("gives no record") });
});

test("compact > a PreCompact hook for manual runs first, and can refuse", async () => {
  const others = ["shell-hooks", "permissions", "processes", "workspace", "shell", "web", "sandbox"].map((name) => `feature/${name}`);
  const plugins = ["command/compact", "compactor/extract", ...others];
  const hooks = { PreCompact: [{ matcher: "manual", hooks: [{ type: "command", command: "cat > seen.json; echo keep it >&2; exit 2" }] }] };
  await using on = await createHarness({ plugins, config: { compactor: "extract", hooks } });
  await on.submit("hi");
  await expect(run(on, "the", "parser")).rejects.toMatchObject({ code: "CLAW_HOOK_FAILED", message: expect.stringContaining("keep it") });
  expect(await Bun.file(`${on.workspace}/seen.json`).json()).toMatchObject({
    hook_event_name: "PreCompact",
    trigger: "manual",
    custom_instructions: "the parser",
  });
});
