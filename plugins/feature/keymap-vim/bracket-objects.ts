// Text objects between brackets and tags.
import { graphemeEnd } from "claw/kit";
import type { Selected } from "./moves.ts";
import { backward, onward } from "./sentences.ts";
import { unmatched } from "./spans.ts";
import { here, type Vim } from "./state.ts";
import { before, charAt, indentOf, lineAt, type Spot, same, stepBack } from "./text.ts";

export function bracketed(vim: Vim, pair: string, around: boolean, count: number, selection: Spot | undefined): Selected | undefined {
  const [open = "", close = ""] = pair;
  const { lines } = vim;
  let from = selection !== undefined && before(selection, here(vim)) ? selection : here(vim);
  if (selection === undefined) {
    if (open === "{")
      while (indentOf(lineAt(lines, from.row)) > from.col && from.col + 1 < lineAt(lines, from.row).length) from = onward(lines, from)[0];
    if (charAt(lines, from) === open) from = { row: from.row, col: from.col + 1 };
  }
  const start = enclosing(vim, from, pair, count);
  const end = start && unmatched(lines, start, close, open, true);
  if (start === undefined || end === undefined) return undefined;
  if (around) return { from: start, to: end, kind: "inclusive", ...(selection && grownBy(vim, start, end, pair, around, selection)) };
  const inner = onward(lines, start)[0];
  let atStart = end.col === 0;
  let last = backward(lines, end)[0];
  if (open === "{") {
    while (indentOf(lineAt(lines, last.row)) > last.col && last.row === end.row) {
      atStart = true;
      last = backward(lines, last)[0];
    }
    if (end.row !== last.row) atStart = true;
  }
  // A selection goes on to the end of the line before the bracket's.
  if (atStart && vim.s.mode !== "normal") last = { row: last.row, col: graphemeEnd(lineAt(lines, last.row), last.col) };
  if (same(inner, end) || before(last, inner)) return { from: inner, to: vim.s.mode === "normal" ? inner : last, kind: "exclusive", empty: true };
  if (atStart && selection === undefined && vim.s.mode === "normal") return { from: inner, to: onward(lines, last)[0], kind: "exclusive" };
  return { from: inner, to: last, kind: "inclusive", ...(selection && grownBy(vim, inner, last, pair, around, selection)) };
}

/** `it` and `at`: the innermost pair of tags round the cursor, or with a count one further out. */
export function tag(vim: Vim, around: boolean, count: number, selection: Spot | undefined): Selected | undefined {
  const text = vim.lines.join("\n");
  const starts = [0];
  for (const line of vim.lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const offset = (spot: Spot): number => (starts[spot.row] ?? 0) + spot.col;
  const spotOf = (at: number): Spot => {
    const row = starts.findLastIndex((start) => start <= at);
    return { row, col: at - (starts[row] ?? 0) };
  };
  const low = Math.min(offset(here(vim)), offset(selection ?? here(vim)));
  const high = Math.max(offset(here(vim)), offset(selection ?? here(vim)));
  const open: { name: string; start: number; inner: number }[] = [];
  const pairs: { start: number; inner: number; innerEnd: number; end: number }[] = [];
  for (const { 0: whole, 1: slash, 2: name = "", 3: closed, index } of text.matchAll(/<(\/?)([^\s>/]+)(?:[^<>]*?)(\/?)>/g)) {
    if (closed === "/") continue;
    if (slash === "") open.push({ name, start: index, inner: index + whole.length });
    else {
      const at = open.findLastIndex((one) => one.name === name);
      if (at >= 0) pairs.push({ ...open[at]!, innerEnd: index, end: index + whole.length });
      if (at >= 0) open.length = at;
    }
  }
  const bigger = pairs.filter(({ start, end }) => start <= low && end > high && (selection === undefined || end - start > high - low + 1));
  const found = bigger.toSorted((a, b) => a.end - a.start - (b.end - b.start))[count - 1];
  if (found === undefined) return undefined;
  const [start, end] = around ? [found.start, found.end] : [found.inner, found.innerEnd];
  if (start === end) return { from: spotOf(start), to: spotOf(start), kind: "exclusive", empty: true };
  const last = stepBack(vim.lines, spotOf(end))[0];
  return { from: spotOf(start), to: graphemeEnd(text, start) > text.length ? spotOf(start) : last, kind: "inclusive" };
}

// --- internal ---

/** The `count`th opening bracket outwards; when the cursor is in none, the `count`th that comes. */
function enclosing(vim: Vim, from: Spot, pair: string, count: number): Spot | undefined {
  const [open = "", close = ""] = pair;
  const inside = unmatched(vim.lines, from, open, close, false);
  let spot: Spot | undefined = from;
  for (let left = count; left > 0 && spot !== undefined; left--) spot = unmatched(vim.lines, spot, open, close, inside === undefined);
  return spot;
}

/** Inside a selection that is as large already: the pair around it. */
function grownBy(vim: Vim, start: Spot, end: Spot, pair: string, around: boolean, selection: Spot): Partial<Selected> {
  const [low, high] = before(selection, here(vim)) ? [selection, here(vim)] : [here(vim), selection];
  if (before(start, low) || before(high, end)) return {};
  const [open = "", close = ""] = pair;
  const outer = unmatched(vim.lines, around ? start : unmatched(vim.lines, start, open, close, false)!, open, close, false);
  const outerEnd = outer && unmatched(vim.lines, outer, close, open, true);
  if (outer === undefined || outerEnd === undefined) return {};
  return around ? { from: outer, to: outerEnd } : { from: onward(vim.lines, outer)[0], to: backward(vim.lines, outerEnd)[0] };
}
