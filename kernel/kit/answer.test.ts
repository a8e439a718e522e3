import { expect, test } from "bun:test";
import { type AnswerState, createAnswerReader } from "./answer.ts";
import { NO_USAGE } from "./cost.ts";
import { createPartQueue } from "./parts.ts";

type Growing<T> = { -readonly [K in keyof T]: T[K] };
const setup = () => {
  const state: Growing<AnswerState> = { parts: createPartQueue(), ended: false };
  const heard: string[] = [];
  const reader = createAnswerReader(state, {
    event: ({ type }) => void heard.push(type),
    usable: () => heard.length > 1,
    closed: () => void heard.push("closed"),
    finish: () => ({ type: "finish", stop: "done", usage: NO_USAGE, content: [] }),
  });
  return { state, heard, reader };
};

test("createAnswerReader > shows what the state and the rules say now", () => {
  const { state, heard, reader } = setup();
  expect([reader.ended, reader.problem, reader.usable, reader.skim]).toEqual([false, undefined, false, undefined]);
  reader.event({ type: "a" });
  reader.event({ type: "b" });
  state.parts.delta("text", "hi");
  expect([reader.usable, reader.take(), reader.take()]).toEqual([true, [{ type: "text", delta: "hi" }], []]);
  reader.closed?.();
  expect(heard).toEqual(["a", "b", "closed"]);
});

test("createAnswerReader > nothing is heard after the end, nor after a problem", () => {
  const over = setup();
  over.state.ended = true;
  over.reader.event({ type: "late" });
  const broken = setup();
  broken.state.problem = { error: "cut" };
  broken.reader.event({ type: "late" });
  expect([over.heard, over.reader.ended, broken.heard, broken.reader.problem]).toEqual([[], true, [], { error: "cut" }]);
});
