// One input being edited, as the frontend has it: takes keys, gives frames, and says when there is another one to ask for.
import type { Completion, EditorEffect, EditorFrame, EditorImage, InputHistory, Key, Keymap, LineEditor } from "claw/kit";
import type { Keys } from "./bindings.ts";
import type { Clipped } from "./clipboard.ts";
import { Dispatch } from "./dispatch.ts";
import { kindOf, spansOf } from "./frame.ts";
import { Line } from "./line.ts";
import { Offers } from "./offers.ts";

export interface LineOptions {
  readonly cwd: string;
  readonly keymap: Keymap;
  /** The user's own bindings, asked before the keymap. */
  readonly own: Keys;
  /** All bindings. */
  readonly keys: Keys;
  /** Rejects when there is none. */
  readonly completion?: () => Promise<Completion>;
  clipboard(): Promise<Clipped | undefined>;
  /** What is wrong with an image, as a line for the user. */
  wrong(image: EditorImage): Promise<string | undefined>;
  /** A line for the user. */
  said(level: "info" | "warn", text: string): void;
  /** Before every key. */
  pressed(): void;
  closed(line: EditedLine): void;
}

export class EditedLine implements LineEditor {
  readonly #line: Line;
  readonly #offers: Offers | undefined;
  readonly #dispatch: Dispatch;
  readonly #listeners = new Set<() => void>();
  readonly #at: LineOptions;
  #top = 0;
  #disposed = false;

  constructor(at: LineOptions) {
    const { cwd, completion, keymap, own, keys } = at;
    const line = new Line(cwd);
    const offers = completion === undefined ? undefined : new Offers({ line, completion, changed: () => this.#changed() });
    line.dropped = (character) => void this.#check(character);
    this.#at = at;
    this.#line = line;
    this.#offers = offers;
    this.#dispatch = new Dispatch({ line, offers, keymap, own, keys, pasteClipboard: () => void this.#pasteClipboard() });
  }

  set history(history: InputHistory) {
    this.#dispatch.history = history;
  }

  use(keymap: Keymap, keys: Keys): void {
    this.#dispatch.use(keymap, keys);
    this.#changed();
  }

  get text(): string {
    return this.#line.full;
  }

  press(key: Key): readonly EditorEffect[] {
    this.#at.pressed();
    const { text, cursor } = this.#line;
    const effects = this.#dispatch.press(key);
    const changed = this.#line.text !== text;
    if (this.#dispatch.search !== undefined || this.#dispatch.recalled || !this.#dispatch.look.typing) this.#offers?.rest();
    else if (changed || (this.#line.cursor !== cursor && this.#offers?.popup !== undefined)) this.#offers?.follow();
    return effects;
  }

  frame({ width, rows = MOST_ROWS }: Readonly<{ width: number; rows?: number }>): EditorFrame {
    const line = this.#line;
    line.layout.width = Math.max(1, width);
    const { total, row, column } = line.layout.measure(line.cursor);
    const height = Math.max(1, Math.min(rows, total));
    this.#top = Math.max(0, Math.min(Math.max(row - height + 1, Math.min(this.#top, row)), total - height));
    const kind = kindOf(line.text);
    const { look, search, chord } = this.#dispatch;
    const ghost = search === undefined ? this.#offers?.ghost : undefined;
    const popup = search === undefined ? this.#offers?.popup : undefined;
    const mode = [look.mode, chord].filter((word) => word !== undefined && word !== "").join(" ");
    const own = row - this.#top;
    const options = { line, kind, selections: look.selections, match: search?.match, ghost };
    return {
      rows: line.layout.rows(this.#top, height).map((one, index) => spansOf(one, index === own, options)),
      cursor: { line: own, column: Math.min(column, Math.max(0, width - 1)), shape: look.shape },
      above: this.#top,
      below: total - this.#top - height,
      kind,
      empty: line.text === "",
      ...(mode === "" ? {} : { mode }),
      ...(popup === undefined ? {} : { popup }),
      ...(search === undefined ? {} : { search: { query: search.query, failed: search.failed } }),
    };
  }

  replace(text: string): void {
    this.#dispatch.leaveSearch();
    this.#line.replace(text, true);
    this.#offers?.close();
  }

  insert(text: string): void {
    this.#dispatch.leaveSearch();
    this.#line.insert(text);
    this.#offers?.follow();
  }

  onChange(listener: () => void): Disposable {
    const own = (): void => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#offers?.[Symbol.dispose]();
    this.#listeners.clear();
    this.#at.closed(this);
  }

  // --- internal ---

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #pasteClipboard(): Promise<void> {
    const clipped = await this.#at.clipboard();
    if (this.#disposed) return;
    if (clipped === undefined) this.#at.said("info", "There is nothing on the clipboard that could be pasted.");
    else if ("text" in clipped) this.insert(clipped.text);
    else {
      const wrong = await this.#at.wrong({ label: "The clipboard's image", bytes: clipped.bytes });
      if (this.#disposed) return;
      this.#dispatch.leaveSearch();
      if (wrong === undefined) this.#line.image(clipped.bytes);
      else this.#at.said("warn", wrong);
    }
    this.#changed();
  }

  /** Said at once, not when the text has been written: a provider would refuse the image, and with it every later request of the session. */
  async #check(character: string): Promise<void> {
    const image = this.#line.chips.get(character)?.image;
    if (image === undefined) return;
    const wrong = await this.#at.wrong(image);
    if (wrong === undefined || this.#disposed) return;
    this.#dispatch.leaveSearch();
    // What was sent meanwhile is refused there.
    if (!this.#line.refuse(character, image)) return;
    this.#at.said("warn", `${wrong} Its path stays as text.`);
    this.#changed();
  }
}

// --- internal ---

/** Rows of a frame when nobody says how many there may be. */
const MOST_ROWS = 1_000;
