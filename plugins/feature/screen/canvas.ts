// What is printed and what the slots show, and the frames that bring it to a terminal. Knows no input and no signals.
import { type Cursor, type LaterLines, type Painter, plain, type Slot, safeLine } from "claw/kit";
import type { Device } from "./device.ts";
import { compose, draw, erase, NOTHING, type Region, type Rows } from "./frame.ts";
import { entering, leaving, PROGRESS, synchronised, type Traits } from "./modes.ts";
import { createPace, type Pace } from "./pace.ts";

/** Draws only while it has a device. What is printed and shown before that is kept. */
export class Canvas {
  readonly traits: Traits;
  /** Nothing is drawn twice. */
  readonly plain: boolean;
  readonly #failed: (error: unknown) => void;
  readonly #painters = new Map<Slot, Painter>();
  /** What slots show that nobody has touched since. */
  readonly #kept = new Map<Slot, Rows>();
  readonly #pace: Pace = createPace(() => this.paint());
  #device: Device | undefined;
  #region: Region = NOTHING;
  #printed: string[] = [];
  /** Lines that come later, with those that were printed after them. */
  readonly #later: { settled: boolean; readonly until?: Promise<unknown>; lines(): readonly string[] }[] = [];
  /** What a plain screen has said of a question. */
  #said: readonly string[] = [];
  #painting = false;
  #resized = false;
  #due = false;
  #titled = false;
  #shaped = false;
  #busy = false;

  /** `failed` is told of a painter that threw; its slot is emptied. */
  constructor(traits: Traits, still: boolean, failed: (error: unknown) => void) {
    this.traits = traits;
    this.plain = still || traits.dumb;
    this.#failed = failed;
  }

