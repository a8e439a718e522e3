// What a write changed, short enough for the model, and line ends that stay as they were.
import type { Change } from "claw/kit";
import { clipLine } from "claw/kit";
import { diffArrays, structuredPatch } from "diff";

/** The change from `before` to `after`: its unified diff is cut at 60 lines or 4,000 characters, with a note. */
export function difference(before: string, after: string): Omit<Change, "kind"> {
  const [old, now] = [withoutReturns(before), withoutReturns(after)];
  if (old === now) return { diff: before === after ? "" : "[only line ends changed]", added: 0, removed: 0 };
  const { from, oldEnd, newEnd, line } = changedPart(old, now);
  const [gone, come] = [old.slice(from, oldEnd), now.slice(from, newEnd)];
  const patch = structuredPatch("", "", gone, come, undefined, undefined, { context: CONTEXT, maxEditLength: MOST_EDITS });
  const hunks = patch === undefined ? [wholeHunk(gone, come)] : patch.hunks;
  let [added, removed] = [0, 0];
  const lines: string[] = [];
  for (const hunk of hunks) {
    lines.push(`@@ -${spot(hunk.oldStart + line, hunk.oldLines)} +${spot(hunk.newStart + line, hunk.newLines)} @@`);
    for (const line of hunk.lines) {
      if (line.startsWith("+")) added += 1;
      if (line.startsWith("-")) removed += 1;
      lines.push(line);
    }
  }
  return { diff: short(lines), added, removed };
}

/** `text` with LF only, its lines taken over from a text with mixed line ends: a line that was there keeps its own, a new one takes its predecessor's. */
export function keepLineEnds(text: string, before: string): string {
  const old = before.match(LINE) ?? [];
  const now = text.match(LINE) ?? [];
  const parts = diffArrays(old.map(bare), now.map(bare), { maxEditLength: MOST_EDITS });
  if (parts === undefined) return text;
  const kept: string[] = [];
  let from = 0;
  let end = old[0]?.endsWith("\r\n") ? "\r\n" : "\n";
  for (const part of parts) {
    if (part.removed) {
      from += part.value.length;
      continue;
    }
    for (const line of part.value) {
      if (!part.added) end = endOf(old[from++] ?? "") || end;
      kept.push(line.endsWith("\n") ? line.slice(0, -1) + end : line);
    }
  }
  return kept.join("");
}

// --- internal ---

/** Beyond this many differences an exact diff takes too long, and nobody reads it. */
const MOST_EDITS = 1_000;
/** Lines around a change. */
const CONTEXT = 2;
const PIECE = 4_096;
const MOST_LINES = 60;
const MOST_CHARACTERS = 4_000;
const WIDEST = 300;
const LINE = /[^\n]*\n|[^\n]+$/g;

interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

/** The part of two texts that differs, in whole lines and with context: a large file with a small change costs no large diff. */
function changedPart(old: string, now: string): { from: number; oldEnd: number; newEnd: number; line: number } {
  const head = sharedHead(old, now);
  const tail = sharedTail(old, now, Math.min(old.length, now.length) - head);
  let from = old.lastIndexOf("\n", head - 1) + 1;
  for (let step = 0; step < CONTEXT && from > 0; step++) from = from < 2 ? 0 : old.lastIndexOf("\n", from - 2) + 1;
  let end = old.length - tail;
  for (let step = 0; step <= CONTEXT && end < old.length; step++) end = old.indexOf("\n", end) + 1 || old.length;
  let line = 0;
  for (let at = old.indexOf("\n"); at >= 0 && at < from; at = old.indexOf("\n", at + 1)) line += 1;
  return { from, oldEnd: end, newEnd: now.length - (old.length - end), line };
}

/** As unified diffs have it: no lines at all stand after the line before. */
function spot(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** How many characters two texts share at their start. */
function sharedHead(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at + PIECE <= most && a.slice(at, at + PIECE) === b.slice(at, at + PIECE)) at += PIECE;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** The same at their end, at most `most`. */
function sharedTail(a: string, b: string, most: number): number {
  let at = 0;
  const piece = (text: string): string => text.slice(text.length - at - PIECE, text.length - at);
  while (at + PIECE <= most && piece(a) === piece(b)) at += PIECE;
  while (at < most && a.charCodeAt(a.length - 1 - at) === b.charCodeAt(b.length - 1 - at)) at += 1;
  return at;
}

/** All lines out, all lines in: for more differences than are worth matching. */
function wholeHunk(before: string, after: string): Hunk {
  const [gone, come] = [before, after].map((text) => text.replace(/\n$/, "").split("\n")) as [string[], string[]];
  const lines = [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)];
  return { oldStart: 1, oldLines: gone.length, newStart: 1, newLines: come.length, lines };
}

function short(lines: readonly string[]): string {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    const one = clipLine(line, WIDEST);
    size += one.length + 1;
    if (kept.length === MOST_LINES || size > MOST_CHARACTERS) break;
    kept.push(one);
  }
  const more = lines.length - kept.length;
  return more === 0 ? kept.join("\n") : `${kept.join("\n")}\n[${more} more lines of this diff]`;
}

function withoutReturns(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}

function bare(line: string): string {
  return line.endsWith("\r\n") ? `${line.slice(0, -2)}\n` : line;
}

function endOf(line: string): string {
  if (line.endsWith("\r\n")) return "\r\n";
  return line.endsWith("\n") ? "\n" : "";
}
