// The compactor in a real kernel: what the model writes, what outlives every fold, and a window that overflows at every step.
import { afterAll, describe, expect, test } from "bun:test";
import { entriesOf, PERMISSION_NOTE, todosNote } from "claw/kit";
import { compactorContract, createHarness, pluginContract } from "claw/testing";
import { compact } from "./compact.ts";
import { answered, exchange, folds, PLUGINS, type Rig, rig, said, scopeOf, small, sound, textsOf, warnings } from "./fixtures.ts";

pluginContract(import.meta.dir);
let kept: Rig | undefined;
afterAll(() => kept?.[Symbol.asyncDispose]());
compactorContract({ name: "summary", due: () => true, compact: (session, turn) => compact(session, turn) }, async () => {
  kept = await rig(100_000, []);
  const { session } = kept.on.shell;
  for (let index = 0; index < 30; index++)
    for (const message of [said(`request ${index}`), answered("word ".repeat(200))]) await session.append(message);
  return [session, await scopeOf(kept.on)];
});

describe("summary", () => {
  test("old results are cut first: no model is asked", async () => {
    await using at = await rig(20_000, [[12_000], [12_000], [12_000], [12_000], [12_000], [12_000], "done"]);
    expect(await at.on.submit("read")).toEqual({ kind: "completed" });
    expect([folds(at.on), at.seen.notes.length]).toEqual([1, 0]);
    const last = at.seen.requests.at(-1)!.messages;
    expect(textsOf(last.slice(0, 1))).toBe("read");
    expect(JSON.stringify(last)).toMatch(/characters \(\d+ lines\) cut; run the call again to see it\]/);
    for (const { messages } of at.seen.requests) sound(messages);
  });

  test("then the model writes what goes, and it is paid for; the last request and the newest messages stay", async () => {
    const talk = Array.from({ length: 12 }, (_, index) => `answer ${index}: ${"word ".repeat(1_500)}`);
    await using at = await rig(12_000, talk);
    for (let turn = 0; turn < 12; turn++) expect(await at.on.submit(`request number ${turn}`)).toEqual({ kind: "completed" });
    expect(at.seen.notes.length).toBeGreaterThan(0);
    expect(folds(at.on)).toBe(at.seen.notes.length);
    const { messages, system, tools } = at.seen.requests.at(-1)!;
    expect(textsOf(messages.slice(0, 1))).toMatch(/^\[The earlier part of this session was shortened.*\n\n## Summary\nNotes \d/);
    expect(textsOf(messages)).toContain("request number 11");
    expect(textsOf(messages)).toContain("answer 10: ");
    // Notes of notes: the later ones were made of the earlier.
    expect(at.seen.notes.length).toBeGreaterThan(1);
    expect(textsOf(at.seen.notes.at(-1)!.messages)).toContain("Notes of what was before:\n## Summary\nNotes 1");
    expect([system.length, tools.length > 0, at.seen.notes[0]!.tools]).toEqual([0, true, []]);
    const paid = entriesOf(at.on.shell.session).filter(({ who }) => who === "compactor:summary");
    expect(paid).toHaveLength(at.seen.notes.length);
    expect(paid[0]?.cost).toBeGreaterThan(0);
  });

  test("todos, skills, answers of the user and plan mode outlive two folds, once each", async () => {
    await using at = await rig(100_000, ["ok"]);
    const { session } = at.on.shell;
    const skill = "Follow the skill `review`. Its relative paths start from /s\n\nLook twice.";
    for (const message of [
      said("first"),
      ...exchange("s1", "Skill", { skill: "review" }, skill),
      ...exchange("s2", "Skill", { skill: "review" }, skill),
    ])
      await session.append(message);
    await at.on.host.activate("@claw/tool-todo-write");
    const todos = [{ content: "Write the parser", activeForm: "Writing the parser", status: "pending" }];
    for (const message of exchange("t1", "TodoWrite", { todos }, "Saved")) await session.append(message);
    await session.note(todosNote, { todos });
    const record = { at: 1, call: "c", tool: "bash", subject: "rm -r build", by: "user" };
    await session.note(PERMISSION_NOTE, { ...record, verdict: "allow", answer: "always", saved: ["bash(bun test)"] });
    await session.note(PERMISSION_NOTE, { ...record, verdict: "deny", answer: "no", reason: "denied by the user: keep it" });
    const scope = { ...(await scopeOf(at.on)), selection: { ...at.on.shell.selection, "permission-mode": "plan" } };
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 20; index++)
        for (const message of [said(`q${round}-${index}`), answered("word ".repeat(400))]) await session.append(message);
      await session.fold(await compact(session, scope), "summary");
    }
    await at.on.submit("and now?");
    const text = textsOf(at.seen.requests.at(-1)!.messages);
    for (const part of [
      "Write the parser",
      "Look twice.",
      "Allowed by the user: bash(bun test)",
      "Refused by the user: bash rm -r build (denied by the user: keep it)",
      "Plan mode is on",
      "and now?",
    ])
      expect([part, text.split(part).length - 1]).toEqual([part, 1]);
  });

  test("the small model writes when the settings name one; one that there is not is passed over; with none left, lists are made", async () => {
    const long = (): string[] => Array.from({ length: 5 }, () => "word ".repeat(2_200));
    for (const [name, model] of [
      ["tiny", "tiny"],
      ["unknown", "small"],
    ] as const) {
      await using at = await rig(12_000, long(), { config: { smallModel: name } });
      for (let turn = 0; turn < 5; turn++) await at.on.submit(`request ${turn}`);
      expect(at.seen.notes.map((request) => request.model.id)).toContain(model);
      expect(warnings(at.on)).toEqual([]);
    }
    await using at = await rig(12_000, long(), { silent: true });
    for (let turn = 0; turn < 5; turn++) expect(await at.on.submit(`request ${turn}`)).toEqual({ kind: "completed" });
    expect(folds(at.on)).toBeGreaterThan(0);
    expect(warnings(at.on)[0]).toBe("No model could sum up the session (out of order): lists were made of it instead.");
    expect(textsOf(at.seen.requests.at(-1)!.messages)).toContain("## Asked by the user, oldest first\n- request 0");
  });

  test("settings say when, and whether; a project's have no say", async () => {
    const talk = (): string[] => ["word ".repeat(2_000), "b", "c"];
    for (const [options, expected] of [
      [{ config: { autoCompactInputTokens: 2_000 } }, true],
      [{ config: { autoCompactInputTokens: 2_000, autoCompactEnabled: false } }, false],
      [{ env: { CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS: "2000" } }, true],
      [{ files: { ".claw/settings.json": '{"autoCompactInputTokens":2000}' } }, false],
    ] as const) {
      await using at = await rig(100_000, talk(), options);
      for (const text of [`one ${"x".repeat(8_000)}`, "two", "three"]) await at.on.submit(text);
      expect([options, folds(at.on) > 0]).toEqual([options, expected]);
    }
  });
});

