// Motions to what is looked for: characters, paragraphs, sentences, brackets, marks and patterns.
import { graphemeEnd, graphemeStart } from "claw/kit";
import { toLine } from "./line-motions.ts";
import type { Asked, Motion, Move } from "./moves.ts";
import { findMatch, wordAt } from "./search.ts";
import { sentence } from "./sentences.ts";
import { bracketFrom, matching, paragraph, unmatched } from "./spans.ts";
import { fail, here, lineOf, type Vim, visual } from "./state.ts";
import { firstCol, lastCol, lineAt, type Spot } from "./text.ts";

export function inLine(forward: boolean, till: boolean): Motion {
  return (vim, { arg }, count) => {
    vim.s.find = { char: arg, forward, till };
    return findInLine(vim, count, false);
  };
}

/** `;` goes on as the last `f` or `t` did, `,` the other way. */
export function again(turned: boolean): Motion {
  return (vim, _, count) => {
    const { find } = vim.s;
    if (find === undefined) return undefined;
    if (turned) vim.s.find = { ...find, forward: !find.forward };
    const move = findInLine(vim, count, true);
    vim.s.find = find;
    return move;
  };
}

export function byParagraph(forward: boolean): Motion {
  return (vim, _, count) => {
    const found = paragraph(vim.lines, here(vim), count, forward);
    return found && { to: found.spot, kind: found.inclusive ? "inclusive" : "exclusive", jump: true, large: true };
  };
}

export function bySentence(forward: boolean): Motion {
  return (vim, _, count) => {
    const to = sentence(vim.lines, here(vim), count, forward);
    return to && { to, kind: "exclusive", jump: true, large: true };
  };
}

export function percent(vim: Vim, { count }: Asked): Move | undefined {
  if (count !== undefined) return count > 100 ? undefined : toLine(vim, Math.ceil((count * vim.lines.length) / 100) - 1);
  const col = bracketFrom(lineOf(vim), vim.col);
  const to = col === undefined ? undefined : matching(vim.lines, { row: vim.row, col });
  return to && { to, kind: "inclusive", jump: true, large: true };
}

/** `[(` and its like: out of the brackets the cursor is in. */
export function outOf(vim: Vim, { key, arg }: Asked, count: number): Move | undefined {
  const other = { "(": ")", "{": "}", ")": "(", "}": "{" }[arg];
  if (other === undefined || (key === "[") !== "({".includes(arg)) return undefined;
  let to: Spot | undefined = here(vim);
  for (let n = count; n > 0 && to !== undefined; n--) to = unmatched(vim.lines, to, arg, other, key === "]") ?? (n < count ? undefined : undefined);
  return to && { to, kind: key === "]" ? "inclusive" : "exclusive", jump: true, large: true };
}

export function toMark(line: boolean): Motion {
  return (vim, { arg }) => {
    const spot = vim.s.marks[arg === "`" ? "'" : arg];
    if (spot === undefined || spot.row >= vim.lines.length) return undefined;
    if (line) return { to: { row: spot.row, col: firstCol(lineAt(vim.lines, spot.row)) }, kind: "line", jump: true };
    const text = lineAt(vim.lines, spot.row);
    const col = Math.min(spot.col, visual(vim.s.mode) ? text.length : lastCol(text));
    return { to: { row: spot.row, col }, kind: "exclusive", jump: true, large: true };
  };
}

export function searching(forward: boolean): Motion {
  return (vim, { arg }, count) => {
    const pattern = arg === "" ? vim.s.search?.pattern : arg;
    if (pattern === undefined) return undefined;
    vim.s.search = { pattern, forward };
    return next(vim, forward, count);
  };
}

export const repeatSearch =
  (turned: boolean): Motion =>
  (vim, _, count) =>
    next(vim, (vim.s.search?.forward ?? true) !== turned, count);

export function underCursor(forward: boolean, whole: boolean): Motion {
  return (vim, _, count) => {
    const found = wordAt(vim.lines, here(vim), whole);
    if (found === undefined) return undefined;
    vim.s.search = { pattern: found.pattern, forward };
    const to = findMatch(vim.lines, found.spot, found.pattern, forward, count);
    return to && { to, kind: "exclusive", jump: true, large: true };
  };
}

// --- internal ---

function findInLine(vim: Vim, count: number, repeated: boolean): Move | undefined {
  const { find } = vim.s;
  if (find === undefined || find.char === "") return undefined;
  const line = lineOf(vim);
  let { col } = vim;
  for (let left = count, first = true; left > 0; left--, first = false) {
    const beside = find.forward ? graphemeEnd(line, col) : graphemeStart(line, col);
    if (!find.forward && col === 0) return undefined;
    let found = find.forward ? line.indexOf(find.char, beside) : line.lastIndexOf(find.char, beside);
    // `;` after `t` is not to stay before the character it already stands before.
    if (repeated && find.till && count === 1 && first && found === beside)
      found = find.forward ? line.indexOf(find.char, graphemeEnd(line, found)) : found === 0 ? -1 : line.lastIndexOf(find.char, found - 1);
    if (found < 0) return undefined;
    col = found;
  }
  if (find.till) col = find.forward ? graphemeStart(line, col) : graphemeEnd(line, col);
  return { to: { row: vim.row, col }, kind: find.forward ? "inclusive" : "exclusive" };
}

function next(vim: Vim, forward: boolean, count: number): Move | undefined {
  const { search } = vim.s;
  const to = search && findMatch(vim.lines, here(vim), search.pattern, forward, count);
  if (to === undefined) fail(vim);
  return to && { to, kind: "exclusive", jump: true, large: true };
}
