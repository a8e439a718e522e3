// Commands of normal mode. What a count means, and what `.` remembers of each.
import { graphemeEnd } from "claw/kit";
import { addToNumber, joinLines, replaceChars, swapChars } from "./changes.ts";
import { ARROWS, startInsert } from "./insert.ts";
import { wholeLines } from "./line-motions.ts";
import { motion } from "./motions.ts";
import { leaveJump, type Move } from "./moves.ts";
import { textObject } from "./objects.ts";
import { operate, regionOf } from "./operators.ts";
import { type Command, OPERATORS } from "./parse.ts";
import { put } from "./put.ts";
import { recall } from "./registers.ts";
import { closeChange, fail, here, lineOf, moveTo, type Repeat, settle, splice, type Vim } from "./state.ts";
import { indentOf, same } from "./text.ts";
import { redo, undo } from "./undo.ts";

/** Runs a command. Those of visual mode and of macros are elsewhere. */
export function runNormal(vim: Vim, command: Command): undefined {
  const { operator, key } = command;
  if (operator !== undefined) return withOperator(vim, command, operator);
  const long = SAME[key];
  if (long !== undefined) return runNormal(vim, { ...command, operator: long[0], key: long[1], keys: long });
  const run = COMMANDS[key];
  if (run !== undefined) {
    run(vim, command, command.count ?? 1);
    return;
  }
  const from = here(vim);
  const move = motion(vim, { key, arg: command.arg, count: command.count, operator: undefined });
  if (move === undefined) return fail(vim);
  go(vim, move);
  if (move.jump === true && !same(from, here(vim))) leaveJump(vim, from);
  if (move.short === true) fail(vim);
}

/** Puts the cursor where a motion leads. */
export function go(vim: Vim, move: Move): undefined {
  moveTo(vim, move.to);
  vim.s.goal = move.goal;
}

// --- internal ---

type Run = (vim: Vim, command: Command, count: number) => void;

/** Short forms, as the operator and motion they stand for. */
const SAME: Readonly<Record<string, readonly [string, string]>> = {
  ...{ x: ["d", "l"], X: ["d", "h"], D: ["d", "$"], C: ["c", "$"], s: ["c", "l"], S: ["c", "c"], Y: ["y", "y"] },
  [ARROWS.delete]: ["d", "l"],
};

export function remember(vim: Vim, command: Command, count = command.count ?? 0): Repeat {
  const repeat: Repeat = { count, keys: command.keys, ...(command.register !== undefined && { register: command.register }) };
  if (!vim.repeating) vim.s.last = repeat;
  return repeat;
}

function withOperator(vim: Vim, command: Command, operator: string): undefined {
  const from = here(vim);
  const move = moveOf(vim, command, operator);
  if (move === undefined) {
    settle(vim);
    return fail(vim);
  }
  const repeat = operator === "y" ? undefined : remember(vim, command);
  const region = regionOf(vim, forced(move, command.force), operator);
  // Nothing to take, or a line that has nothing: the cursor goes there all the same.
  operate(vim, { operator, register: command.register, times: 1, region });
  if (operator === "c") startInsert(vim, { ...(repeat && { repeat }) });
  else settle(vim);
  if (move.jump === true && !same(from, here(vim))) leaveJump(vim, from);
}

/** `v` turns a motion by lines into one by characters, and its end in or out; `V` makes lines of any. */
function forced(move: Move, force: "v" | "V" | undefined): Move {
  if (force === undefined) return move;
  if (force === "V") return { ...move, kind: "line" };
  return { ...move, kind: move.kind === "exclusive" ? "inclusive" : "exclusive" };
}

function moveOf(vim: Vim, { key, arg, count }: Command, operator: string): Move | undefined {
  if (OPERATORS.has(key) || key === operator) return wholeLines(vim, count ?? 1, operator);
  const object = key.length === 2 && (key[0] === "i" || key[0] === "a");
  if (object) return textObject(vim, key, count ?? 1, undefined);
  return motion(vim, { key, arg, count, operator });
}

function insertAt(place: (vim: Vim) => number): Run {
  return (vim, command, count) => {
    vim.col = place(vim);
    const repeat = remember(vim, command);
    startInsert(vim, { count, repeat });
  };
}

function openLine(below: boolean): Run {
  return (vim, command, count) => {
    const repeat = remember(vim, command);
    const row = below ? vim.row + 1 : vim.row;
    splice(vim, row, 0, [""]);
    vim.row = row;
    vim.col = 0;
    startInsert(vim, { count, repeat, line: true });
  };
}

function putting(behind: boolean, past: boolean): Run {
  return (vim, command, count) => {
    const register = recall(vim, command.register);
    if (register === undefined) return fail(vim);
    remember(vim, command);
    put(vim, register, { behind, past, count });
    settle(vim);
  };
}

function join(spaced: boolean): Run {
  return (vim, command, count) => {
    const room = vim.lines.length - vim.row;
    if (room < 2 && count <= 2) return fail(vim);
    remember(vim, command);
    joinLines(vim, Math.min(Math.max(count, 2), room), spaced);
    settle(vim);
    return undefined;
  };
}

function add(sign: number): Run {
  return (vim, command, count) => {
    remember(vim, command);
    addToNumber(vim, sign * count);
  };
}

function startVisual(mode: "visual" | "visual-line" | "visual-block"): Run {
  return (vim, _, count) => {
    vim.s.anchor = here(vim);
    vim.s.mode = mode;
    if (count > 1 && mode === "visual") moveTo(vim, { row: vim.row, col: Math.min(vim.col + count - 1, lineOf(vim).length) });
  };
}

const COMMANDS: Readonly<Record<string, Run>> = {
  i: insertAt((vim) => vim.col),
  a: insertAt((vim) => graphemeEnd(lineOf(vim), vim.col)),
  I: insertAt((vim) => indentOf(lineOf(vim))),
  gI: insertAt(() => 0),
  A: insertAt((vim) => lineOf(vim).length),
  ...{ o: openLine(true), O: openLine(false), p: putting(true, false), P: putting(false, false), gp: putting(true, true), gP: putting(false, true) },
  ...{ J: join(true), gJ: join(false), "\x01": add(1), "\x18": add(-1) },
  ...{ v: startVisual("visual"), V: startVisual("visual-line"), "\x16": startVisual("visual-block") },
  r(vim, command, count) {
    if (command.arg === "\x1b") return;
    if (replaceChars(vim, command.arg, count)) remember(vim, command);
    else fail(vim);
  },
  R(vim, command, count) {
    startInsert(vim, { count, repeat: remember(vim, command) }, "replace");
  },
  "~"(vim, command, count) {
    if (lineOf(vim) === "") return fail(vim);
    remember(vim, command);
    swapChars(vim, count);
    settle(vim);
  },
  z() {},
  gi(vim, command, count) {
    const last = vim.s.marks["^"];
    if (last !== undefined) moveTo(vim, last);
    startInsert(vim, { count, repeat: remember(vim, command) });
  },
  u(vim, _, count) {
    closeChange(vim);
    undo(vim, count);
  },
  "\x12"(vim, _, count) {
    redo(vim, count);
  },
  m(vim, { arg }) {
    if (!/^[a-z'`]$/.test(arg)) return fail(vim);
    vim.s.marks = { ...vim.s.marks, [arg === "`" ? "'" : arg]: here(vim) };
  },
  gv(vim) {
    const { selected } = vim.s;
    if (selected === undefined) return fail(vim);
    vim.s.mode = selected.mode;
    vim.s.anchor = selected.anchor;
    moveTo(vim, selected.cursor);
    vim.s.goal = selected.goal;
  },
};
