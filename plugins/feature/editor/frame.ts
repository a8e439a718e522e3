// The input as rows of spans, ready to be styled and shown. Pure.
import { clipCells, type EditorKind, type EditorSpan, graphemes } from "claw/kit";
import type { Row } from "./layout.ts";
import type { Line } from "./line.ts";

type Role = EditorSpan["role"];
type Range = Readonly<{ from: number; to: number }>;

export interface FrameOptions {
  readonly line: Line;
  readonly kind: EditorKind;
  readonly selections: readonly Range[];
  readonly match: Range | undefined;
  readonly ghost: string | undefined;
}

/** What an input is, by its first character. A memory is one line: a text that begins with a Markdown heading is none. */
export function kindOf(text: string): EditorKind {
  if (text.startsWith("/")) return "command";
  if (text.startsWith("!")) return "shell";
  return text.startsWith("#") && !text.includes("\n") ? "memory" : "prompt";
}

/** The spans of a row. `caret`: the cursor is in it. */
export function spansOf(row: Row, caret: boolean, options: FrameOptions): readonly EditorSpan[] {
  const { line, selections, ghost } = options;
  const { layout } = line;
  const roleOf = roles(row, options);
  const spans: { text: string; role: Role }[] = [];
  let used = 0;
  let offset = row.start;
  const add = (text: string, role: Role): void => {
    const last = spans.at(-1);
    if (last?.role === role) last.text += text;
    else spans.push({ text, role });
  };
  for (const character of graphemes(layout.textOf(row))) {
    add(layout.shown(character), roleOf(offset, character));
    used += layout.cellsOf(character);
    offset += character.length;
  }
  // A selected line end can be seen.
  if (row.last && used < layout.limit && selections.some(({ from, to }) => from <= offset && offset < to)) add(" ", "selection");
  else if (caret && ghost !== undefined && line.cursor === line.text.length) {
    const room = layout.width - used;
    if (room > 1) add(clipCells(ghost, room - 1), "ghost");
  }
  return spans;
}

// --- internal ---

/** The role of a character at an offset of the text. */
function roles(row: Row, { line, kind, selections, match }: FrameOptions): (offset: number, character: string) => Role {
  const text = line.layout.line(row.line);
  const base = row.start - row.from;
  const prefix = row.line > 0 || kind === "prompt" ? 0 : kind === "command" ? (/^\/[^\s]*/.exec(text)?.[0].length ?? 0) : 1;
  const mentions = text.includes("@") && text.length < LONGEST ? [...text.matchAll(MENTION)] : [];
  const within = ({ from, to }: Range, offset: number): boolean => from <= offset && offset < to;
  return (offset, character) => {
    if (selections.some((range) => within(range, offset))) return "selection";
    if (match !== undefined && within(match, offset)) return "match";
    const chip = line.chips.get(character);
    if (chip !== undefined && chip.own !== true) return "chip";
    const col = offset - base;
    if (col < prefix) return "prefix";
    return mentions.some(({ index, 0: found }) => within({ from: index, to: index + found.length }, col)) ? "mention" : "text";
  };
}

const LONGEST = 20_000;
const MENTION = /(?<=^|[\s([{"'`])@(?:"[^"]+"|[^\s"'`)\]}]+)/g;
