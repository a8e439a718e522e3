// Visual mode: what moves a selection, and what is done to it.
import { graphemeStart } from "claw/kit";
import { joinLines } from "./changes.ts";
import { ARROWS, startInsert } from "./insert.ts";
import { motion } from "./motions.ts";
import { leaveJump } from "./moves.ts";
import { go } from "./normal.ts";
import { textObject } from "./objects.ts";
import { operate, type Region } from "./operators.ts";
import type { Command } from "./parse.ts";
import { begin, leaveVisual, regionOfSelection } from "./selection.ts";
import { fail, here, lineOf, type Mode, moveTo, type Repeat, settle, type Vim } from "./state.ts";
import { colAt, columnOf, lineAt, same } from "./text.ts";
import { addAll, insertInBlock, putOver, type Run, replaceAll } from "./visual-changes.ts";

/** Runs a command on the selection. */
export function runVisual(vim: Vim, command: Command): undefined {
  const { key, count, arg } = command;
  if (key.length === 2 && "ia".includes(key[0] ?? "") && !COMMANDS[key]) return selectObject(vim, command);
  const run = COMMANDS[key];
  if (run !== undefined) {
    run(vim, command);
    return;
  }
  const from = here(vim);
  const move = motion(vim, { key, arg, count, operator: undefined });
  if (move === undefined) return fail(vim);
  go(vim, move);
  if (move.jump === true && !same(from, here(vim))) leaveJump(vim, from);
  if (move.short === true) fail(vim);
}

// --- internal ---

/** An operator on the selection; in `mode` when its capital asks for lines. */
function operator(name: string, lines = false): Run {
  return (vim, command) => {
    const rest = vim.s.mode === "visual-block" && lines && "dc".includes(name) && "DC".includes(command.key);
    if (rest) vim.s.goal = Number.POSITIVE_INFINITY;
    if (lines && vim.s.mode !== "visual-block") vim.s.mode = "visual-line";
    else if (lines && "SR".includes(command.key)) vim.s.mode = "visual-line";
    const region = regionOfSelection(vim, name === ">" || name === "<");
    const repeat = name === "y" ? undefined : begin(vim, command, region);
    leaveVisual(vim);
    if (name === "c" && region.kind === "block") return changeBlock(vim, command, region, repeat);
    operate(vim, { operator: name, register: command.register, times: command.count ?? 1, region });
    if (name === "c") startInsert(vim, { ...(repeat && { repeat }) });
    else settle(vim);
    return undefined;
  };
}

function changeBlock(vim: Vim, command: Command, region: Region, repeat: Repeat | undefined): undefined {
  const { start, end, columns } = region;
  operate(vim, { operator: "d", register: command.register, times: 1, region });
  moveTo(vim, { row: start.row, col: colAt(lineAt(vim.lines, start.row), columns?.left ?? 0) });
  const block = { rows: end.row - start.row, column: columns?.left ?? 0, pad: false, rest: false };
  startInsert(vim, { block, ...(repeat && { repeat }) });
}

function selectObject(vim: Vim, { key, count }: Command): undefined {
  const { anchor } = vim.s;
  const found = textObject(vim, key, count ?? 1, same(anchor, here(vim)) ? undefined : anchor);
  if (found === undefined) return fail(vim);
  if (found.grown !== true && (found.kind !== "line" || found.from.row !== anchor.row)) vim.s.anchor = found.from;
  if (found.kind === "line") vim.s.mode = "visual-line";
  else if (vim.s.mode === "visual-line") vim.s.mode = "visual";
  const line = lineAt(vim.lines, found.to.row);
  const col = found.kind === "exclusive" && found.empty !== true && found.to.col > 0 ? graphemeStart(line, found.to.col) : found.to.col;
  moveTo(vim, { row: found.to.row, col });
}

function joinSelected(spaced: boolean): Run {
  return (vim, command) => {
    const region = regionOfSelection(vim, true);
    begin(vim, command, region);
    const { start, end } = region;
    leaveVisual(vim);
    const rows = Math.max(2, end.row - start.row + 1);
    moveTo(vim, start);
    if (start.row + rows > vim.lines.length) {
      settle(vim);
      return fail(vim);
    }
    joinLines(vim, rows, spaced);
    settle(vim);
    return undefined;
  };
}

function turnTo(mode: Mode): Run {
  return (vim) => {
    if (vim.s.mode === mode) leaveVisual(vim);
    else vim.s.mode = mode;
  };
}

/** `o` goes to the other end, `O` in a block to the other corner of the line. */
function otherEnd(vim: Vim, { key }: Command): undefined {
  const { anchor } = vim.s;
  const cursor = here(vim);
  if (key === "O" && vim.s.mode === "visual-block") {
    const other = lineAt(vim.lines, anchor.row);
    const [left, right] = [columnOf(other, anchor.col), columnOf(lineOf(vim), cursor.col)].toSorted((a, b) => a - b) as [number, number];
    const turned = colAt(lineOf(vim), right) === cursor.col;
    vim.s.anchor = { row: anchor.row, col: colAt(other, turned ? right : left) };
    moveTo(vim, { row: cursor.row, col: colAt(lineOf(vim), turned ? left : right) });
    vim.s.goal = turned ? left : right;
  } else {
    vim.s.anchor = cursor;
    moveTo(vim, anchor);
  }
}

const COMMANDS: Readonly<Record<string, Run>> = {
  ...{ d: operator("d"), x: operator("d"), [ARROWS.delete]: operator("d"), X: operator("d", true), D: operator("d", true) },
  ...{
    c: operator("c"),
    s: operator("c"),
    S: operator("c", true),
    C: operator("c", true),
    R: operator("c", true),
    y: operator("y"),
    Y: operator("y", true),
  },
  ...{ ">": operator(">"), "<": operator("<"), "~": operator("~"), u: operator("u"), U: operator("U") },
  ...{ "g~": operator("g~"), gu: operator("gu"), gU: operator("gU"), "g?": operator("g?") },
  ...{
    J: joinSelected(true),
    gJ: joinSelected(false),
    p: putOver(false),
    P: putOver(true),
    gp: putOver(false, true),
    gP: putOver(true, true),
    r: replaceAll,
  },
  ...{ I: insertInBlock(false), A: insertInBlock(true), o: otherEnd, O: otherEnd, "\x01": addAll(1), "\x18": addAll(-1) },
  ...{ v: turnTo("visual"), V: turnTo("visual-line"), "\x16": turnTo("visual-block") },
  z() {},
  m(vim, { arg }) {
    if (/^[a-z'`]$/.test(arg)) vim.s.marks = { ...vim.s.marks, [arg === "`" ? "'" : arg]: here(vim) };
  },
  gv(vim) {
    const { selected } = vim.s;
    if (selected === undefined) return fail(vim);
    const now = { mode: vim.s.mode, anchor: vim.s.anchor, cursor: here(vim), goal: vim.s.goal };
    vim.s.mode = selected.mode;
    vim.s.anchor = selected.anchor;
    moveTo(vim, selected.cursor);
    vim.s.goal = selected.goal;
    vim.s.selected = now;
  },
};
