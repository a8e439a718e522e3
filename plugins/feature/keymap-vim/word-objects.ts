// The text objects `iw`, `aw`, `iW` and `aW`.
import { graphemeStart } from "claw/kit";
import type { Selected } from "./moves.ts";
import { backward, onward } from "./sentences.ts";
import { here, type Vim } from "./state.ts";
import { before, classAt, lineAt, type Spot, stepBack } from "./text.ts";
import { wordBack, wordEnd, wordEndBack, wordForward } from "./words.ts";

export function wordObject(vim: Vim, big: boolean, around: boolean, count: number, selection: Spot | undefined): Selected | undefined {
  const { lines } = vim;
  const onBlank = (at: Spot): boolean => classAt(lines, at, big) === 0;
  let start = selection ?? backInLine(vim, here(vim), big);
  let end = here(vim);
  let left = count;
  let white = false;
  let inclusive = true;
  if (selection === undefined) {
    if (onBlank(start) === around) {
      const reached = wordEnd(lines, start, 1, big, true, true);
      if (!reached.whole) return failAt(vim, reached.spot);
      end = reached.spot;
    } else {
      end = wordForward(lines, start, 1, big, true).spot;
      end = end.col === 0 ? backward(lines, end)[0] : { row: end.row, col: graphemeStart(lineAt(lines, end.row), end.col) };
      white = around;
    }
    left -= 1;
  }
  for (; left > 0; left--) {
    inclusive = true;
    const grown = selection !== undefined && before(end, selection) ? growBack(vim, end, big, around) : grow(vim, end, big, around, left > 1);
    if (grown === undefined) return undefined;
    [end, inclusive] = grown;
  }
  if (white && (!onBlank(end) || (end.col === 0 && !inclusive)) && start.col > 0) {
    const lead = backInLine(vim, { row: start.row, col: graphemeStart(lineAt(lines, start.row), start.col) }, big);
    if (onBlank(lead) && lead.col > 0) start = lead;
  }
  return { from: start, to: end, kind: inclusive ? "inclusive" : "exclusive", ...(selection !== undefined && { grown: true }) };
}

/** As in Vim, an object that is not there leaves the cursor where the search for it ended. */
export function failAt(vim: Vim, { row, col }: Spot): undefined {
  vim.row = row;
  vim.col = col;
}

// --- internal ---

/** On by one word or the blanks between two. */
function grow(vim: Vim, from: Spot, big: boolean, around: boolean, more: boolean): [Spot, boolean] | undefined {
  const { lines } = vim;
  const [next, went] = onward(lines, from);
  if (!went) return failAt(vim, { row: from.row, col: lineAt(lines, from.row).length });
  if (around !== (classAt(lines, next, big) === 0)) {
    const reached = wordForward(lines, next, 1, big, true);
    if (!reached.whole && more) return failAt(vim, reached.spot);
    const { row, col } = reached.spot;
    return col === 0 ? [reached.spot, false] : [{ row, col: graphemeStart(lineAt(lines, row), col) }, true];
  }
  const reached = wordEnd(lines, next, 1, big, true, true);
  return reached.whole ? [reached.spot, true] : failAt(vim, reached.spot);
}

function growBack(vim: Vim, from: Spot, big: boolean, around: boolean): [Spot, boolean] | undefined {
  const { lines } = vim;
  const [previous, went] = backward(lines, from);
  if (!went) return failAt(vim, from);
  if (around !== (classAt(lines, previous, big) !== 0)) {
    const reached = wordBack(lines, previous, 1, big, true);
    return reached.whole ? [reached.spot, true] : failAt(vim, reached.spot);
  }
  const reached = wordEndBack(lines, previous, 1, big, true);
  return reached.whole ? [onward(lines, reached.spot)[0], true] : failAt(vim, reached.spot);
}

/** To the start of the word or the blanks that a place is in. */
function backInLine(vim: Vim, from: Spot, big: boolean): Spot {
  const sort = classAt(vim.lines, from, big);
  let spot = from;
  while (spot.col > 0) {
    const [previous] = stepBack(vim.lines, spot);
    if (classAt(vim.lines, previous, big) !== sort) break;
    spot = previous;
  }
  return spot;
}
