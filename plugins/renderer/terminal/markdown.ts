// Blocks of Markdown as lines for a terminal. Pure; how a stream is cut into blocks is in `stream.ts`.
import { plain, type Theme, wrapCells } from "claw/kit";
import { barOf, bulletOf, headingOf, type Look, linkTo } from "./marks.ts";
import { type Cell, cellOf, layOutTable, type TablePart } from "./table.ts";

/** Shows blocks, many at once or one: the lines of each, no wider than the look's width. Those of code are left whole. */
export type Markdown = (blocks: readonly Block[]) => string[][];

/** A block: its text without control characters but line feeds and tabs, how far it is indented, and which part of a table it is. */
export type Block = Readonly<{ text: string; indent: number; table?: TablePart }>;

/** Making one costs; keep it as long as the look is the same. `code` styles the lines of a code block within another block. */
export function createMarkdown(look: Look, code: (language: string, lines: readonly string[]) => readonly string[]): Markdown {
  const { text, ...elements } = callbacks(look, code);
  const decoding = { ...elements, text };
  const show: Markdown = (blocks) => {
    if (blocks.length === 0) return [];
    const source = blocks.length === 1 ? blocks[0]!.text : blocks.map((block) => block.text).join(`\n\n${BETWEEN}\n\n`);
    // Text is as it was given, unless it names characters: only then is each piece of it looked at.
    const encoded = Bun.markdown.render(source, source.includes("&") ? decoding : elements, OPTIONS);
    const parts = blocks.length === 1 ? [encoded] : encoded.split(`${FIRST}${TEXT}${BETWEEN}\n`);
    // Something in the text has swallowed a border between two.
    if (parts.length !== blocks.length) return blocks.flatMap((block) => show([block]));
    return blocks.map((block, at) => layOutBlock(block, parts[at] ?? "", look));
  };
  return show;
}

// --- internal ---

const OPTIONS: Bun.markdown.Options = { autolinks: { url: true }, noHtmlBlocks: true, noHtmlSpans: true, noIndentedCodeBlocks: true };
/** A paragraph between two blocks. No text from outside has control characters. */
const BETWEEN = "\x01";
/** A line on its way up: the prefixes of its first row and of those it is wrapped into, what kind it is, and its text. */
const FIRST = "\x02";
const TEXT = "\x03";
const CODE = "\x04";
const TABLE = "\x0e";
const RULE = "\x0f";
const CELL = "\x05";
const ROW = "\x06";
const KIND = /[\x03\x04\x0e\x0f]/;

function layOutBlock({ text, indent, table }: Block, encoded: string, look: Look): string[] {
  const width = Math.max(1, look.width - indent);
  const rows: string[] = [];
  for (const line of encoded.split("\n")) {
    if (line === "") continue;
    const at = line.indexOf(FIRST);
    if (at === -1) addWrapped(line, width, rows);
    else layOut(line.slice(0, at), line.slice(at + 1), width, look.theme, table, rows);
  }
  // What defines a reference is not shown by itself; it was written to be read all the same.
  if (rows.length === 0 && text.trim() !== "") for (const line of text.split("\n")) addWrapped(line, width, rows);
  return indent === 0 ? rows : rows.map((row) => " ".repeat(indent) + row);
}

function addWrapped(line: string, width: number, rows: string[]): void {
  for (const row of wrapCells(line, width)) rows.push(row);
}

function layOut(first: string, line: string, width: number, theme: Theme, table: TablePart | undefined, rows: string[]): void {
  const at = line.search(KIND);
  const [rest, kind, text] = [line.slice(0, at), line[at], line.slice(at + 1)];
  if (kind === CODE) {
    rows.push(first + text);
    return;
  }
  const room = Math.max(1, width - (first === "" ? 0 : Bun.stringWidth(first)));
  const all =
    kind === TABLE ? layOutTable(text.split(ROW).flatMap(readRow), room, theme, table) : kind === RULE ? [ruler(room, theme)] : wrapCells(text, room);
  let before = first;
  for (const row of all) {
    rows.push(before + row);
    before = rest;
  }
}

