// What an interpreter prints, piece of code by piece of code: head and tail in memory, all of a long one in a file. Knows no processes.
import { appendFileSync, writeFileSync } from "node:fs";
import { headOf, tailOf } from "claw/kit";

export class Output {
  readonly #file: () => string;
  #mark = "";
  /** What may be the beginning of the mark; once that has come, what came after it. */
  #held = "";
  #over = false;
  #head = "";
  #tail = "";
  #length = 0;
  #spill: string | undefined;
  #spilled = 0;

  /** `file` is where a long output goes; each time another. */
  constructor(file: () => string) {
    this.#file = file;
  }
  /** From here it counts as the output of another piece of code; what came since the last one ended is its beginning. */
  begin(mark: string): void {
    this.#mark = `${START}${mark} `;
  }
  /** What was said with the mark, once it comes. */
  take(text: string): string | undefined {
    if (this.#over) {
      this.#held += text;
      return undefined;
    }
    const all = this.#held + text;
    const at = this.#mark === "" ? -1 : all.indexOf(this.#mark);
    const end = at === -1 ? -1 : all.indexOf("\n", at);
    if (end === -1) {
      const safe = at === -1 ? Math.max(0, all.length - this.#mark.length) : at;
      // Only a character that begins a mark is worth waiting for.
      const from = at === -1 ? all.indexOf(START, safe) : at;
      this.#held = from === -1 ? "" : all.slice(from);
      this.#add(from === -1 ? all : all.slice(0, from));
      return undefined;
    }
    this.#add(all.slice(0, at));
    this.#held = all.slice(end + 1);
    this.#over = true;
    return all.slice(at + this.#mark.length, end);
  }
  get length(): number {
    return this.#length;
  }
  tail(most: number): string {
    return tailOf(this.#head.length > this.#length - most ? this.#head + this.#tail : this.#tail, most).toWellFormed();
  }
  /** The text of this piece of code, with a line that says what was cut. What comes from now on is the next one's. */
  close(): { readonly text: string; readonly length: number; readonly spill?: string } {
    const rest = this.#over ? this.#held : "";
    if (!this.#over) this.#add(this.#held);
    const [length, spill, full] = [this.#length, this.#spill, this.#spilled >= MOST_SPILLED];
    const cut = length - this.#head.length - this.#tail.length;
    const where = spill === undefined ? "" : `; ${full ? `the first ${MOST_SPILLED} are` : "all of it is"} in ${spill}`;
    const text = cut > 0 ? `${this.#head}\n[… ${cut} characters cut${where} …]\n${this.#tail}` : this.#head + this.#tail;
    [this.#mark, this.#head, this.#tail, this.#length, this.#spill, this.#spilled] = ["", "", "", 0, undefined, 0];
    [this.#held, this.#over] = ["", false];
    this.#add(rest);
    return { text: text.toWellFormed(), length, ...(spill === undefined ? {} : { spill }) };
  }

  // --- internal ---

  #add(text: string): void {
    if (text === "") return;
    const whole = this.#head + this.#tail;
    const before = this.#length;
    this.#length += text.length;
    if (this.#head.length < HALF) {
      const head = headOf(text, HALF - this.#head.length);
      this.#head += head;
      this.#tail += text.slice(head.length);
    } else this.#tail += text;
    if (this.#length <= 2 * HALF) return;
    if (this.#spill === undefined) {
      this.#spill = this.#file();
      this.#keep(() => writeFileSync(this.#spill ?? "", whole, { mode: 0o600, flag: "wx" }), before);
    }
    this.#keep(() => appendFileSync(this.#spill ?? "", text), text.length);
    this.#tail = tailOf(this.#tail, HALF);
  }
  /** A full disk loses the middle of a long output, and nothing else. */
  #keep(write: () => void, length: number): void {
    if (this.#spilled >= MOST_SPILLED) return;
    try {
      write();
      this.#spilled += length;
    } catch {
      this.#spilled = MOST_SPILLED;
    }
  }
}

// --- internal ---

const START = "\x1e";
/** Characters of an output that are kept of its beginning, and of its end. */
const HALF = 15_000;
const MOST_SPILLED = 64 * 1024 ** 2;
