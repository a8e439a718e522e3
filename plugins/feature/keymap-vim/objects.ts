// Text objects by their keys: sentences, paragraphs and quotes here, words, brackets and tags in files of their own.
import { graphemeStart } from "claw/kit";
import { bracketed, tag } from "./bracket-objects.ts";
import type { Selected } from "./moves.ts";
import { growSentences, sentenceObject } from "./sentences.ts";
import { here, lineOf, type Vim } from "./state.ts";
import { blank, lineAt, type Spot, same } from "./text.ts";
import { failAt, wordObject } from "./word-objects.ts";

/** `key` is `i` or `a` and what of. `selection` is where a selection of more than one character began. */
export function textObject(vim: Vim, key: string, count: number, selection: Spot | undefined): Selected | undefined {
  const around = key[0] === "a";
  const what = key[1] ?? "";
  if (what === "w" || what === "W") return wordObject(vim, what === "W", around, count, selection);
  if (what === "p") return paragraphs(vim, around, count, selection);
  if (what === "s") return sentences(vim, around, count, selection);
  if (`"'\``.includes(what)) return quoted(vim, what, around, count);
  if (what === "t") return tag(vim, around, count, selection);
  const pair = PAIRS.find((known) => known.includes(what));
  return pair === undefined ? undefined : bracketed(vim, pair, around, count, selection);
}

// --- internal ---

const PAIRS = ["()b", "[]", "{}B", "<>"];

function sentences(vim: Vim, around: boolean, count: number, selection: Spot | undefined): Selected | undefined {
  const grow = (at?: Spot): Selected => {
    const to = growSentences(vim.lines, here(vim), vim.s.anchor, count, around, at);
    return { from: vim.s.anchor, to, kind: "inclusive", grown: true };
  };
  if (selection !== undefined) return grow();
  const found = sentenceObject(vim.lines, here(vim), count, around);
  if (found === undefined) return undefined;
  if (vim.s.mode !== "normal") return same(found.start, found.last) ? grow(found.last) : { from: found.start, to: found.last, kind: "inclusive" };
  return { from: found.start, to: found.inclusive ? found.last : found.end, kind: found.inclusive ? "inclusive" : "exclusive" };
}

function paragraphs(vim: Vim, around: boolean, count: number, selection: Spot | undefined): Selected | undefined {
  const white = (row: number): boolean => lineAt(vim.lines, row).trim() === "";
  if (selection !== undefined && selection.row !== vim.row) return growParagraphs(vim, around, count, selection, white);
  const last = vim.lines.length - 1;
  let top = vim.row;
  const whiteFirst = white(top);
  while (top > 0 && white(top - 1) === whiteFirst && (whiteFirst || lineAt(vim.lines, top) !== "")) top -= 1;
  let bottom = top;
  while (bottom <= last && white(bottom)) bottom += 1;
  bottom -= 1;
  for (let left = count - (!around && whiteFirst ? 1 : 0); left > 0; left--) {
    if (bottom === last) return undefined;
    const blanks = !around && white(bottom + 1);
    if (around || !blanks) {
      bottom += 1;
      while (bottom < last && !white(bottom + 1)) bottom += 1;
    }
    if (left === 1 && whiteFirst && around) break;
    if (around || blanks) while (bottom < last && white(bottom + 1)) bottom += 1;
  }
  if (!whiteFirst && around && !white(bottom)) while (top > 0 && white(top - 1)) top -= 1;
  if (selection !== undefined && vim.s.mode === "visual-line" && top === bottom) return growParagraphs(vim, around, count, selection, white);
  return { from: { row: top, col: 0 }, to: { row: bottom, col: 0 }, kind: "line" };
}

function growParagraphs(vim: Vim, around: boolean, count: number, from: Spot, white: (row: number) => boolean): Selected | undefined {
  const by = vim.row < from.row ? -1 : 1;
  const limit = by < 0 ? 0 : vim.lines.length - 1;
  let { row } = vim;
  for (let left = count; left > 0; left--) {
    if (row === limit) return failAt(vim, { row, col: 0 });
    for (let part = 0, sort: boolean | undefined; part < 2; part++) {
      row += by;
      if (white(row) === sort) {
        row -= by;
        break;
      }
      sort = white(row);
      while (row !== limit && white(row + by) === sort) row += by;
      if (!around || row === limit) break;
    }
  }
  return { from, to: { row, col: 0 }, kind: "line", grown: true };
}

function quoted(vim: Vim, quote: string, around: boolean, count: number): Selected | undefined {
  const line = lineOf(vim);
  const pair = quotesAt(line, vim.col, quote);
  if (pair === undefined) return undefined;
  let [first, last] = pair;
  if (around) {
    if (blank(line[last + 1] ?? "")) while (blank(line[last + 1] ?? "")) last += 1;
    else while (first > 0 && blank(line[first - 1] ?? "")) first -= 1;
  } else if (count < 2) {
    first += 1;
    if (first === last) return { from: { row: vim.row, col: first }, to: { row: vim.row, col: first }, kind: "exclusive", empty: true };
    last = graphemeStart(line, last);
  }
  return { from: { row: vim.row, col: first }, to: { row: vim.row, col: last }, kind: "inclusive" };
}

/** The quotes round a place, or the next two behind it. A backslash hides a quote. */
function quotesAt(line: string, col: number, quote: string): readonly [number, number] | undefined {
  const quotes: number[] = [];
  for (let at = 0; at < line.length; at++) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === quote) quotes.push(at);
  }
  if (line[col] === quote) {
    const index = quotes.indexOf(col);
    const open = index - (index % 2);
    return quotes[open] === undefined || quotes[open + 1] === undefined ? undefined : [quotes[open], quotes[open + 1]!];
  }
  const previous = quotes.findLast((at) => at < col);
  const next = quotes.filter((at) => at > col);
  if (previous !== undefined) return next[0] === undefined ? undefined : [previous, next[0]];
  return next[0] === undefined || next[1] === undefined ? undefined : [next[0], next[1]];
}