function ruler(width: number, theme: Theme): string {
  return theme.paint("rule", "─".repeat(Math.min(width, WIDEST_RULE)));
}

const WIDEST_RULE = 80;

function prefixed(children: string, first: string, rest: string): string {
  let [lines, before] = ["", first];
  for (const line of children.split("\n")) {
    if (line === "") continue;
    lines += prefixLine(line, before, rest);
    before = rest;
  }
  return lines;
}

function prefixLine(line: string, first: string, rest: string): string {
  const at = line.indexOf(FIRST);
  return at === -1 ? `${first}${FIRST}${rest}${TEXT}${line}\n` : `${first}${line.slice(0, at)}${FIRST}${rest}${line.slice(at + 1)}\n`;
}

/** Inline text as lines of their own, without anything before them. */
function paragraph(children: string): string {
  return children === BETWEEN ? `${FIRST}${TEXT}${BETWEEN}\n` : `${children}\n`;
}

function callbacks(look: Look, code: (language: string, lines: readonly string[]) => readonly string[]): Bun.markdown.RenderCallbacks {
  const { theme } = look;
  const paint = theme.paint;
  const bar = barOf(theme);
  const cell = (children: string, meta?: Bun.markdown.CellMeta): string => `${meta?.align ?? "left"}${CELL}${children.replaceAll("\n", " ")}${CELL}`;
  return {
    text: (text: string) => (text === BETWEEN ? text : plain(text)),
    paragraph,
    heading: (children, { level }) =>
      paragraph(
        children
          .split("\n")
          .map((line) => headingOf(line, level, theme))
          .join("\n"),
      ),
    strong: (children) => painted(children, (line) => paint("strong", line)),
    emphasis: (children) => painted(children, (line) => paint("emphasis", line)),
    strikethrough: (children) => painted(children, (line) => paint("strike", line)),
    codespan: (children) => paint("code", children.replaceAll("\n", " ")),
    link: (children, { href }) => linkTo(children, href, look),
    image: (children, { src }) => linkTo(`image: ${children === "" ? src : children}`, src, look),
    hr: () => `${FIRST}${RULE}\n`,
    blockquote: (children) =>
      prefixed(
        painted(children, (line) => quoted(line, theme)),
        bar,
        bar,
      ),
    code: (children, meta) => {
      const lines = children.replace(/\n$/, "").split("\n");
      return code(meta?.language ?? "", lines)
        .map((line) => `  ${FIRST}  ${CODE}${line}\n`)
        .join("");
    },
    list: (children, { depth }) => (depth > 0 ? `\n${children}` : children),
    listItem: (children, { index, ordered, start, checked, depth }) => {
      const bullet = ordered ? `${(start ?? 1) + index}.` : checked === undefined ? bulletOf(depth) : checked ? "☑" : "☐";
      return prefixed(children, `${paint("bullet", bullet)} `, " ".repeat(bullet.length + 1));
    },
    th: cell,
    td: cell,
    tr: (children) => children + ROW,
    table: (children) => `${FIRST}${TABLE}${children}\n`,
  };
}

/** Nothing for what is after the last row. */
function readRow(row: string): readonly (readonly Cell[])[] {
  if (row === "") return [];
  const parts = row.split(CELL);
  const cells: Cell[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) cells.push(cellOf(parts[at] ?? "left", parts[at + 1] ?? ""));
  return [cells];
}

/** A style that goes over several lines begins and ends on each. */
function painted(children: string, paint: (line: string) => string): string {
  return children.includes("\n")
    ? children
        .split("\n")
        .map((line) => (line === "" ? line : paint(line)))
        .join("\n")
    : paint(children);
}

/** The text of a line in a quote; its prefixes have their own styles, and code its own colours. */
function quoted(line: string, theme: Theme): string {
  if (!line.includes(FIRST)) return theme.paint("quote", line);
  const at = line.indexOf(TEXT);
  return at === -1 ? line : line.slice(0, at + 1) + theme.paint("quote", line.slice(at + 1));
}
