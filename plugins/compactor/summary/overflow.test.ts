// Requests and results that are too long for the model: folds that shrink, results that are cut, and a session that stays usable.
import { describe, expect, test } from "bun:test";
import { bytesOf } from "claw/kit";
import { answered, folds, rig, type Step, said, sound, textsOf, warnings } from "./fixtures.ts";
import { fitting } from "./results.ts";
import { piecesOf } from "./transcript.ts";

describe("overflow", () => {
  test("a window that overflows at every step: the turn goes on to its end, and every request is valid", async () => {
    const steps: Step[] = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? [3_000, 3_000] : [6_000]));
    await using at = await rig(4_000, [...steps, "done"], { config: { autoCompactEnabled: false } });
    expect(await at.on.submit("read all of it")).toEqual({ kind: "completed" });
    expect(at.on.events.filter(({ type }) => type === "step.failed").length).toBeGreaterThan(15);
    for (const { messages } of at.seen.requests) {
      sound(messages);
      expect(textsOf(messages)).toContain("read all of it");
    }
  });

  test("what cannot be shortened fails after at most three tries, and the session stays usable", async () => {
    await using at = await rig(4_000, ["a", "b", "c"]);
    await at.on.submit("one");
    const tried = at.seen.requests.length;
    expect(await at.on.submit("x".repeat(40_000))).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_OVERFLOW" } });
    expect(at.seen.requests.length - tried).toBeLessThanOrEqual(4);
    expect(warnings(at.on)).toEqual([expect.stringContaining("cannot be shortened further")]);
    expect(await at.on.submit("two")).toEqual({ kind: "completed" });
    expect(textsOf(at.seen.requests.at(-1)!.messages)).toContain("two");
  });

  test("a result larger than the window never gets in: it is cut with a note, code points whole", async () => {
    await using at = await rig(4_000, [[500_000], "done"]);
    expect(await at.on.submit("read")).toEqual({ kind: "completed" });
    expect(folds(at.on)).toBe(0);
    expect(bytesOf(at.seen.requests[1]!.messages)).toBeLessThan(4_000);
    expect(JSON.stringify(at.seen.requests[1]!.messages)).toContain("it was too large for the model's window; ask for a part of it");
    const smile = fitting({ content: [{ type: "text", text: "😀".repeat(9_000) }] }, { context: 4_000 });
    expect([JSON.stringify(smile?.content).isWellFormed(), bytesOf([{ role: "user", content: smile?.content ?? [] }]) < 3_500]).toEqual([true, true]);
    expect(fitting({ content: [{ type: "text", text: "small" }] }, { context: 4_000 })).toBeUndefined();
    expect(fitting({ content: [{ type: "text", text: "x".repeat(90_000) }] }, { context: 0 })).toBeUndefined();
  });

  test("a history of many windows is summed up in pieces, each with the notes so far", async () => {
    await using at = await rig(4_000, ["ok"]);
    for (let index = 0; index < 40; index++)
      for (const message of [said(`q${index}`), answered("word ".repeat(300))]) await at.on.shell.session.append(message);
    expect(await at.on.submit("go on")).toEqual({ kind: "completed" });
    expect(at.seen.notes.length).toBeGreaterThan(2);
    expect(textsOf(at.seen.notes[1]!.messages)).toContain("The notes up to here; write them anew with what follows:\n\nNotes 1:");
    const pieces = piecesOf(at.on.shell.session.messages, 500, 3);
    expect([pieces.length <= 3, pieces.every((piece) => piece.length <= 500)]).toEqual([true, true]);
  });
});
