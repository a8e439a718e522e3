// One key at a time: which mode takes it, what `.` and macros type again, and what others have changed since the last key.
import { graphemes } from "claw/kit";
import { insertKey, startInsert } from "./insert.ts";
import { NORMAL_KEYS } from "./keys.ts";
import { runNormal } from "./normal.ts";
import { type Command, parse } from "./parse.ts";
import { recall, storeKeys } from "./registers.ts";
import { leaveVisual, reselect } from "./selection.ts";
import { closeChange, fail, settle, splice, type Vim, type VimOptions, type VimState, visual } from "./state.ts";
import type { Spot } from "./text.ts";
import { runVisual } from "./visual.ts";

/** The state opened for a key, with the text as it is now. */
export function openState(state: VimState, text: string, cursor: number, options: VimOptions): Vim {
  const same = text === state.text;
  const vim: Vim = {
    ...{ options, copies: [], actions: [], s: { ...state }, lines: linesOf(state), changed: false, row: 0, col: 0 },
    ...{ open: state.open, failed: false, depth: 0, budget: BUDGET, repeating: false },
  };
  Object.assign(vim, spotOf(state.text, state.cursor));
  if (!same) adopt(vim, text);
  if (!same || cursor !== state.cursor) adoptCursor(vim, spotOf(text, cursor), same);
  return vim;
}

/** The state to keep. */
export function closeState(vim: Vim): VimState {
  const text = vim.changed ? vim.lines.join("\n") : vim.s.text;
  return { ...vim.s, text, kept: { text, lines: vim.lines }, cursor: offsetOf(vim.lines, vim), open: vim.open };
}

/** Takes one key, as a character. `undefined` when it means nothing here. */
export function feed(vim: Vim, key: string): true | undefined {
  const { recording } = vim.s;
  const taken = take(vim, key);
  if (taken && recording !== undefined && vim.s.recording !== undefined && vim.depth === 0)
    vim.s.recording = { ...vim.s.recording, keys: [...recording.keys, key] };
  return taken;
}

// --- internal ---

/** Keys that macros and repetitions may take together, and how deep they may go. */
const BUDGET = 20_000;
const DEEPEST = 50;

