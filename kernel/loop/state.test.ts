import { expect, test } from "bun:test";
import { type LoopSignal, type LoopState, move } from "./state.ts";

// Written as tables so that a state or signal left out does not compile.
const STATES = Object.keys({
  idle: 0,
  routing: 0,
  preparing: 0,
  streaming: 0,
  calling: 0,
  deciding: 0,
  recovering: 0,
  ending: 0,
} satisfies Record<LoopState, 0>) as LoopState[];
const SIGNALS = Object.keys({
  input: 0,
  prompt: 0,
  handled: 0,
  prepared: 0,
  asked: 0,
  answered: 0,
  called: 0,
  again: 0,
  enough: 0,
  error: 0,
  abort: 0,
  ended: 0,
} satisfies Record<LoopSignal, 0>) as LoopSignal[];

const moves = STATES.flatMap((from) => SIGNALS.map((signal) => ({ from, signal, to: move(from, signal) })));

test("move > is total: any state and signal give a state", () => {
  expect(moves).toHaveLength(STATES.length * SIGNALS.length);
  for (const { to } of moves) expect(STATES).toContain(to);
});

test("move > only `input` leaves idle", () => {
  expect(moves.filter(({ from, to }) => from === "idle" && to !== "idle")).toEqual([{ from: "idle", signal: "input", to: "routing" }]);
});

test("move > only ending leads back to idle, and only when it has ended", () => {
  expect(moves.filter(({ from, to }) => from !== "idle" && to === "idle")).toEqual([{ from: "ending", signal: "ended", to: "idle" }]);
});

test("move > every state is reached from idle", () => {
  const reached = new Set<LoopState>(["idle"]);
  for (const state of reached) for (const { from, to } of moves) if (from === state) reached.add(to);
  expect([...reached].sort()).toEqual(STATES.toSorted());
});

test.each(STATES.map((state) => [state]))("move > abort reaches idle from %s in two moves", (state) => {
  expect(move(move(state, "abort"), "ended")).toBe("idle");
});

test("move > an error is recovered from while a step is under way, and else ends the turn", () => {
  const after = Object.fromEntries(STATES.map((state) => [state, move(state, "error")]));
  expect(after).toEqual({
    idle: "idle",
    routing: "ending",
    preparing: "recovering",
    streaming: "recovering",
    calling: "recovering",
    deciding: "recovering",
    recovering: "ending",
    ending: "ending",
  });
});

test("move > a signal that a state does not expect changes nothing", () => {
  const expected = new Set([
    ...["routing prompt", "routing handled", "preparing prepared", "streaming asked", "streaming answered", "calling called"],
    ...["deciding again", "deciding enough", "recovering again", "recovering enough", "ending ended", "idle input"],
  ]);
  const strays = moves.filter(({ from, signal }) => signal !== "error" && signal !== "abort" && !expected.has(`${from} ${signal}`));
  expect(strays.filter(({ from, to }) => from !== to)).toEqual([]);
  expect(moves.filter(({ from, signal, to }) => expected.has(`${from} ${signal}`) && from === to)).toEqual([]);
});
