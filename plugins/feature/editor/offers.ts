// What can complete the input now: asked for in the background, shown until the text says otherwise, put in on demand.
import type { Completion, CompletionItem, Completions } from "claw/kit";
import type { Line } from "./line.ts";

export interface OffersOptions {
  readonly line: Line;
  /** The service; rejects when there is none. */
  completion(): Promise<Completion>;
  /** What is offered has changed. */
  changed(): void;
}

export class Offers implements Disposable {
  #shown: Readonly<{ given: Completions; text: string; cursor: number }> | undefined;
  #selected = -1;
  /** The user has chosen one with a key. */
  #moved = false;
  #asking: AbortController | undefined;
  /** Where the user has closed the offers; they stay away from there. */
  #dismissed: number | undefined;
  readonly #at: OffersOptions;

  constructor(at: OffersOptions) {
    this.#at = at;
  }

  /** Offers for the text as it is now. */
  get open(): boolean {
    return this.#fresh !== undefined && this.#fresh.items.length > 0;
  }

  get popup(): Readonly<{ items: readonly CompletionItem[]; selected: number; total: number }> | undefined {
    // While new ones are looked for, the old ones stay: nothing flickers.
    const given = this.#shown?.given;
    if (given === undefined || given.items.length === 0) return undefined;
    return { items: given.items, selected: this.#selected, total: given.total };
  }

  get ghost(): string | undefined {
    return this.#fresh?.ghost;
  }

  /** Text or cursor have changed. Asks only where the text calls for it, unless `forced`. */
  follow(forced = false): void {
    const { line } = this.#at;
    this.#asking?.abort();
    this.#asking = undefined;
    if (line.text === "") this.#dismissed = undefined;
    if (!forced && !calls(line.text, line.cursor)) {
      this.#shown = undefined;
      return;
    }
    if (forced) this.#dismissed = undefined;
    const asking = new AbortController();
    this.#asking = asking;
    void this.#ask(asking.signal, forced);
  }

  /** Closes what is shown. Gives `false` when there is nothing. */
  close(): boolean {
    const was = this.popup !== undefined;
    if (was) this.#dismissed = this.#shown?.given.from;
    this.#asking?.abort();
    this.#shown = undefined;
    return was;
  }

  /** Shows nothing for now. */
  rest(): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#shown = undefined;
  }

  select(by: 1 | -1): void {
    const count = this.#fresh?.items.length ?? 0;
    if (count === 0) return;
    this.#moved = true;
    this.#selected = this.#selected < 0 ? (by > 0 ? 0 : count - 1) : (this.#selected + by + count) % count;
  }

  /** Puts the selected offer in, or the first. */
  accept(): void {
    const given = this.#fresh;
    const item = given?.items[Math.max(0, this.#selected)];
    if (given === undefined || item === undefined) return;
    const { doc } = this.#at.line;
    doc.part();
    // A blank that stands there already is not put in twice.
    const to = item.insert.endsWith(" ") && doc.text[given.to] === " " ? given.to + 1 : given.to;
    doc.change(given.from, to, item.insert);
    doc.part();
  }

  /** What Enter does: `submit` what is there, `accept` the offer, or both. */
  enter(): "submit" | "accept" | "both" {
    const given = this.#fresh;
    const item = given?.items[this.#selected];
    if (given === undefined || item === undefined) return "submit";
    const { text } = this.#at.line;
    const typed = text.slice(given.from, given.to);
    if (typed.trimEnd() === item.insert.trimEnd()) return "submit";
    const meant = item.insert.toLowerCase().startsWith(typed.toLowerCase());
    return text.startsWith("/") && !typed.startsWith("@") && item.open !== true && meant ? "both" : "accept";
  }

  [Symbol.dispose](): void {
    this.#asking?.abort();
  }

  // --- internal ---

  get #fresh(): Completions | undefined {
    const { line } = this.#at;
    return this.#shown !== undefined && this.#shown.cursor === line.cursor && this.#shown.text === line.text ? this.#shown.given : undefined;
  }

  async #ask(signal: AbortSignal, forced: boolean): Promise<void> {
    const { line, completion, changed } = this.#at;
    const { text, cursor, cwd } = line;
    try {
      const service = await completion();
      let first = true;
      for await (const given of service.complete({ text, cursor, cwd, forced, signal })) {
        if (signal.aborted) return;
        this.#show(given, text, cursor, first);
        first = false;
        changed();
      }
      if (signal.aborted) return;
      if (first) this.#show(undefined, text, cursor, true);
      // As in a shell: what can only be one thing is put in.
      if (forced && this.#fresh?.items.length === 1) {
        this.accept();
        this.follow();
      }
      changed();
    } catch {
      // Without the service, or when a source fails, nothing is offered; the failure was announced.
      if (!signal.aborted) this.#shown = undefined;
    }
  }

  #show(given: Completions | undefined, text: string, cursor: number, first: boolean): void {
    if (given === undefined || given.from === this.#dismissed) {
      this.#shown = undefined;
      return;
    }
    this.#dismissed = undefined;
    this.#shown = { given, text, cursor };
    if (first) this.#moved = false;
    // Nothing is chosen for who has typed nothing yet, or may mean something else.
    if (!this.#moved) this.#selected = given.to > given.from && given.free !== true ? 0 : -1;
    this.#selected = Math.min(this.#selected, given.items.length - 1);
  }
}

// --- internal ---

const NEAR = 400;

/** Whether the text before the cursor calls for completion: a command, or a word that starts with `@`. */
function calls(text: string, cursor: number): boolean {
  if (text.startsWith("/") && !text.slice(0, cursor).includes("\n")) return cursor > 0;
  return /(?:^|[\s([{"'`])@[^\s]*$/.test(text.slice(Math.max(0, cursor - NEAR), cursor));
}
