// Lines of Markdown cut into blocks: what is complete is given out once, the rest can be looked at. Knows no look and no colours.
import { expandTabs } from "claw/kit";
import { type CodeBlock, type CodeState, startCode } from "./highlight.ts";
import type { Block } from "./markdown.ts";
import type { TableState } from "./table.ts";
import { compileLightly } from "./tier.ts";

/** A block that gets longer is shown before it is complete: what is looked at again for each frame stays small. */
export const LONGEST = 8_192;

export type Piece = Readonly<{ kind: "blank" }> | Text | (Readonly<{ kind: "code"; indent: number }> & CodeBlock);
export type Text = Readonly<{ kind: "text" }> & Block;

/** `met` hears of the language of a code block when that begins. */
export function createSplitter(met: (language: string) => void) {
  const ready: Piece[] = [];
  let [pending, size]: [string[], number] = [[], 0];
  let fence: Fence | undefined;
  /** A table of which some rows were shown already: its head, which is said again only to Markdown. */
  let table: { readonly head: readonly string[]; readonly state: TableState } | undefined;

  const close = (): void => {
    if (table !== undefined) ready.push({ ...pieceOf([...table.head, ...pending]), table: { state: table.state, first: false, last: true } });
    else if (pending.length > 0) ready.push(pieceOf(pending));
    [pending, size, table] = [[], 0, undefined];
  };
  const codeLine = (open: Fence, line: string): void => {
    if (closes(line, open)) {
      fence = undefined;
      return;
    }
    const text = expandTabs(dedent(line, open.indent));
    const last = ready.at(-1);
    if (last?.kind === "code" && last.state === open.state) (last.lines as string[]).push(text);
    else ready.push({ kind: "code", language: open.language, lines: [text], indent: open.indent, state: open.state });
  };
  /** A long table is shown in parts, its columns as wide as the first part needs them. */
  const splitTable = (): void => {
    if (pending.length < MOST_ROWS) return;
    const head = table?.head ?? pending.slice(0, 2);
    if (!DELIMITER.test(head[1] ?? "") || !head[1]!.includes("|")) return;
    const state = table?.state ?? {};
    ready.push({ ...pieceOf(table === undefined ? pending : [...head, ...pending]), table: { state, first: table === undefined, last: false } });
    [pending, size, table] = [[], 0, { head, state }];
  };
  compileLightly(close, codeLine, splitTable, closes, starts, pieceOf, dedent);
  return {
    line(line: string): void {
      if (fence !== undefined) {
        codeLine(fence, line);
        return;
      }
      const marked = MARK.test(line);
      const opening = marked ? FENCE.exec(line) : null;
      if (opening !== null) {
        close();
        fence = fenceOf(opening);
        met(fence.language);
        return;
      }
      if (line.trim() === "") {
        close();
        ready.push({ kind: "blank" });
        return;
      }
      // What stands below a table without a column's mark is no row of it.
      if (table === undefined ? starts(line, pending, marked) : !line.includes("|")) close();
      pending.push(line);
      size += line.length;
      if (marked && ALONE.test(line)) close();
      else if (table === undefined && (size > LONGEST || pending.length > MOST_LINES)) close();
      else splitTable();
    },
    /** The block goes on after something too long to wait for. */
    cut: close,
    end(): void {
      close();
      fence = undefined;
    },
    take: (): readonly Piece[] => ready.splice(0),
    /** What is there besides, with a line that has not ended yet. */
    peek(partial: string): readonly Piece[] {
      if (fence !== undefined) {
        if (partial === "" || /^\s*[`~]{1,}$/.test(partial)) return [];
        const { language, indent, state } = fence;
        return [{ kind: "code", language, lines: [expandTabs(dedent(partial, indent))], indent, state: { ...state } }];
      }
      const lines = partial === "" ? pending : [...pending, partial];
      if (table !== undefined) return [{ ...pieceOf([...table.head, ...lines]), table: { state: table.state, first: false, last: true } }];
      if (partial !== "" && pending.length > 0 && starts(partial, pending, MARK.test(partial))) return [pieceOf(pending), pieceOf([partial])];
      return lines.length === 0 ? [] : [pieceOf(lines)];
    },
  };
}

// --- internal ---

const MOST_LINES = 200;
const MOST_ROWS = 40;

type Fence = Readonly<{ mark: string; length: number; indent: number; language: string; state: CodeState }>;

/** How a line begins that is a fence, a heading, an item, a quote or a rule. Most do not. */
const MARK = /^\s*[#>`~*+_\d-]/;
const QUOTE = /^ {0,3}>/;
const FENCE = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/;
const ITEM = /^(\s*)([-*+]|(\d{1,9})[.)])(\s+|$)/;
const ALONE = /^ {0,3}(#{1,6}(\s|$)|([-*_])\s*(\3\s*){2,}$)/;
const DELIMITER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function fenceOf([, space = "", mark = "", language = ""]: RegExpExecArray): Fence {
  return { mark: mark[0]!, length: mark.length, indent: space.length, language: language.trim().split(/\s+/)[0] ?? "", state: startCode() };
}

function closes(line: string, { mark, length }: Fence): boolean {
  const found = FENCE.exec(line);
  return found !== null && found[2]!.startsWith(mark) && found[2]!.length >= length && found[3] === "";
}

/** Whether a line begins another block than the one before it is in. `marked`: it begins like one that does. */
function starts(line: string, pending: readonly string[], marked: boolean): boolean {
  const first = pending[0];
  if (first === undefined) return false;
  if (!marked) return QUOTE.test(first);
  if (/^ {0,3}#{1,6}\s/.test(line)) return true;
  const item = ITEM.exec(line);
  // "2024. " within a paragraph is no item; nor is the line of a table or of a heading's underline.
  if (item !== null && item[4] !== "" && (item[3] === undefined || item[3] === "1" || ITEM.test(first))) return true;
  return QUOTE.test(first) !== QUOTE.test(line);
}

function pieceOf(lines: readonly string[]): Text {
  const indent = lines[0]!.length - lines[0]!.trimStart().length;
  const text = (indent === 0 ? lines : lines.map((line) => dedent(line, indent))).join("\n");
  return { kind: "text", text, indent: Math.min(indent, 40) };
}

function dedent(line: string, indent: number): string {
  let at = 0;
  while (at < indent && (line[at] === " " || line[at] === "\t")) at += 1;
  return line.slice(at);
}
