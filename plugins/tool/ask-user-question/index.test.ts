import { expect, test } from "bun:test";
import type { Answer, Json, ToolResult } from "claw";
import { manyQuestion } from "claw/kit";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const harness = (answers?: readonly (string | Answer)[], script: Parameters<typeof createHarness>[0]["script"] = []): Promise<Harness> =>
  createHarness({ plugins: ["tool/ask-user-question"], script, ...(answers && { answers }) });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "AskUserQuestion"), {
    valid: [
      { question: "Which?" },
      { question: "Which?", options: ["a", { label: "b", description: "the second" }] },
      { questions: [{ question: "A?", options: ["x"], multiSelect: true }, { question: "B?" }] },
      { questions: [{ question: "A?", header: "A", options: [{ label: "x", description: "y" }], multiSelect: false }] },
    ],
    invalid: [{ question: " " }, { questions: [] }, { question: "A?", options: [1] }, { ask: "A?" }],
  });
}

test.each<[what: string, input: Json, answers: (string | Answer)[], said: string]>([
  ["an option", { question: "Which?", options: ["left", "right"] }, ["right"], "Which?\n→ right"],
  ["an option with words", { question: "Which?", options: ["left"] }, [{ choice: "left", text: "but slowly" }], "Which?\n→ left (but slowly)"],
  ["free text", { question: "Name?" }, [{ choice: "", text: " Ada\n" }], "Name?\n→ Ada"],
  ["own words at once", { question: "Which?", options: ["a"] }, [{ choice: "something else", text: "neither" }], "Which?\n→ neither"],
  ["own words, asked for", { question: "Which?", options: ["a"] }, ["something else", { choice: "", text: "neither" }], "Which?\n→ neither"],
  ["a no with words", { question: "Which?", options: ["a"] }, [{ choice: "no", text: "ask later" }], "Which?\n→ ask later"],
  ["no as an option", { question: "Sure?", options: ["yes", "no"] }, ["no"], "Sure?\n→ no"],
  ["nothing", { question: "Which?", options: ["a"] }, ["no"], "Which?\n→ not answered: decide by yourself, or do without"],
  ["several", { questions: [{ question: "Q", options: ["a", "b", "c"], multiSelect: true }] }, [{ choice: "", text: "3, A" }], "Q\n→ c, a"],
  ["several in words", { questions: [{ question: "Q", options: ["a"], multiSelect: true }] }, [{ choice: "", text: "1, and d" }], "Q\n→ 1, and d"],
  [
    "several questions",
    { questions: [{ question: "A?", options: ["x"] }, { question: "B?" }] },
    ["x", { choice: "", text: "y" }],
    "A?\n→ x\n\nB?\n→ y",
  ],
])("AskUserQuestion > %s", async (_, input, answers, said) => {
  await using on = await harness(answers);
  const result = await on.call("AskUserQuestion", input);
  expect([result.failed ?? false, text(result)]).toEqual([false, said]);
});

test("AskUserQuestion > shows what options mean", async () => {
  await using on = await harness(["b", { choice: "", text: "1" }]);
  const options = ["a", { label: "b", description: "the second" }];
  const result = await on.call("AskUserQuestion", {
    questions: [
      { question: "Which?", options },
      { question: "All?", options, multiSelect: true },
    ],
  });
  expect(on.questions).toEqual([
    { text: "Which?\nb: the second", choices: ["a", "b", "something else"] },
    manyQuestion("All?", [{ label: "a" }, { label: "b", about: "the second" }]),
  ]);
  expect(result.details).toEqual({
    answers: [
      { question: "Which?", answer: "b" },
      { question: "All?", answer: "a" },
    ],
    status: "answered",
  });
});

test("AskUserQuestion > with nobody to ask, the model is told to go on", async () => {
  await using on = await harness();
  const result = await on.call("AskUserQuestion", { question: "Which?" });
  expect([result.failed, text(result)]).toEqual([
    true,
    "Nobody can be asked in this run.\nDo not ask again: take the most sensible choice, go on, and say in your answer what you assumed.",
  ]);
});

test.each<[Json, string]>([
  [{}, "Give either question (with options) or questions."],
  [{ question: "A?", questions: [{ question: "B?" }] }, "Give either question"],
  [{ question: "A?", options: ["x", { label: "x" }] }, 'Two options of "A?" are the same.'],
])("AskUserQuestion > %j is refused", async (input, reason) => {
  await using on = await harness(["x"]);
  const result = await on.call("AskUserQuestion", input);
  expect([result.failed, text(result), on.questions]).toEqual([true, expect.stringContaining(reason), []]);
});

test("AskUserQuestion > two calls of one message ask one after the other", async () => {
  const call = (id: string): Json => ({ questions: [{ question: `${id}1` }, { question: `${id}2` }] });
  const content = ["a", "b"].map((id) => ({ type: "call", id, tool: "AskUserQuestion", input: call(id) }) as const);
  await using on = await harness(
    ["1", "2", "3", "4"].map((said) => ({ choice: "", text: said })),
    [{ content, stop: "calls" }],
  );
  await on.submit("go");
  expect(on.questions.map((question) => question.text)).toEqual(["a1", "a2", "b1", "b2"]);
});
