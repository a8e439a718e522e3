// Blocks that need no parser, as lines: a line of text, a heading, an item, a quote or a table, in which little is marked. Most are such, and parsing costs.
// They look as `markdown.ts` shows them.
import { wrapCells } from "claw/kit";
import type { Block } from "./markdown.ts";
import { barOf, bulletOf, headingOf, type Look, linkTo } from "./marks.ts";
import { type Cell, cellOf, layOutTable } from "./table.ts";

/** The lines of a block; `undefined` for one that has to be parsed. */
export function layOutQuick(block: Block, look: Look): string[] | undefined {
  const width = Math.max(1, look.width - block.indent);
  const rows = block.text.startsWith("|") ? tableRows(block, width, look) : lineRows(block, width, look);
  return rows === undefined || block.indent === 0 ? rows : rows.map((row) => " ".repeat(block.indent) + row);
}

/** What runs for every block. */
export const quickParts = (): readonly ((...given: never[]) => unknown)[] => [layOutQuick, lineRows, inline, marked, tableRows, cellsIn];

// --- internal ---

/** How a line begins, as a heading, an item, a quote or nothing of these, if what follows begins nothing else. */
const BEGIN = /^(?:(#{1,6}) |[-*+] |([1-9]\d{0,8})[.)] |> )?(?=[\p{L}"'(`[]|\*[^ ])(?!\[[ xX]\])/u;

function lineRows({ text, table }: Block, width: number, look: Look): string[] | undefined {
  const begins = table === undefined && !text.includes("\n") ? BEGIN.exec(text) : null;
  if (begins === null) return undefined;
  const [begin, heading, number] = begins;
  const inner = inline(begin === "" ? text : text.slice(begin.length), look);
  if (inner === undefined || begin === "") return inner === undefined ? undefined : wrapCells(inner, width);
  const { theme } = look;
  if (heading !== undefined) return inner.endsWith("#") ? undefined : wrapCells(headingOf(inner, heading.length, theme), width);
  if (begin === "> ") {
    const bar = barOf(theme);
    return prefixed(wrapCells(theme.paint("quote", inner), Math.max(1, width - 2)), bar, bar);
  }
  const sign = number === undefined ? bulletOf(0) : `${number}.`;
  return prefixed(wrapCells(inner, Math.max(1, width - sign.length - 1)), `${theme.paint("bullet", sign)} `, " ".repeat(sign.length + 1));
}

function prefixed(rows: readonly string[], first: string, rest: string): string[] {
  return rows.map((row, at) => (at === 0 ? first : rest) + row);
}

/** What may mean something to a parser, or be dropped by it. */
const SPECIAL = /[\\`*_~[<&\t]|:\/\/| $/;
/** The plainest code, strong words, slanted words and links: nothing is marked within, and they stand apart. */
const MARK =
  /(?<!`)`([^`\s](?:[^`]*[^`\s])?)`(?!`)|(?<=^|[\s("'])(?:\*\*([\p{L}\p{N}][^\\`*_~[<&\t:]*(?<! ):?)\*\*|\*([\p{L}\p{N}][^\\`*_~[<&\t:]*(?<! ))\*)(?=$|[\s.,;:!?)"'])|(?<!!)\[([\p{L}\p{N}][^\\`*_~[\]<&\t:]*)\]\((https?:\/\/[\w./?=#%+~,:-]*)\)/gu;

/** A line with its marks shown; `undefined` when there are others. */
function inline(text: string, look: Look): string | undefined {
  if (!SPECIAL.test(text)) return text;
  if (SPECIAL.test(text.replace(MARK, "m"))) return undefined;
  return text.replace(MARK, (_, code?: string, strong?: string, slanted?: string, words?: string, href?: string) =>
    marked(look, code, strong, slanted, words, href),
  );
}

function marked(look: Look, code?: string, strong?: string, slanted?: string, words = "", href = ""): string {
  const { paint } = look.theme;
  if (code !== undefined) return paint("code", code);
  if (strong !== undefined) return paint("strong", strong);
  return slanted !== undefined ? paint("emphasis", slanted) : linkTo(words, href, look);
}

const RULE = /^:?-+:?$/;

function tableRows({ text, table }: Block, width: number, { theme }: Look): string[] | undefined {
  if (SPECIAL.test(text)) return undefined;
  const [head, rule, ...body] = text.split("\n").map(cellsIn);
  if (head === undefined || rule?.length !== head.length || !rule.every((one) => RULE.test(one))) return undefined;
  const aligns = rule.map((one) => (one.endsWith(":") ? (one.startsWith(":") ? "center" : "right") : "left"));
  const rows: Cell[][] = [];
  for (const cells of [head, ...body]) {
    // One too few or too many is the parser's affair.
    if (cells?.length !== head.length) return undefined;
    rows.push(cells.map((one, at) => cellOf(aligns[at] ?? "left", one)));
  }
  return layOutTable(rows, width, theme, table);
}

/** The cells of a line that begins and ends with a bar. */
function cellsIn(line: string): string[] | undefined {
  return line.length > 1 && line.startsWith("|") && line.endsWith("|")
    ? line
        .slice(1, -1)
        .split("|")
        .map((one) => one.trim())
    : undefined;
}
