import { expect, test } from "bun:test";
import type { Block, Message, TurnScope } from "claw";
import { cutOldResults, foldOf, foldOrder, headMessage, planFold, requestOf, skillsIn, summaryOf } from "./compaction.ts";
import { bytesOf, markOf } from "./context.ts";
import { createSession } from "./session.ts";

const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
const answered = (text: string): Message => ({ role: "assistant", content: [{ type: "text", text }] });
const called = (id: string, tool: string, result: string): Message[] => [
  { role: "assistant", content: [{ type: "call", id, tool, input: {} }] },
  { role: "user", content: [{ type: "result", id, content: [{ type: "text", text: result }], failed: false }] },
];
const selection = { provider: "p", model: "m", compactor: "c", "permission-mode": "plan" };
const scope = { session: createSession({ id: "s", cwd: "/" }), selection };
const image: Block = { type: "image", mediaType: "image/png", base64: "AA==" };

test("headMessage > what is put in comes out again: the text, the request, and nothing of claw's own", () => {
  const gone = called("1", "Skill", "Follow the skill `x`.\n\nDo.");
  const request: readonly Block[] = [image, { type: "text", text: "Now this." }];
  for (const [asked, selected] of [
    [request, selection],
    [request, { ...selection, "permission-mode": "prompt" }],
    [[], selection],
    [[], { ...selection, "permission-mode": "prompt" }],
  ] as const) {
    const head = headMessage("## Summary\nIt went\n\nwell.", gone, asked, { ...scope, selection: selected });
    expect([summaryOf(head), requestOf(head)]).toEqual(["## Summary\nIt went\n\nwell.", [...asked]]);
    expect(JSON.stringify(head).includes("Plan mode is on")).toBe(selected === selection);
    // Carried along again by the next.
    expect(skillsIn([head])).toHaveLength(1);
  }
  expect([summaryOf(said("[The earlier part")), summaryOf(answered("x"))]).toEqual([undefined, undefined]);
  expect(headMessage("lone \ud800", [], [], scope).content.every((block) => block.type !== "text" || block.text.isWellFormed())).toBe(true);
});

test("skillsIn > the last of each name, cut, none that is the request itself or that failed", () => {
  const text = (name: string, body: string): string => `Follow the skill \`${name}\`.\n\n${body}`;
  const messages = [
    ...called("1", "Skill", text("a", "old")),
    said(text("b", "by hand")),
    ...called("2", "Skill", text("a", `new ${"x".repeat(20_000)}`)),
    ...called("3", "bash", text("c", "no")),
  ];
  const texts = skillsIn(messages).map((block) => (block.type === "text" ? block.text : ""));
  expect(texts.map((one) => /`(\w)`/.exec(one)?.[1])).toEqual(["b", "a"]);
  expect([texts[1]?.includes("new x"), texts[1]!.length < 13_000]).toEqual([true, true]);
  expect(skillsIn(messages, said(text("b", "by hand")).content)).toHaveLength(1);
});

test("planFold > each attempt keeps less, and a fold is never longer than what it replaces", () => {
  const messages = Array.from({ length: 200 }, (_, index) => [said(`q${index}`), answered("word ".repeat(100))]).flat();
  const sizes = [0, 1, 2, 9].map((attempt) => bytesOf(planFold(messages, attempt).tail));
  expect([sizes.toSorted((a, b) => b - a), sizes[2]]).toEqual([sizes, sizes[3]]);
  const plan = planFold(messages);
  expect(foldOf(messages, plan, said("x".repeat(200_000)))).toEqual({ summary: [], dropped: 0 });
  expect(foldOf(messages, plan, said("short")).dropped).toBe(plan.cut);
});

test("cutOldResults > only when it frees enough, only old ones, and none twice", () => {
  const messages = [said("go"), ...Array.from({ length: 20 }, (_, index) => called(`c${index}`, "read", "line\n".repeat(800))).flat()];
  const fold = cutOldResults(messages)!;
  const left = [...fold.summary, ...messages.slice(fold.dropped)];
  expect([left.length, left[0], bytesOf(left) < bytesOf(messages) / 2]).toEqual([messages.length, messages[0]!, true]);
  expect(left.at(-1)).toBe(messages.at(-1)!);
  // What was cut is not cut again.
  const again = cutOldResults([...left, ...Array.from({ length: 9 }, (_, index) => called(`d${index}`, "read", "line\n".repeat(800))).flat()]);
  expect(again?.summary.slice(0, fold.dropped)).toEqual([...fold.summary]);
  expect(cutOldResults([said("x".repeat(50_000)), answered("y")])).toBeUndefined();
});

test("foldOrder, markOf > what was said is read, anything else is not", () => {
  const order = (more: object) => foldOrder(more as TurnScope);
  expect([order({}), order({ focus: " a " }), order({ focus: "", attempt: 2 }), order({ focus: 1, attempt: "x" })]).toEqual([
    {},
    { focus: "a" },
    { focus: "", attempt: 2 },
    {},
  ]);
  expect([markOf(undefined), [said("a"), said("a"), said("b")].map(markOf).map((mark, _, all) => mark === all[0])]).toEqual([
    "",
    [true, true, false],
  ]);
});
