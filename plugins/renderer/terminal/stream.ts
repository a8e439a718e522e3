// A stream of Markdown: what is complete is given out once, as lines; what is not can be looked at. Costs the same however long the stream gets.
import { expandTabs, headOf, type LaterLines, plain, wrapCells } from "claw/kit";
import { type CodeBlock, startCode } from "./highlight.ts";
import { createMarkdown, type Markdown } from "./markdown.ts";
import type { Look } from "./marks.ts";
import { layOutQuick, quickParts } from "./quick.ts";
import { createSplitter, LONGEST, type Piece, type Text } from "./splitter.ts";
import { tableParts } from "./table.ts";
import { compileLightly } from "./tier.ts";

export interface MarkdownStream {
  push(delta: string): void;
  /** The lines of all that has become complete since the last time; where their colours are still being loaded, to be painted when these are there. */
  take(look: Look): readonly string[] | LaterLines;
  /** How the rest looks so far. */
  tail(look: Look): string[];
  /** The rest, as it is: nothing follows. */
  end(look: Look): readonly string[] | LaterLines;
}

/** Styles the lines of blocks, one block after another. What is to be known of those before is in a block's `state`; of lines that are not `whole` yet, more will come. */
export type Code = (blocks: readonly CodeBlock[], whole: boolean) => readonly (readonly string[])[];

/** Begins to load a language; gives what lines of it wait for, if anything. */
export type Coming = (language: string) => Promise<unknown> | undefined;

export function createMarkdownStream(code: Code, coming: Coming): MarkdownStream {
  const blocks = createSplitter((language) => void coming(language));
  let [buffer, fresh] = ["", true];
  const show = createShow(code);
  compileLightly(...quickParts(), ...tableParts(), blocks.line, blocks.peek, show, wrapCells, expandTabs, plain);
  const readOn = (): void => {
    const end = buffer.lastIndexOf("\n");
    if (end !== -1) {
      const whole = buffer.slice(0, end);
      buffer = buffer.slice(end + 1);
      const harmless = plain(whole) === whole;
      // What begins in a line ends with it; a carriage return alone ends a line too.
      const clean = (line: string): readonly string[] => plain(line.endsWith("\r") ? line.slice(0, -1) : line).split("\n");
      for (const line of harmless ? whole.split("\n") : whole.split("\n").flatMap(clean)) blocks.line(line);
    }
    if (buffer.length > LONGEST) {
      const head = headOf(buffer, Math.max(buffer.lastIndexOf(" ", LONGEST) + 1, LONGEST / 2));
      buffer = buffer.slice(head.length);
      for (const line of plain(head).split("\n")) blocks.line(line);
      blocks.cut();
    }
  };
  const read = (): void => {
    do readOn();
    while (buffer.length > LONGEST);
  };
  /** What is complete, with blank lines between what is shown, one at a time; `last` shows none at the end. */
  const complete = (look: Look, last: boolean): readonly string[] | LaterLines => {
    const kept = blocks.take().filter((piece) => {
      const second = piece.kind === "blank" && fresh;
      fresh = piece.kind === "blank";
      return !second;
    });
    const lines = (): readonly string[] => {
      const rows = show(kept, look, true);
      while (last && rows.at(-1) === "") rows.pop();
      return rows;
    };
    const ready = waiting(kept, coming);
    return ready === undefined ? lines() : { ready, lines };
  };
  return {
    push(delta) {
      buffer += delta;
    },
    take(look) {
      read();
      return complete(look, false);
    },
    tail(look) {
      const text = plain(buffer);
      return show(blocks.peek(text), look, false);
    },
    end(look) {
      read();
      if (buffer !== "") for (const line of plain(buffer).split("\n")) blocks.line(line);
      blocks.end();
      const lines = complete(look, true);
      [buffer, fresh] = ["", true];
      return lines;
    },
  };
}

/** Wraps what is no Markdown. */
export function wrapText(text: string, width: number): string[] {
  return plain(text)
    .split("\n")
    .flatMap((line) => wrapCells(expandTabs(line), width));
}

// --- internal ---

/** How pieces look, as lines. */
function createShow(code: Code): (pieces: readonly Piece[], look: Look, whole: boolean) => string[] {
  let shown: { readonly look: Look; readonly markdown: Markdown } | undefined;

  return (pieces, look, whole) => {
    if (shown?.look !== look)
      shown = { look, markdown: createMarkdown(look, (language, lines) => code([{ language, lines, state: startCode() }], whole)[0]!) };
    const quick = pieces.map((piece) => (piece.kind === "text" ? layOutQuick(piece, look) : undefined));
    const parsed = shown.markdown(pieces.filter((piece, at): piece is Text => piece.kind === "text" && quick[at] === undefined));
    const codes = code(
      pieces.filter((piece) => piece.kind === "code"),
      whole,
    );
    let [next, nextCode] = [0, 0];
    const rows: string[] = [];
    for (const [at, piece] of pieces.entries()) {
      if (piece.kind === "blank") rows.push("");
      else if (piece.kind === "text") for (const row of quick[at] ?? parsed[next++] ?? []) rows.push(row);
      else {
        const margin = " ".repeat(piece.indent + 2);
        for (const line of codes[nextCode++] ?? []) rows.push(margin + line);
      }
    }
    return rows;
  };
}

/** What the code among the pieces waits for. */
function waiting(pieces: readonly Piece[], coming: Coming): Promise<unknown> | undefined {
  const all: Promise<unknown>[] = [];
  for (const piece of pieces) {
    const one = piece.kind === "code" ? coming(piece.language) : undefined;
    if (one !== undefined) all.push(one);
  }
  return all.length === 0 ? undefined : Promise.all(all);
}