function take(vim: Vim, key: string): true | undefined {
  if (vim.s.mode === "insert" || vim.s.mode === "replace") return insertKey(vim, key);
  if (key === "\x1b") {
    // A count or a register is no command yet.
    const idle = /^(?:\d|".)*$/u.test(vim.s.pending.join(""));
    vim.s.pending = [];
    if (idle && visual(vim.s.mode)) leaveVisual(vim);
    else if (idle) fail(vim);
    return true;
  }
  const pending = [...vim.s.pending, NORMAL_KEYS[key] ?? key];
  const parsed = parse(pending, vim.s.mode, vim.s.recording !== undefined && vim.depth === 0);
  vim.s.pending = parsed === "more" ? pending : [];
  if (parsed === "bad") fail(vim);
  else if (parsed !== "more") run(vim, parsed);
  return true;
}

function run(vim: Vim, command: Command): undefined {
  const keep = { goal: vim.s.goal };
  if (command.key === "." && command.operator === undefined) repeat(vim, command);
  else if (command.key === "q" && command.operator === undefined) record(vim, command.arg);
  else if (command.key === "@" && command.operator === undefined) replay(vim, command);
  else if (visual(vim.s.mode)) runVisual(vim, command);
  else runNormal(vim, command);
  if (vim.s.mode === "normal" || visual(vim.s.mode)) closeChange(vim);
  if (vim.s.mode === "normal") {
    const { goal } = vim.s;
    settle(vim);
    vim.s.goal = goal;
  }
  if (vim.failed && vim.s.goal === undefined && command.key === "m") vim.s.goal = keep.goal;
}

/** Types keys as if the user did. False when something failed: what follows is not typed. */
function type(vim: Vim, keys: readonly string[]): boolean {
  if (vim.depth >= DEEPEST) return false;
  vim.depth += 1;
  for (const key of keys) {
    vim.budget -= 1;
    vim.failed = false;
    if (vim.budget < 0) fail(vim);
    else feed(vim, key);
    if (vim.failed) break;
  }
  vim.depth -= 1;
  return !vim.failed;
}

function repeat(vim: Vim, { count: given }: Command): undefined {
  const { last } = vim.s;
  if (last === undefined || vim.repeating) return fail(vim);
  const count = given ?? last.count;
  const register = last.register === undefined || !/^[1-8]$/.test(last.register) ? last.register : String(Number(last.register) + 1);
  vim.s.last = { ...last, count, ...(register !== undefined && { register }) };
  vim.repeating = true;
  if (last.extent !== undefined) reselect(vim, last.extent, given ?? 0);
  const times =
    count > 0 && last.extent === undefined ? [...String(count)] : last.extent !== undefined && last.count > 0 ? [...String(last.count)] : [];
  type(vim, [...(register === undefined ? [] : ['"', register]), ...times, ...last.keys]);
  vim.repeating = false;
  if (vim.s.mode === "insert" || vim.s.mode === "replace") feed(vim, "\x1b");
  else if (visual(vim.s.mode)) leaveVisual(vim);
  vim.s.pending = [];
}

function record(vim: Vim, register: string): undefined {
  const { recording } = vim.s;
  if (recording !== undefined) {
    vim.s.recording = undefined;
    return storeKeys(vim, recording.register, recording.keys);
  }
  if (!/^[a-zA-Z0-9"]$/.test(register)) return fail(vim);
  vim.s.recording = { register, keys: [] };
}

function replay(vim: Vim, { arg, count }: Command): undefined {
  const register = arg === "@" ? vim.s.macro : arg;
  const held = register === undefined ? undefined : recall(vim, register);
  if (held === undefined) return fail(vim);
  vim.s.macro = register;
  const keys = [...graphemes(held.kind === "line" ? `${held.text}\n` : held.text)];
  for (let left = count ?? 1; left > 0; left--) if (!type(vim, keys)) break;
}

/** Somebody else has changed the text: one more change that can be undone; in insert mode, part of what is inserted. */
function adopt(vim: Vim, text: string): undefined {
  const now = text.split("\n");
  let head = 0;
  while (head < now.length && head < vim.lines.length && now[head] === vim.lines[head]) head += 1;
  let tail = 0;
  while (tail < now.length - head && tail < vim.lines.length - head && now.at(-1 - tail) === vim.lines.at(-1 - tail)) tail += 1;
  splice(vim, head, vim.lines.length - head - tail, now.slice(head, now.length - tail));
  vim.s.pending = [];
  if (visual(vim.s.mode)) vim.s.mode = "normal";
  if (vim.s.mode === "normal") closeChange(vim);
}

function adoptCursor(vim: Vim, spot: Spot, moved: boolean): undefined {
  vim.row = spot.row;
  vim.col = spot.col;
  vim.s.goal = undefined;
  if (vim.s.mode !== "insert" && vim.s.mode !== "replace") return settle(vim);
  if (moved) closeChange(vim);
  startInsert(vim, {}, vim.s.mode);
}

function linesOf({ text, kept }: VimState): string[] {
  return kept !== undefined && kept.text === text ? [...kept.lines] : text.split("\n");
}

function spotOf(text: string, offset: number): Spot {
  const head = text.slice(0, offset);
  const start = head.lastIndexOf("\n") + 1;
  let row = 0;
  for (let at = head.indexOf("\n"); at >= 0; at = head.indexOf("\n", at + 1)) row += 1;
  return { row, col: offset - start };
}

function offsetOf(lines: readonly string[], { row, col }: Spot): number {
  let offset = col;
  for (let index = 0; index < row; index++) offset += (lines[index] ?? "").length + 1;
  return offset;
}
