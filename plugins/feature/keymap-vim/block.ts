// Visual blocks: which part of each line lies between two screen columns.
import { graphemes } from "claw/kit";
import type { Register, Vim } from "./state.ts";
import { columnOf, lineAt } from "./text.ts";

export interface Columns {
  readonly left: number;
  readonly right: number;
  /** To the end of each line. */
  readonly rest: boolean;
}
/** A block's part of a line: characters that are cut by its edges count in, and leave `lead` and `trail` blanks. No `from`: the line is too short. */
export interface BlockSpan {
  readonly row: number;
  readonly from: number | undefined;
  readonly to: number;
  readonly lead: number;
  readonly trail: number;
}

export function blockSpans(vim: Vim, top: number, bottom: number, columns: Columns): BlockSpan[] {
  return Array.from({ length: bottom - top + 1 }, (_, index) => spanOf(lineAt(vim.lines, top + index), top + index, columns));
}

/** A block as a register: a line for each of its rows. */
export function blockText(vim: Vim, top: number, bottom: number, columns: Columns): Register {
  const spans = blockSpans(vim, top, bottom, columns);
  const rows = spans.map(({ row, from, to }) => (from === undefined ? "" : lineAt(vim.lines, row).slice(from, to)));
  const width = columns.rest ? Math.max(0, ...rows.map((row) => columnOf(row, row.length))) : columns.right - columns.left + 1;
  return { text: rows.join("\n"), kind: "block", width };
}

// --- internal ---

function spanOf(line: string, row: number, { left, right, rest }: Columns): BlockSpan {
  let column = 0;
  let col = 0;
  let from: number | undefined;
  let to = 0;
  let lead = 0;
  let trail = 0;
  for (const char of graphemes(line)) {
    const start = column;
    column = columnOf(line, col + char.length);
    if (column > left && (rest || start <= right)) {
      if (from === undefined) {
        from = col;
        lead = Math.max(0, left - start);
      }
      to = col + char.length;
      trail = rest ? 0 : Math.max(0, column - 1 - right);
    }
    col += char.length;
  }
  return { row, from, to, lead, trail };
}
