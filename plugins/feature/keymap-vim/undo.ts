// Undo and redo, with the cursor where Vim puts it.
import { type Change, fail, type Splice, settle, type Vim } from "./state.ts";
import { firstCol, lastCol, lineAt } from "./text.ts";

/** Takes back the last `count` changes. */
export function undo(vim: Vim, count: number): undefined {
  turn(vim, count, "undo");
}
/** Makes changes that were taken back again. */
export function redo(vim: Vim, count: number): undefined {
  turn(vim, count, "redo");
}

// --- internal ---

function turn(vim: Vim, count: number, way: "undo" | "redo"): undefined {
  const back = way === "undo" ? "redo" : "undo";
  for (let left = count; left > 0; left--) {
    const change = vim.s[way].at(-1);
    if (change === undefined) {
      if (left === count) fail(vim);
      break;
    }
    vim.s[way] = vim.s[way].slice(0, -1);
    vim.s[back] = [...vim.s[back], change];
    apply(vim, change, way === "undo");
  }
  vim.s.goal = undefined;
  settle(vim);
}

function apply(vim: Vim, { splices, at }: Change, backwards: boolean): undefined {
  const order = backwards ? splices.toReversed() : splices;
  let lowest: number | undefined;
  for (const [index, { top, old, now }] of order.entries()) {
    const [from, to] = backwards ? [now, old] : [old, now];
    if (lowest === undefined || top - 1 < lowest) {
      const row = rowAfter(vim, { top, old: from, now: to }, at.row, index === order.length - 1 && lowest === undefined);
      if (row !== undefined) {
        vim.row = row;
        lowest = row;
      }
    }
    vim.lines.splice(top, from.length, ...to);
    vim.changed = true;
    if (vim.lines.length === 0) vim.lines.push("");
  }
  if (at.row + 1 === vim.row) vim.row -= 1;
  const line = lineAt(vim.lines, vim.row);
  if (vim.row >= vim.lines.length) {
    vim.row = vim.lines.length - 1;
    vim.col = firstCol(lineAt(vim.lines, vim.row));
  } else vim.col = at.row === vim.row ? Math.min(at.col, lastCol(line)) : firstCol(line);
}

/** The row for the cursor: where it was, if that is among these lines; else the first line that differs. */
function rowAfter(vim: Vim, { top, old, now }: Splice, was: number, only: boolean): number | undefined {
  if (was >= top - 1 && was <= top + now.length) return was;
  const shared = Math.min(old.length, now.length);
  let same = 0;
  while (same < shared && now[same] === lineAt(vim.lines, top + same)) same += 1;
  if (same < now.length) return top + same;
  return only ? top : undefined;
}