test("what claw tells the model in the user's place is no request: the real one stays", async () => {
  await using at = await rig(100_000, ["ok"]);
  const { session } = at.on.shell;
  await session.append(said("Build the parser, exactly so."));
  for (let index = 0; index < 30; index++)
    for (const message of exchange(`c${index}`, "read", { bytes: 1 }, "x".repeat(390))) await session.append(message);
  await session.append(said("<note>\nInstruction files have changed.\n</note>"));
  await session.append(said("<system-reminder>\nA task ended.\n</system-reminder>"));
  await session.append(answered("going on"));
  const { summary } = await compact(session, await scopeOf(at.on));
  expect(summary[0]?.content.at(-1)).toEqual({ type: "text", text: "Build the parser, exactly so." });
  // What would not get shorter is not paid for.
  const short = await rig(100_000, []);
  for (const text of ["a", "b", "c"]) await short.on.shell.session.append(said(text));
  expect([await compact(short.on.shell.session, await scopeOf(short.on)), short.seen.notes.length]).toEqual([{ summary: [], dropped: 0 }, 0]);
  await short[Symbol.asyncDispose]();
});

test("with no model and no lists it gives up, and the turn goes on", async () => {
  const { plugin } = small(
    12_000,
    Array.from({ length: 5 }, () => "word ".repeat(2_200)),
    { silent: true },
  );
  await using on = await createHarness({ plugins: ["compactor/summary", plugin], config: { provider: "small", compactor: "summary" } });
  for (let turn = 0; turn < 5; turn++) expect(await on.submit(`request ${turn}`)).toEqual({ kind: "completed" });
  expect([folds(on), warnings(on).length > 0]).toEqual([0, true]);
});

test("a person who stops it while the notes are written loses nothing", async () => {
  const { plugin, seen } = small(
    12_000,
    Array.from({ length: 6 }, () => "word ".repeat(2_200)),
    { hanging: true },
  );
  await using on = await createHarness({ plugins: [...PLUGINS, plugin], config: { provider: "small", compactor: "summary" } });
  for (let turn = 0; turn < 4; turn++) await on.submit(`request ${turn}`);
  const turn = on.submit("request 4");
  while (seen.notes.length === 0) await Bun.sleep(1);
  on.shell.abort("interrupt");
  expect(await turn).toEqual({ kind: "aborted", reason: "interrupt" });
  expect([folds(on), warnings(on), on.shell.session.messages.length]).toEqual([0, [], 9]);
});
