// Motions by their keys, and those by words.
import { again, byParagraph, bySentence, inLine, outOf, percent, repeatSearch, searching, toMark, underCursor } from "./find-motions.ts";
import { backspace, byRow, lastNonBlank, left, lineEnd, lineStart, right, space, toLine, vertical, wholeLines } from "./line-motions.ts";
import type { Asked, Motion, Move } from "./moves.ts";
import { spotIn } from "./moves.ts";
import { here, lineOf, type Vim, visual } from "./state.ts";
import { blank, charAt, firstCol, lastCol, lineAt } from "./text.ts";
import { type Reached, wordBack, wordEnd, wordEndBack, wordForward } from "./words.ts";

/** The move of a motion's key; `undefined` when it cannot be made, or the key is no motion. */
export function motion(vim: Vim, asked: Asked): Move | undefined {
  return MOTIONS[asked.key]?.(vim, asked, asked.count ?? 1);
}

/** Whether a key is a motion's; those that take one more key are in `TAKES_ONE`. */
export const isMotion = (key: string): boolean => Object.hasOwn(MOTIONS, key);

// --- internal ---

const charwise = ({ spot, whole }: Reached, kind: "exclusive" | "inclusive"): Move => ({ to: spot, kind, ...(!whole && { short: true }) });

function word(big: boolean): Motion {
  return (vim, { operator }, count) => {
    const from = here(vim);
    if (operator === "c" && charAt(vim.lines, from) !== "" && !blank(charAt(vim.lines, from)))
      return tidy(vim, charwise(wordEnd(vim.lines, from, count, big, true), "inclusive"));
    return tidy(vim, charwise(wordForward(vim.lines, from, count, big, operator !== undefined), "exclusive"));
  };
}

/** A place on a line's end is its last character, counted in. */
function tidy(vim: Vim, move: Move): Move {
  const { row, col } = move.to;
  const line = lineAt(vim.lines, row);
  if (visual(vim.s.mode) || col === 0 || col < line.length || !(row > vim.row || col > vim.col)) return move;
  return { ...move, to: { row, col: lastCol(line) }, kind: "inclusive" };
}

function wordBackward(big: boolean, end: boolean): Motion {
  return (vim, _, count) => {
    const reached = (end ? wordEndBack : wordBack)(vim.lines, here(vim), count, big);
    if (!reached.whole && !end && reached.spot.row === vim.row && reached.spot.col === vim.col) return undefined;
    if (!reached.whole) {
      vim.row = reached.spot.row;
      vim.col = reached.spot.col;
      return undefined;
    }
    return charwise(reached, end ? "inclusive" : "exclusive");
  };
}

const MOTIONS: Readonly<Record<string, Motion>> = {
  ...{ h: left, "\x7f": backspace, "\b": left, l: right, " ": space },
  ...{ j: (vim, _, count) => vertical(vim, count), k: (vim, _, count) => vertical(vim, -count), "\n": (vim, _, count) => vertical(vim, count) },
  ...{
    "+": (vim, _, count) => lineStart(vim, count),
    "-": (vim, _, count) => lineStart(vim, -count),
    _: (vim, { operator }, count) => wholeLines(vim, count, operator),
  },
  ...{ "0": (vim) => ({ to: { row: vim.row, col: 0 }, kind: "exclusive" }), $: lineEnd, g_: lastNonBlank },
  "^": (vim) => ({ to: { row: vim.row, col: firstCol(lineOf(vim)) }, kind: "exclusive" }),
  "|": (vim, _, count) => ({ to: spotIn(vim, vim.row, count - 1), kind: "exclusive", goal: count - 1 }),
  ...{ gj: (vim, { operator }, count) => byRow(vim, count, operator), gk: (vim, { operator }, count) => byRow(vim, -count, operator) },
  ...{ H: (vim, _, count) => toLine(vim, count - 1), L: (vim, _, count) => toLine(vim, vim.lines.length - count) },
  M: (vim) => toLine(vim, Math.floor((vim.lines.length - 1) / 2)),
  "\r": (vim, _, count) => lineStart(vim, count),
  ...{ w: word(false), W: word(true), b: wordBackward(false, false), B: wordBackward(true, false) },
  ...{ ge: wordBackward(false, true), gE: wordBackward(true, true) },
  e: (vim, _, count) => tidy(vim, charwise(wordEnd(vim.lines, here(vim), count, false), "inclusive")),
  E: (vim, _, count) => tidy(vim, charwise(wordEnd(vim.lines, here(vim), count, true), "inclusive")),
  ...{ f: inLine(true, false), t: inLine(true, true), F: inLine(false, false), T: inLine(false, true), ";": again(false), ",": again(true) },
  gg: (vim, { count }) => toLine(vim, (count ?? 1) - 1),
  G: (vim, { count }) => toLine(vim, (count ?? vim.lines.length) - 1),
  ...{ "}": byParagraph(true), "{": byParagraph(false), ")": bySentence(true), "(": bySentence(false), "%": percent, "[": outOf, "]": outOf },
  ...{ "'": toMark(true), "`": toMark(false), "/": searching(true), "?": searching(false), n: repeatSearch(false), N: repeatSearch(true) },
  ...{ "*": underCursor(true, true), "#": underCursor(false, true), "g*": underCursor(true, false), "g#": underCursor(false, false) },
};