  print(lines: readonly string[] | LaterLines): void {
    if ("ready" in lines) {
      const one = { settled: false, until: lines.ready, lines: () => lines.lines() };
      const settle = (): void => {
        one.settled = true;
        this.#catchUp(false);
      };
      this.#later.push(one);
      void lines.ready.then(settle, settle);
    } else if (this.#later.length > 0) this.#later.push({ settled: true, lines: () => lines });
    else for (const line of lines) this.#printed.push(line);
    if (!this.#painting) this.#request(false);
  }

  live(slot: Slot, shown: readonly string[] | Painter, cursor?: Cursor): void {
    if (typeof shown === "function") this.#painters.set(slot, shown);
    else if (shown.length > 0) this.#painters.set(slot, () => (cursor === undefined ? { lines: shown } : { lines: shown, cursor }));
    else if (!this.#painters.delete(slot)) return;
    this.#kept.delete(slot);
    this.#request(URGENT.has(slot));
  }

  /** From now on frames go to `device`. */
  begin(device: Device): void {
    this.#device = device;
    this.#region = NOTHING;
    this.#resized = false;
    if (!this.plain) device.write(entering(this.traits));
    this.paint();
  }

  /** Draws all anew where the cursor is now: somebody else had the terminal, and may have changed every mode. */
  again(device: Device): void {
    if (!this.plain) device.write(leaving(this.traits, this.#shaped));
    this.begin(device);
  }

  /** Shows the rest of what was printed, takes the live region away and gives all modes back; `write` gets the bytes. No frames after that. */
  end(write: (text: string) => void): void {
    const columns = this.#device?.columns ?? 80;
    this.#pace.cancel();
    this.#device = undefined;
    this.#catchUp(true);
    const rest = this.#printed.map(safeLine);
    this.#printed = [];
    if (this.plain) {
      write(this.#lines(rest));
      return;
    }
    const region = draw(this.#region, NOTHING, rest, columns) + leaving(this.traits, this.#shaped);
    write(`${region}${this.#titled ? "\x1b[23;0t" : ""}${this.#busy ? PROGRESS.none : ""}`);
    this.#region = NOTHING;
  }

  /** Empties every slot. */
  clear(): void {
    this.#painters.clear();
    this.#request(true);
  }

  resized(): void {
    this.#resized = true;
    this.#kept.clear();
    this.#request(true);
  }

  /** The terminal has taken what was written. */
  drained(): void {
    if (this.#due) this.#request(false);
  }

  /** A frame now, unless the terminal is still busy with the last one: then when it is not. Gives how many characters it has. */
  paint(): number {
    const device = this.#device;
    this.#due = true;
    if (device === undefined || device.busy) return 0;
    this.#due = false;
    const { columns, rows } = device;
    this.#painting = true;
    const next = this.plain ? this.#tell(columns) : compose(this.#painters, this.#kept, columns, rows, (slot, error) => this.#drop(slot, error));
    this.#painting = false;
    const lines = this.#printed.map(safeLine);
    this.#printed = [];
    const text = this.plain ? this.#lines(lines) : this.#frame(next, lines, columns, rows);
    if (text !== "") device.write(text);
    return text.length;
  }

  /** Paints until there is nothing left to paint, and the terminal has taken it. */
  async flush(): Promise<void> {
    do {
      while (this.#later.some(({ settled }) => !settled)) await Promise.allSettled(this.#later.map(({ until }) => until));
      await this.#device?.drained();
      this.#pace.cancel();
      this.paint();
      await this.#device?.drained();
    } while (this.#due && this.#device !== undefined);
  }

  title(text: string): void {
    this.#control(`${this.#titled ? "" : "\x1b[22;0t"}\x1b]2;${plain(text).replaceAll("\n", " ")}\x07`);
    this.#titled = true;
  }

  progress(shown: keyof typeof PROGRESS): void {
    if (!this.traits.progress) return;
    this.#busy = shown !== "none";
    this.#control(PROGRESS[shown]);
  }

  bell(): void {
    this.#control("\x07");
  }

  /** Prints what waited, up to the next lines that are not there yet; with `all`, these too. */
  #catchUp(all: boolean): void {
    for (let first = this.#later[0]; first !== undefined && (all || first.settled); first = this.#later[0]) {
      this.#later.shift();
      try {
        for (const line of first.lines()) this.#printed.push(line);
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#request(false);
  }

  #frame(next: Region, lines: readonly string[], columns: number, rows: number): string {
    let [old, text] = [this.#region, ""];
    if (this.#resized) {
      text = erase(old, columns, rows, this.traits.reflow);
      old = { ...NOTHING, shown: old.shown, shape: old.shape };
    }
    this.#resized = false;
    text += draw(old, next, lines, columns);
    this.#region = next;
    if (next.shape !== undefined) this.#shaped = true;
    return text === "" ? "" : synchronised(text);
  }

  /** Lines of a plain screen: a dumb terminal knows no styles either. */
  #lines(lines: readonly string[]): string {
    return lines.map((line) => `${this.traits.dumb ? Bun.stripANSI(line) : line}\r\n`).join("");
  }

  #control(text: string): void {
    if (!this.plain) this.#device?.write(text);
  }

  #request(urgent: boolean): void {
    this.#due = true;
    if (this.#device?.busy === false) this.#pace.request(urgent);
  }

  #drop(slot: Slot, error: unknown): void {
    this.#painters.delete(slot);
    this.#failed(error);
  }

  /** A plain screen: painters print, and of a question what is new in it is said once. */
  #tell(columns: number): Region {
    for (const [slot, painter] of this.#painters) {
      try {
        const { lines } = painter(Math.max(1, columns - 1), TALL);
        if (slot !== "question") continue;
        this.print(lines.filter((line) => !this.#said.includes(line)));
        this.#said = lines;
      } catch (error) {
        this.#drop(slot, error);
      }
    }
    if (!this.#painters.has("question")) this.#said = [];
    return NOTHING;
  }
}

// --- internal ---

const URGENT: ReadonlySet<Slot> = new Set(["question", "editor", "menu"]);
const TALL = 1_000;
