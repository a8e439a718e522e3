// Searching: Vim's patterns as regular expressions, and the next match in either direction, round the end of the text.
import { graphemeEnd, graphemeStart } from "claw/kit";
import { classOf, type Lines, lineAt, type Spot } from "./text.ts";

/** The `count`th match before or behind `from`, going round the text's ends. Patterns are of one line. */
export function findMatch(lines: Lines, from: Spot, pattern: string, forward: boolean, count: number): Spot | undefined {
  const regex = compile(pattern);
  if (regex === undefined) return undefined;
  let spot: Spot | undefined = from;
  for (let left = count; left > 0 && spot !== undefined; left--) spot = once(lines, spot, regex, forward);
  return spot;
}

/** The word under or behind the cursor as a pattern, and where it starts. `whole`: it is to stand alone. */
export function wordAt(lines: Lines, { row, col }: Spot, whole: boolean): { readonly pattern: string; readonly spot: Spot } | undefined {
  const line = lineAt(lines, row);
  for (const wanted of [2, 1]) {
    const sort = (at: number): number => classOf(line.slice(at, graphemeEnd(line, at)), false);
    let start = col;
    if (sort(start) >= wanted) while (start > 0 && sort(graphemeStart(line, start)) === sort(start)) start = graphemeStart(line, start);
    else while (start < line.length && sort(start) < wanted) start = graphemeEnd(line, start);
    if (start >= line.length) continue;
    let end = start;
    while (end < line.length && sort(end) === sort(start)) end = graphemeEnd(line, end);
    const text = line.slice(start, end).replace(/[\\/.*$^~[\]]/g, "\\$&");
    return { pattern: wanted === 2 && whole ? `\\<${text}\\>` : text, spot: { row, col: start } };
  }
  return undefined;
}

// --- internal ---

/** Where a word of one script begins or ends. */
function edge(form: string): string {
  const scripts = ["Han", "Hiragana", "Katakana", "Hangul"].map((name) => `\\p{Script=${name}}`);
  const others = `(?!${scripts.join("|")})[\\p{L}\\p{N}_]`;
  return `(?:${[...scripts, others].map((sort) => form.replaceAll("SORT", sort)).join("|")})`;
}

/** What `\x` of a pattern is in a regular expression; what is not here is the character itself. */
const ESCAPED: Readonly<Record<string, string>> = {
  ...{ "<": edge("(?<!SORT)(?=SORT)"), ">": edge("(?<=SORT)(?!SORT)"), "|": "|", "(": "(", ")": ")", "+": "+", "=": "?", "?": "?" },
  ...{ s: "[ \\t]", S: "[^ \\t]", d: "\\d", D: "\\D", w: "\\w", W: "\\W", a: "[A-Za-z]", l: "[a-z]", u: "[A-Z]", t: "\\t" },
};

/** Vim's magic patterns, the part that a one-line search needs. `undefined` for a wrong one. */
function compile(pattern: string): RegExp | undefined {
  let source = "";
  let flags = "gu";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "\\") {
      const next = pattern[++at] ?? "\\";
      if (next === "c") flags = "giu";
      else source += ESCAPED[next] ?? literal(next);
    } else if (char === "[" && pattern.indexOf("]", at + 2) > 0) {
      const end = pattern.indexOf("]", at + 2);
      source += `[${pattern.slice(at + 1, end).replace(/[[\]]/g, "\\$&")}]`;
      at = end;
    } else if (char === "." || (char === "*" && source !== "") || (char === "^" && source === "") || (char === "$" && at === pattern.length - 1)) {
      source += char;
    } else source += literal(char);
  }
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function once(lines: Lines, from: Spot, regex: RegExp, forward: boolean): Spot | undefined {
  for (let distance = 0; distance <= lines.length; distance++) {
    const row = (from.row + (forward ? distance : -distance) + 2 * lines.length) % lines.length;
    const line = lineAt(lines, row);
    const cols = [...line.matchAll(regex)].map(({ index }) => index).filter((col) => col < line.length || line === "");
    const fits = (col: number): boolean => {
      if (distance === 0) return forward ? col > from.col : col < from.col;
      return distance < lines.length || (forward ? col <= from.col : col >= from.col);
    };
    const col = forward ? cols.find(fits) : cols.findLast(fits);
    if (col !== undefined) return { row, col };
  }
  return undefined;
}
