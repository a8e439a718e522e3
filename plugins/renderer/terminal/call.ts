// A call as a person reads it: one line that says what it does, its last output while it runs, and a short result. Pure.
import type { EventMap, Json } from "claw";
import { clipCells, safeLines, type Theme, textOfBlocks } from "claw/kit";
import { diffLines, pieceDiff } from "./diff.ts";

type Started = EventMap["call.started"];
type Ended = EventMap["call.ended"];

/** A call that runs. */
export interface RunningCall {
  readonly started: Started;
  readonly at: number;
  /** What it last said of itself. */
  progress?: Json;
}
export type Width = Readonly<{ columns: number; theme: Theme }>;

/** `● tool subject`, in one row. */
export function callLine(
  { tool, subject, input }: Pick<Started, "tool" | "subject" | "input">,
  state: "running" | "done" | "failed",
  { columns, theme }: Width,
): string {
  const dot = theme.paint(state === "running" ? "dim" : state === "done" ? "success" : "error", "●");
  const [first = "", ...more] = safeLines(aboutOf(subject.trim(), input));
  const text = more.length > 0 ? `${first} …` : first;
  return clipCells(`${dot} ${theme.paint("tool", safeLines(tool).join(" "))}${text === "" ? "" : ` ${text}`}`, columns);
}

/** A running call: its line, how long it has run, and the end of what it says. */
export function runningLines({ started, at, progress }: RunningCall, now: number, { columns, theme }: Width): string[] {
  const told = record(progress) ? progress : {};
  const seconds = Math.floor((now - at) / 1_000);
  const counts = [
    ...(seconds >= 2 ? [duration(seconds)] : []),
    ...(typeof told["calls"] === "number" && told["calls"] > 0 ? [plural(told["calls"], "call")] : []),
    ...(typeof told["tokens"] === "number" && told["tokens"] > 0 ? [`${compact(told["tokens"])} tokens`] : []),
  ];
  const about = counts.length === 0 ? "" : theme.paint("dim", ` (${counts.join(" · ")})`);
  const named = callLine(started, "running", { columns: Math.max(1, columns - Bun.stringWidth(about)), theme });
  const line = clipCells(named + about, columns);
  const tail = typeof progress === "string" ? progress : typeof told["tail"] === "string" ? told["tail"] : "";
  const rows = safeLines(tail.trimEnd()).slice(-TAIL_ROWS);
  return [line, ...rows.filter((row) => row !== "").map((row, index) => under(theme.paint("dim", clipCells(row, columns - 4)), index, theme))];
}

/** The line of a call that ended, and its result in short. `folded` says whether there is more to see. */
export function endedLines(started: Pick<Started, "tool" | "subject" | "input">, ended: Ended, width: Width): { lines: string[]; folded: boolean } {
  const { theme, columns } = width;
  const head = callLine(started, ended.failed ? "failed" : "done", width);
  const room = Math.max(1, columns - 4);
  const details = record(ended.details) ? ended.details : ended.failed ? {} : editOf(started.input);
  if (!ended.failed && typeof details["diff"] === "string" && details["diff"] !== "") {
    const count = `+${Number(details["added"] ?? 0)} -${Number(details["removed"] ?? 0)}`;
    const lines = diffLines(details["diff"], room, MOST_DIFF, theme);
    return { lines: [head, under(theme.paint("dim", count), 0, theme), ...lines.map((line) => `    ${line}`)], folded: lines.length > MOST_DIFF };
  }
  const { rows, folded } = shortResult(ended, details, room);
  const style = ended.failed ? "error" : "dim";
  return { lines: [head, ...rows.map((row, index) => under(theme.paint(style, row), index, theme))], folded };
}

/** All of a call: what it was given, and all it gave. */
export function fullLines(started: Pick<Started, "tool" | "subject" | "input">, ended: Ended, width: Width): string[] {
  const { theme, columns } = width;
  const input = safeLines(JSON.stringify(started.input, null, 2));
  const diff = record(ended.details) && typeof ended.details["diff"] === "string" ? ended.details["diff"] : "";
  const output = diff === "" ? safeLines(resultText(ended)) : diffLines(diff, Math.max(1, columns - 4), MOST_FULL, theme, true);
  const all = [...input.map((line) => theme.paint("dim", line)), theme.paint("rule", "─".repeat(Math.max(1, Math.min(20, columns - 4)))), ...output];
  const shown = all.slice(0, MOST_FULL);
  const left = all.length - shown.length;
  return [
    callLine(started, ended.failed ? "failed" : "done", width),
    ...shown.map((line) => `    ${line}`),
    ...(left > 0 ? [theme.paint("dim", `    … ${left} more lines`)] : []),
  ];
}

/** `1.2k`. */
export function compact(count: number): string {
  if (count < 1_000) return String(Math.round(count));
  return count < 999_500 ? `${(count / 1_000).toFixed(count < 9_950 ? 1 : 0)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** `1 m 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600
    ? `${Math.floor(seconds / 60)} m ${seconds % 60} s`
    : `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} m`;
}

// --- internal ---

const TAIL_ROWS = 5;
const MOST_ROWS = 4;
const MOST_DIFF = 60;
const MOST_FULL = 2_000;
const LONGEST_EDIT = 50_000;

/** What can be said of an edit by its input alone: a kept session has no details. */
function editOf(input: Json): Readonly<Record<string, Json>> {
  const { old_string: before, new_string: after } = record(input) ? input : {};
  return typeof before === "string" && typeof after === "string" && before.length + after.length <= LONGEST_EDIT ? pieceDiff(before, after) : {};
}

function shortResult(ended: Ended, details: Readonly<Record<string, Json>>, room: number): { rows: readonly string[]; folded: boolean } {
  const { path, lines, total, code } = details;
  if (!ended.failed && typeof path === "string" && typeof lines === "number") {
    const all = typeof total === "number" && total > lines ? ` of ${total}` : "";
    return { rows: [`${plural(lines, "line")}${all}`], folded: true };
  }
  const text = safeLines(resultText(ended).replace(/^\n+|\s+$/g, ""));
  // What a command says last tells most; of anything else it is what comes first.
  const last = typeof code === "number";
  const kept = text.length <= MOST_ROWS ? text : last ? text.slice(-MOST_ROWS + 1) : text.slice(0, MOST_ROWS - 1);
  const left = text.length - kept.length;
  const rows = kept.map((line) => clipCells(line, room));
  const cut = kept.some((line) => Bun.stringWidth(line) > room);
  const more = left > 0 ? `… ${plural(left, "more line")} (ctrl-o)` : "";
  return { rows: more === "" ? rows : last ? [more, ...rows] : [...rows, more], folded: left > 0 || cut };
}

/** A subject is what rules judge: of a search its folder, of an agent its name. A person also wants to know what for. */
function aboutOf(subject: string, input: Json): string {
  const { pattern, description, prompt } = record(input) ? input : {};
  if (typeof pattern === "string" && pattern !== "" && pattern !== subject)
    return subject === "" || subject === "." ? pattern : `${pattern} in ${subject}`;
  const agent = typeof prompt === "string" && typeof description === "string" && description !== "" && description !== subject;
  return agent ? `${subject}${subject === "" ? "" : ": "}${description}` : subject;
}

function resultText({ content }: Ended): string {
  const images = content.flatMap((block) => (block.type === "image" ? [`[image: ${block.mediaType}]`] : []));
  return [textOfBlocks(content), ...images].filter((part) => part !== "").join("\n");
}

function under(text: string, index: number, theme: Theme): string {
  return `  ${index === 0 ? theme.paint("border", "⎿") : " "} ${text}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function record(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
