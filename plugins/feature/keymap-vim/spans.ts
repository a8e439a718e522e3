// Motions over paragraphs, and from one bracket to its other.
import { charAt, type Lines, lineAt, type Spot, stepBack } from "./text.ts";

/** `}` and `{`: the next empty line behind one that is not. In the text's last line, its last character, which then counts in. */
export function paragraph(
  lines: Lines,
  from: Spot,
  count: number,
  forward: boolean,
): { readonly spot: Spot; readonly inclusive: boolean } | undefined {
  let row = from.row;
  for (let left = count; left > 0; left--) {
    let skipped = false;
    for (let first = true; ; first = false) {
      if (lineAt(lines, row) !== "") skipped = true;
      if (!first && skipped && lineAt(lines, row) === "") break;
      const next = row + (forward ? 1 : -1);
      if (next < 0 || next >= lines.length) {
        if (left > 1) return undefined;
        break;
      }
      row = next;
    }
  }
  const line = lineAt(lines, row);
  if (row !== lines.length - 1 || line === "") return { spot: { row, col: 0 }, inclusive: false };
  const [spot] = stepBack(lines, { row, col: line.length });
  return { spot, inclusive: true };
}

/** The bracket that belongs to the one at `at`, which is one. */
export function matching(lines: Lines, at: Spot): Spot | undefined {
  const char = charAt(lines, at);
  const index = BRACKETS.indexOf(char);
  if (char === "" || index < 0) return undefined;
  const forward = index % 2 === 0;
  const other = BRACKETS[forward ? index + 1 : index - 1] ?? "";
  return unmatched(lines, at, other, char, forward);
}

/** From `at`, the first `wanted` that no `other` before it claims. */
export function unmatched(lines: Lines, at: Spot, wanted: string, other: string, forward: boolean): Spot | undefined {
  let depth = 0;
  let { row, col } = at;
  for (;;) {
    const line = lineAt(lines, row);
    col += forward ? 1 : -1;
    for (; col >= 0 && col < line.length; col += forward ? 1 : -1) {
      if (line[col] === other) depth += 1;
      else if (line[col] === wanted && depth-- === 0) return { row, col };
    }
    row += forward ? 1 : -1;
    if (row < 0 || row >= lines.length) return undefined;
    col = forward ? -1 : lineAt(lines, row).length;
  }
}

/** The first bracket of a line at or behind `col`. */
export function bracketFrom(line: string, col: number): number | undefined {
  for (let at = col; at < line.length; at++) if (BRACKETS.includes(line[at] ?? "")) return at;
  return undefined;
}

// --- internal ---

const BRACKETS = "()[]{}";
