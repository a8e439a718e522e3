// What to tell the model when its text is not in the file: why perhaps, and what is there instead.
import { clipLine } from "claw/kit";

/** The reason and the closest lines, numbered as read_file numbers them. */
export function missReport(text: string, wanted: string): string {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  const asked = wanted.replaceAll("\r\n", "\n").split("\n");
  for (const { fold, reason } of FOLDS) {
    const at = foldedMatch(lines, asked, fold);
    if (at !== undefined) return `${reason} The file has:\n${numbered(lines, at.from, at.count)}`;
  }
  const near = closest(lines, asked);
  if (near === undefined) return "Nothing like it is there. Read the file again.";
  return `The closest text is:\n${numbered(lines, near, asked.length)}`;
}

// --- internal ---

const MOST_SHOWN = 12;
const WIDEST = 300;
/** Files with more lines are not searched for what is merely similar. */
const MOST_LINES = 50_000;
/** How alike lines must be to be worth showing, from 0 to 1. */
const ALIKE = 0.5;

const FOLDS: readonly { readonly fold: (line: string) => string; readonly reason: string }[] = [
  { fold: (line) => line.replace(/^ *\d+(\t|→)/, ""), reason: "old_string has line numbers in it, which are no part of the file." },
  { fold: (line) => line.replace(/\s+/gu, " ").trim(), reason: "Only whitespace differs." },
  { fold: (line) => line.replace(/\s+/gu, ""), reason: "Only whitespace differs." },
  { fold: (line) => plain(line).replace(/\s+/gu, ""), reason: "Only the kind of quotes, dashes or other special characters differs." },
];

function plain(line: string): string {
  return line
    .normalize("NFKC")
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u200b-\u200d\ufeff]/g, "");
}

/** The lines that are the asked ones once both are folded; blank lines do not count, and the first and last may be parts of lines. */
function foldedMatch(
  lines: readonly string[],
  asked: readonly string[],
  fold: (line: string) => string,
): { from: number; count: number } | undefined {
  const wanted = asked.map(fold).filter((line) => line !== "");
  if (wanted.length === 0) return undefined;
  const there = lines.map((line, index) => ({ line: fold(line), index })).filter(({ line }) => line !== "");
  const last = wanted.length - 1;
  for (let at = 0; at + last < there.length; at++) {
    const fits = wanted.every((line, index) => {
      const other = there[at + index]?.line ?? "";
      if (index === 0 && index === last) return other.includes(line);
      if (index === 0) return other.endsWith(line);
      return index === last ? other.startsWith(line) : other === line;
    });
    const [first, end] = [there[at], there[at + last]];
    if (fits && first !== undefined && end !== undefined) return { from: first.index, count: end.index - first.index + 1 };
  }
  return undefined;
}

/** The line where the most similar lines begin. The longest asked line is looked for first, then those around it are compared. */
function closest(lines: readonly string[], asked: readonly string[]): number | undefined {
  if (lines.length > MOST_LINES) return undefined;
  const wanted = asked.map(pairsOf);
  const anchor = asked.reduce((best, line, index) => (line.trim().length > (asked[best] ?? "").trim().length ? index : best), 0);
  const scored = lines
    .map((line, index) => ({ from: index - anchor, score: similarity(wanted[anchor], pairsOf(line)) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 20)
    .filter(({ score }) => score >= ALIKE)
    .map(({ from, score }) => ({ from, score: score + around(lines, wanted, from) }))
    .sort((a, b) => b.score - a.score);
  const best = scored[0];
  return best === undefined ? undefined : Math.max(0, best.from);
}

function around(lines: readonly string[], wanted: readonly ReadonlySet<string>[], from: number): number {
  const near = wanted.slice(0, 50);
  const total = near.reduce((sum, pairs, index) => sum + similarity(pairs, pairsOf(lines[from + index] ?? "")), 0);
  return total / near.length;
}

/** The pairs of neighbouring characters of a line, without its whitespace. */
function pairsOf(line: string): ReadonlySet<string> {
  const bare = line.slice(0, 500).replace(/\s+/g, "");
  const pairs = new Set<string>();
  for (let at = 0; at < bare.length - 1; at++) pairs.add(bare.slice(at, at + 2));
  return pairs;
}

function similarity(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): number {
  if (a === undefined || a.size + b.size === 0) return 0;
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}

function numbered(lines: readonly string[], from: number, count: number): string {
  const shown = lines.slice(from, from + Math.min(count, MOST_SHOWN)).map((line, index) => `${from + index + 1}\t${clipLine(line, WIDEST)}`);
  return count > MOST_SHOWN ? `${shown.join("\n")}\n[${count - MOST_SHOWN} more lines]` : shown.join("\n");
}
