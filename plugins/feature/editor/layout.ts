// The text as lines and rows, kept up to date change by change: a key in a long text costs next to nothing.
import { cells, clipCells, graphemes } from "claw/kit";
import type { Chips } from "./chips.ts";
import { offsetAt, rowOf, rowStarts } from "./wrap.ts";

/** A place in the text: line, and offset in it. */
export interface Place {
  readonly line: number;
  readonly col: number;
}
/** A row of the screen: from where to where in which line. `start` is the offset in the text of its first character. */
export interface Row {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly last: boolean;
}

export class Layout {
  #lines = [""];
  /** By line; empty where nobody has asked yet. */
  #starts: (readonly number[] | undefined)[] = [undefined];
  #width = 80;
  readonly #chips: Chips;

  constructor(chips: Chips) {
    this.#chips = chips;
  }

  /** Cells of a character as it is shown. */
  readonly cellsOf = (character: string): number => {
    if (character.length === 1 && character >= " " && character < "\x7f") return 1;
    return character === "\t" ? Math.min(TAB, this.limit) : cells(this.shown(character));
  };

  /** How a character looks, in no more cells than a row has. */
  shown(character: string): string {
    if (character === "\t") return " ".repeat(Math.min(TAB, this.limit));
    const chip = this.#chips.get(character);
    const shown = chip?.shown ?? (ODD.test(character) ? character.replace(ODD_ALL, "") || "·" : character);
    return cells(shown) > this.limit ? clipCells(shown, this.limit) : shown;
  }

  get limit(): number {
    return Math.max(1, this.#width - 1);
  }

  get width(): number {
    return this.#width;
  }

  set width(width: number) {
    if (width === this.#width) return;
    this.#width = width;
    this.#starts = this.#lines.map(() => undefined);
  }

  /** The text has changed. */
  edit(from: number, removed: number, inserted: string): void {
    const first = this.placeOf(from);
    const last = this.placeOf(from + removed, first);
    const head = (this.#lines[first.line] ?? "").slice(0, first.col);
    const tail = (this.#lines[last.line] ?? "").slice(last.col);
    const fresh = (head + inserted + tail).split("\n");
    const count = last.line - first.line + 1;
    if (count === 1 && fresh.length === 1) {
      this.#lines[first.line] = fresh[0] ?? "";
      this.#starts[first.line] = undefined;
      return;
    }
    this.#lines = [...this.#lines.slice(0, first.line), ...fresh, ...this.#lines.slice(last.line + 1)];
    this.#starts = [...this.#starts.slice(0, first.line), ...fresh.map(() => undefined), ...this.#starts.slice(last.line + 1)];
  }

  /** The place of an offset in the text. `from` is one that is not behind it. */
  placeOf(offset: number, from?: Place): Place {
    let line = from?.line ?? 0;
    let col = offset - this.#startOf(line);
    for (let length = this.#lines[line]?.length ?? 0; col > length && line + 1 < this.#lines.length; length = this.#lines[line]?.length ?? 0) {
      col -= length + 1;
      line += 1;
    }
    return { line, col };
  }

  /** Rows of all, and the one that the offset stands in. */
  measure(offset: number): { readonly total: number; readonly row: number; readonly column: number } {
    const { line, col } = this.placeOf(offset);
    let total = 0;
    let before = 0;
    for (let at = 0; at < this.#lines.length; at++) {
      if (at === line) before = total;
      total += this.#startsOf(at).length;
    }
    const starts = this.#startsOf(line);
    const own = rowOf(starts, col);
    let column = 0;
    for (const character of graphemes((this.#lines[line] ?? "").slice(starts[own] ?? 0, col))) column += this.cellsOf(character);
    return { total, row: before + own, column };
  }

  /** At most `count` rows from `top` on. */
  rows(top: number, count: number): readonly Row[] {
    const found: Row[] = [];
    let row = 0;
    let start = 0;
    for (let line = 0; line < this.#lines.length && found.length < count; line++) {
      const starts = this.#startsOf(line);
      const { length } = this.#lines[line] ?? "";
      for (let own = Math.max(0, top - row); own < starts.length && found.length < count; own++) {
        const from = starts[own] ?? 0;
        found.push({ line, from, to: starts[own + 1] ?? length, start: start + from, last: own === starts.length - 1 });
      }
      row += starts.length;
      start += length + 1;
    }
    return found;
  }

  textOf({ line, from, to }: Row): string {
    return (this.#lines[line] ?? "").slice(from, to);
  }

  line(at: number): string {
    return this.#lines[at] ?? "";
  }

  /** The offset `by` rows from another, near a column; `undefined` when there is no such row. */
  vertical(offset: number, by: number, column: number): number | undefined {
    const { row } = this.measure(offset);
    const [target] = row + by < 0 ? [] : this.rows(row + by, 1);
    if (target === undefined) return undefined;
    const text = this.textOf(target);
    const at = offsetAt(text, column, this.cellsOf);
    // The end of a row that goes on is the start of the next one.
    if (at < text.length || target.last || at === 0) return target.start + at;
    const characters = [...graphemes(text)];
    return target.start + at - (characters.at(-1)?.length ?? 0);
  }

  // --- internal ---

  #startOf(line: number): number {
    let start = 0;
    for (let at = 0; at < line; at++) start += (this.#lines[at]?.length ?? 0) + 1;
    return start;
  }

  #startsOf(line: number): readonly number[] {
    this.#starts[line] ??= rowStarts(this.#lines[line] ?? "", this.#width, this.cellsOf);
    return this.#starts[line];
  }
}

// --- internal ---

const TAB = 4;
/** Characters that turn the direction of writing, and line ends that are none here. */
const ODD = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
const ODD_ALL = new RegExp(ODD.source, "g");
