// A unified diff as lines with colours; in lines that were changed, the words that differ stand out. Pure.

import { clipCells, cutCells, expandTabs, plain, type StyleName, type Theme } from "claw/kit";
import { diffWordsWithSpace, structuredPatch } from "diff";

/** What turns `before` into `after`, as a unified diff without line numbers: pieces of a file whose place nobody knows. Empty where nothing does. */
export function pieceDiff(before: string, after: string): Readonly<{ diff: string; added: number; removed: number }> {
  const patch = structuredPatch("", "", ended(before), ended(after), "", "", { timeout: MOST_MS });
  const hunks = patch?.hunks.map(({ lines }) => lines) ?? [];
  const count = (sign: string): number => hunks.flat().filter((line) => line.startsWith(sign)).length;
  return { diff: hunks.map((lines) => lines.join("\n")).join("\n…\n"), added: count("+"), removed: count("-") };
}

/**
 * At most `most` lines, each at most `width` cells, with line numbers where the diff has them. A line that says how many are left out comes last.
 * Longer ones are cut; where it is to be `whole`, they go on in the next row.
 */
export function diffLines(diff: string, width: number, most: number, theme: Theme, whole = false): string[] {
  const rows = readDiff(diff);
  const highest = Math.max(0, ...rows.map(({ number }) => number ?? 0));
  const digits = highest === 0 ? 0 : String(highest).length;
  const shown = rows.slice(0, most);
  const lines = pairs(shown).flatMap((group) => groupLines(group, digits, width, theme, whole));
  if (rows.length > shown.length) lines.push(theme.paint("dim", `… ${rows.length - shown.length} more lines`));
  return lines;
}

// --- internal ---

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

interface Row {
  readonly kind: "added" | "removed" | "context" | "gap";
  readonly text: string;
  readonly number?: number;
}

function readDiff(diff: string): readonly Row[] {
  const rows: Row[] = [];
  let [old, now] = [Number.NaN, Number.NaN];
  const numbered = (kind: "added" | "removed" | "context", line: string, number: number): void =>
    void rows.push({ kind, text: expandTabs(line.slice(1)), ...(Number.isNaN(number) ? {} : { number }) });
  for (const line of plain(diff).replace(/\n$/, "").split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk !== null) {
      [old, now] = [Number(hunk[1]), Number(hunk[2])];
      if (rows.length > 0) rows.push({ kind: "gap", text: "" });
    } else if (/^(---|\+\+\+) /.test(line) && rows.length === 0) continue;
    else if (line.startsWith("+")) numbered("added", line, now++);
    else if (line.startsWith("-")) numbered("removed", line, old++);
    else if (line.startsWith(" ") || line === "") {
      numbered("context", line, now++);
      old += 1;
    } else rows.push({ kind: "gap", text: line });
  }
  return rows;
}

/** Runs of removed lines with the added ones that follow; anything else by itself. */
function pairs(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const changed = row.kind === "removed" || row.kind === "added";
    const before = last?.at(-1)?.kind;
    if (last !== undefined && changed && (before === row.kind || (before === "removed" && row.kind === "added"))) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

function groupLines(group: readonly Row[], digits: number, width: number, theme: Theme, whole: boolean): string[] {
  const removed = group.filter(({ kind }) => kind === "removed");
  const added = group.filter(({ kind }) => kind === "added");
  const texts = new Map<Row, string>();
  // Line by line where as many came as went; else each became the next one that is like it, as far as anybody can guess.
  const reach = removed.length === added.length ? 1 : REACH;
  let next = 0;
  for (const [index, before] of removed.entries()) {
    const from = reach === 1 ? index : next;
    for (const [at, after] of added.slice(from, from + reach).entries()) {
      const words = wordDiff(before.text, after.text, theme);
      if (words === undefined) continue;
      texts.set(before, words[0]);
      texts.set(after, words[1]);
      next = from + at + 1;
      break;
    }
  }
  const room = width - (digits === 0 ? 0 : digits + 1);
  return group.flatMap((row) => {
    const style = STYLES[row.kind];
    const number = row.kind === "gap" ? "⋮".padStart(digits) : String(row.number ?? "").padStart(digits);
    const text = texts.get(row) ?? row.text;
    const pieces = whole ? cutCells(text, Math.max(1, room - 2)) : [clipCells(text, Math.max(1, room - 2))];
    return pieces.map((piece, index) => {
      const before = digits === 0 ? "" : `${theme.paint("dim", index === 0 ? number : " ".repeat(digits))} `;
      const line = `${index === 0 ? SIGNS[row.kind] : " "} ${piece}`;
      // The colour behind a changed line goes on to the edge: it is seen as a band.
      const band = row.kind === "added" || row.kind === "removed" ? " ".repeat(Math.max(0, room - Bun.stringWidth(line))) : "";
      return before + theme.paint(style, line + band);
    });
  });
}

/** Both lines with what differs marked; nothing when they have so little in common that it would not help. */
function wordDiff(before: string, after: string, theme: Theme): readonly [string, string] | undefined {
  if (before.length > LONGEST || after.length > LONGEST) return undefined;
  const parts = diffWordsWithSpace(before, after, { timeout: MOST_MS });
  if (parts === undefined) return undefined;
  const same = parts.reduce((sum, part) => sum + (part.added || part.removed ? 0 : part.value.trim().length), 0);
  if (same * 3 < Math.max(before.trim().length, after.trim().length)) return undefined;
  const side = (left: "added" | "removed", style: StyleName): string =>
    parts.map((part) => (part[left] ? "" : part.added || part.removed ? theme.paint(style, part.value) : part.value)).join("");
  return [side("added", "removedWord"), side("removed", "addedWord")];
}

const LONGEST = 1_000;
/** So many added lines are looked at for one that a removed line became. */
const REACH = 4;
const MOST_MS = 20;
const STYLES = { added: "added", removed: "removed", context: "context", gap: "dim" } as const;
const SIGNS = { added: "+", removed: "-", context: " ", gap: " " } as const;
