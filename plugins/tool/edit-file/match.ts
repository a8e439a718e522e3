// Finding text whatever its line ends are, and replacing it so that every byte outside the change stays.

/** A part of a text, in characters. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where `wanted` is in `text`, overlapping matches too. A line end matches CRLF and LF, unless `wanted` has CRLF and is there exactly so. */
export function find(text: string, wanted: string): Range[] {
  if (!text.includes("\r\n")) return occurrences(text, wanted.replaceAll("\r\n", "\n"));
  if (wanted.includes("\r\n")) {
    const exact = occurrences(text, wanted);
    if (exact.length > 0) return exact;
  }
  const returns = occurrences(text, "\r\n").map((range) => range.start);
  const plain = text.replaceAll("\r\n", "\n");
  const back = (at: number): number => at + before(returns, at);
  return occurrences(plain, wanted.replaceAll("\r\n", "\n")).map(({ start, end }) => ({ start: back(start), end: back(end) }));
}

/** `text` with each of `ranges`, in order and apart, replaced by `fresh`. Its line ends become those of the text unless `wanted` spelled out CRLF. */
export function substitute(text: string, ranges: readonly Range[], wanted: string, fresh: string): string {
  const spelled = wanted.includes("\r\n");
  const mixed = text.includes("\r\n");
  const plain = spelled && !mixed ? fresh.replaceAll("\r\n", "\n") : fresh;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of ranges) {
    parts.push(text.slice(from, start), mixed && !spelled ? withEnds(plain, text, { start, end }) : plain);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}

/** The line that a character is in, counted from 1. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let end = text.indexOf("\n"); end >= 0 && end < at; end = text.indexOf("\n", end + 1)) line += 1;
  return line;
}

// --- internal ---

function occurrences(text: string, wanted: string): Range[] {
  const found: Range[] = [];
  if (wanted === "") return found;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) found.push({ start: at, end: at + wanted.length });
  return found;
}

/** How many of `returns` (places of CRs, ascending) were taken out before place `at` of the text without them. */
function before(returns: readonly number[], at: number): number {
  let [low, high] = [0, returns.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((returns[middle] as number) - middle < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `fresh` with line ends like the text it replaces: lines at its end that stay keep theirs, others take those of the lines they replace. */
function withEnds(fresh: string, text: string, range: Range): string {
  if (fresh.includes("\r\n")) return fresh;
  const old = text.slice(range.start, range.end).split("\n");
  const now = fresh.split("\n");
  const ends = old.slice(0, -1).map((line) => (line.endsWith("\r") ? "\r\n" : "\n"));
  const bare = old.map((line, index) => (ends[index] === "\r\n" ? line.slice(0, -1) : line));
  let tail = 0;
  while (tail < old.length && tail < now.length && bare.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  let last = ends[0] ?? nearestEnd(text, range);
  const fitted = now.slice(0, -1).map((line, index) => {
    const fromEnd = now.length - 1 - index;
    if (fromEnd < tail) last = ends[old.length - 1 - fromEnd] ?? last;
    else if (index < old.length - tail) last = ends[index] ?? last;
    return line + last;
  });
  return fitted.join("") + (now.at(-1) ?? "");
}

/** The end of the line that `range` is in, else of the one before. */
function nearestEnd(text: string, range: Range): string {
  const next = text.indexOf("\n", range.end);
  const at = next >= 0 ? next : text.lastIndexOf("\n", range.start - 1);
  return at > 0 && text[at - 1] === "\r" ? "\r\n" : "\n";
}
