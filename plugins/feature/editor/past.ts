// Going back and forth in the history: what was typed, or changed on the way, stays until the input is sent.
import type { InputHistory } from "claw/kit";
import type { Line } from "./line.ts";

export class Past {
  #entries: readonly string[] = [];
  /** Where in the entries; behind the last is what was typed. */
  #at: number | undefined;
  #kept = new Map<number, Readonly<{ text: string; cursor: number }>>();
  #history: InputHistory | undefined;

  set history(history: InputHistory) {
    this.#history = history;
  }

  get entries(): readonly string[] {
    return this.#history?.entries ?? [];
  }

  /** Gives `false` when there is nothing older, or newer. */
  step(by: 1 | -1, line: Line): boolean {
    if (this.#at === undefined) {
      this.#entries = [...this.entries];
      this.#at = this.#entries.length;
    }
    const to = this.#at + by;
    if (to < 0 || to > this.#entries.length) return false;
    this.#kept.set(this.#at, { text: line.text, cursor: line.cursor });
    this.#at = to;
    const kept = this.#kept.get(to);
    line.doc.part();
    if (kept === undefined) line.replace(this.#entries[to] ?? "", false);
    else line.doc.replace(kept.text, kept.cursor);
    line.doc.part();
    return true;
  }

  /** The input was sent or cleared. */
  reset(): void {
    this.#at = undefined;
    this.#entries = [];
    this.#kept.clear();
  }

  keep(text: string): void {
    this.reset();
    if (text.trim() !== "") this.#history?.add(text);
  }
}
