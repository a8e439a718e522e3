// What the model gets of the matches: one page, capped, with where to go on.
import type { ToolResult } from "claw";
import { contextOf } from "./argv.ts";
import type { Input } from "./input.ts";
import type { FileMatches } from "./matches.ts";

/** `show` gives the name of a file for the model. `cut`: the search was stopped before it was through. */
export function report(files: readonly FileMatches[], input: Input, show: (path: string) => string, cut: boolean): ToolResult {
  const lines = linesOf(files, input, show);
  const offset = input.offset ?? 0;
  const limit = input.head_limit === 0 ? Number.POSITIVE_INFINITY : (input.head_limit ?? LINES);
  const page: string[] = [];
  let size = 0;
  for (const line of lines.slice(offset)) {
    size += line.length + 1;
    if (page.length >= limit || (size > MOST_TEXT && page.length > 0)) break;
    page.push(line);
  }
  const shown = page.length;
  const text = [...page, ...notes(lines.length, offset, shown, input, files, cut)].join("\n");
  const details = { mode: input.output_mode ?? "files_with_matches", files: files.length, lines: lines.length, shown, complete: !cut };
  return { content: [{ type: "text", text: text.toWellFormed() }], details };
}

// --- internal ---

const LINES = 250;
/** Characters of one page. */
const MOST_TEXT = 30_000;

function linesOf(files: readonly FileMatches[], input: Input, show: (path: string) => string): string[] {
  if (input.output_mode === "count") return files.map(({ path, lines }) => `${show(path)}:${lines[0]}`);
  if (input.output_mode !== "content") return files.map(({ path }) => show(path));
  const { before, after } = contextOf(input);
  const lines: string[] = [];
  for (const file of files) {
    if (before + after > 0 && lines.length > 0) lines.push("--");
    const name = show(file.path);
    for (const line of file.lines) lines.push(line === "--" ? line : lineOf(name, line, input["-n"] !== false));
  }
  return lines;
}

/** `12:text` becomes `PATH:12:text`, `12-text` becomes `PATH-12-text`. */
function lineOf(name: string, line: string, numbered: boolean): string {
  const [, number, mark, text] = /^(\d+)([:-])(.*)$/s.exec(line) ?? [];
  if (number === undefined) return `${name}: ${line}`;
  return numbered ? `${name}${mark}${number}${mark}${text}` : `${name}${mark}${text}`;
}

function notes(total: number, offset: number, shown: number, input: Input, files: readonly FileMatches[], cut: boolean): string[] {
  const notes: string[] = [];
  const what = input.output_mode === "content" ? "lines" : "files";
  if (shown === 0) notes.push(`[offset ${offset} is past the end: there are ${total} ${what}]`);
  else if (offset > 0 || offset + shown < total) {
    const next = offset + shown < total ? `; go on with offset ${offset + shown}` : "";
    notes.push(`[${what} ${offset + 1} to ${offset + shown} of ${total}${next}]`);
  }
  if (input.output_mode === "count") {
    const sum = files.reduce((all, { lines }) => all + Number(lines[0]), 0);
    notes.push(`[${sum} matching lines in ${files.length} ${files.length === 1 ? "file" : "files"}]`);
  }
  if (cut) notes.push("[the search was cut short: there are more matches; narrow the pattern, path or glob]");
  return notes;
}
