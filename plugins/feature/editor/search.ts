// Searching the history as one types. The text shows what was found; what was there before comes back when the search is left without choosing.
import { type EditorAction, graphemeStart, type Key } from "claw/kit";
import type { Line } from "./line.ts";

/** What became of a key: it was the search's own, it ended it (with what was found, or as it was before), and then maybe goes on. */
export type Searched = "taken" | "cancelled" | "chosen" | "chosen-and-on";

export class Search {
  query = "";
  failed = false;
  #at: number;
  #chosen: string | undefined;
  readonly #entries: readonly string[];
  readonly #before: Readonly<{ text: string; cursor: number }>;
  readonly #line: Line;

  constructor(entries: readonly string[], line: Line) {
    this.#entries = entries;
    this.#at = entries.length;
    this.#line = line;
    this.#before = { text: line.text, cursor: line.cursor };
  }

  /** Where the query stands in what is shown. */
  get match(): Readonly<{ from: number; to: number }> | undefined {
    if (this.failed || this.query === "" || this.#chosen === undefined) return undefined;
    return { from: this.#line.cursor, to: this.#line.cursor + this.query.length };
  }

  press(key: Key, name: string, action: EditorAction | null | undefined): Searched {
    if (action === "history-search" || action === "history-back" || action === "up") return this.#find(-1, false);
    if (action === "history-forward" || action === "down" || name === "ctrl+s") return this.#find(1, false);
    if (action === "delete-left") {
      this.query = this.query.slice(0, graphemeStart(this.query, this.query.length));
      this.#at = this.#entries.length;
      return this.#find(-1, true);
    }
    if (action === "interrupt" || name === "ctrl+g") {
      this.#restore();
      return "cancelled";
    }
    if (key.text !== undefined) {
      this.query += key.text;
      return this.#find(-1, true);
    }
    this.choose();
    return action === "escape" || action === "complete" ? "chosen" : "chosen-and-on";
  }

  /** Takes what was found as the text, as one change. */
  choose(): void {
    const { doc } = this.#line;
    const { text } = doc;
    const chosen = this.#chosen;
    this.#restore();
    doc.part();
    if (chosen !== undefined) doc.replace(text, text.length);
    doc.part();
  }

  // --- internal ---

  /** The next entry that holds the query. `here`: the one that is shown will do. */
  #find(by: 1 | -1, here: boolean): "taken" {
    // Without capitals in the query, capitals are no matter.
    const fold = (text: string): string => (this.query === this.query.toLowerCase() ? text.toLowerCase() : text);
    const shown = this.#chosen;
    for (let at = here && this.#at < this.#entries.length ? this.#at : this.#at + by; at >= 0 && at < this.#entries.length; at += by) {
      const entry = this.#entries[at] ?? "";
      const found = this.query === "" ? -1 : fold(entry).lastIndexOf(this.query);
      if (found === -1 || (!here && entry === shown)) continue;
      this.#at = at;
      this.#chosen = entry;
      this.failed = false;
      const text = this.#line.chips.adopt(entry);
      this.#line.doc.show(text, Math.min(found, text.length));
      return "taken";
    }
    this.failed = this.query !== "";
    if (this.query === "") this.#restore();
    return "taken";
  }

  #restore(): void {
    this.#chosen = undefined;
    this.#line.doc.show(this.#before.text, this.#before.cursor);
  }
}
