import { expect, test } from "bun:test";
import type { Ask, Question } from "claw";
import { pick } from "./questions.ts";

const { signal } = new AbortController();
function answering(choice: string): { readonly ask: Ask; readonly asked: Question[] } {
  const asked: Question[] = [];
  return {
    asked,
    ask: {
      choose: async (question) => {
        asked.push(question);
        return { choice };
      },
    },
  };
}

test("pick > gives the value of what was chosen; two that look alike can be told apart", async () => {
  const items = [
    { label: "one", value: 1 },
    { label: "one", value: 2 },
    { label: "one", detail: "the\nthird", value: 3 },
  ];
  const { ask, asked } = answering("one (2)");
  expect(await pick(ask, "Which?", items, signal)).toBe(2);
  expect(asked).toEqual([{ text: "Which?", choices: ["one", "one (2)", "one · the third"] }]);
  expect(await pick(answering("one · the third").ask, "Which?", items, signal)).toBe(3);
});

test("pick > an answer that is none of them chooses nothing", async () => {
  expect(await pick(answering("no").ask, "Which?", [{ label: "one", value: 1 }], signal)).toBeUndefined();
});
