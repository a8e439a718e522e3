// The screen service over a terminal: takes it, gives it back, and lends it; frames are the canvas's affair and keys the input's.
import type { Env } from "claw";
import type { Colors, Cursor, Key, LaterLines, Painter, Progress, Screen, Slot } from "claw/kit";
import { Canvas } from "./canvas.ts";
import type { Device, Listeners, Signal } from "./device.ts";
import { createInput, type InputQueue } from "./input.ts";
import { traitsOf } from "./modes.ts";

export interface ScreenOptions {
  readonly env: Env;
  readonly colors: Colors;
  /** Wanted even where the terminal could do more. */
  readonly plain: boolean;
  readonly platform?: string;
  /** Throws when there is no terminal. */
  device(listeners: Listeners): Promise<Device>;
  /** Told of a painter or listener that threw. */
  failed(error: unknown): void;
  /** Ends the process. */
  exit(code: number): void;
}

/** One screen, for one terminal. Opened at most once. */
export class TerminalScreen implements Screen {
  readonly colors: Colors;
  readonly plain: boolean;
  readonly #options: ScreenOptions;
  readonly #canvas: Canvas;
  readonly #input: InputQueue;
  readonly #resizes = new Set<(columns: number, rows: number) => void>();
  readonly #ends = new Set<(reason: string) => void>();
  #device: Device | undefined;
  #state: "new" | "open" | "lent" | "closed" = "new";
  #ending: ReturnType<typeof setTimeout> | undefined;
  #gone = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.colors = options.colors;
    this.#canvas = new Canvas(traitsOf(options.env, options.platform), options.plain, options.failed);
    this.plain = this.#canvas.plain;
    this.#input = createInput(options.failed, this.plain);
  }
  get opened(): boolean {
    return this.#state === "open" || this.#state === "lent";
  }
  get columns(): number {
    return this.#device?.columns ?? 80;
  }
  get rows(): number {
    return this.#device?.rows ?? 24;
  }
  async open(): Promise<void> {
    if (this.#state !== "new") return;
    this.#device = await this.#options.device(this.#listeners());
    this.#take(this.#device);
  }
  async close(): Promise<void> {
    const device = this.#device;
    if (device === undefined || this.#state === "closed") return;
    this.#canvas.clear();
    if (this.#state === "open") await this.#give(device);
    this.#state = "closed";
    clearTimeout(this.#ending);
    this.#input.close();
    device.close();
  }
  print(lines: readonly string[] | LaterLines): void {
    if (this.#state !== "closed") this.#canvas.print(lines);
  }
  live(slot: Slot, shown: readonly string[] | Painter, cursor?: Cursor): void {
    if (this.#state !== "closed") this.#canvas.live(slot, shown, cursor);
  }
  onKey(listener: (key: Key) => boolean | undefined): Disposable {
    return this.#input.listen(listener);
  }
  onResize(listener: (columns: number, rows: number) => void): Disposable {
    return add(this.#resizes, listener);
  }
  onEnd(listener: (reason: string) => void): Disposable {
    return add(this.#ends, listener);
  }
  async suspend(): Promise<void> {
    await this.lend(async () => this.#device?.stop());
  }
  async lend<T>(work: () => Promise<T>): Promise<T> {
    const device = this.#state === "open" ? this.#device : undefined;
    if (device !== undefined) await this.#give(device);
    try {
      return await work();
    } finally {
      if (device !== undefined && this.#lent) this.#take(device);
    }
  }
  title(text: string): void {
    this.#canvas.title(text);
  }
  progress(state: Progress): void {
    this.#canvas.progress(state);
  }
  bell(): void {
    this.#canvas.bell();
  }
  async flush(): Promise<void> {
    await this.#canvas.flush();
  }

  get #lent(): boolean {
    return this.#state === "lent";
  }
  /** Whoever sees the first frame may type: by then the terminal no longer edits lines, nor shows what is typed. */
  #take(device: Device): void {
    this.#state = "open";
    device.take(!this.plain);
    if (!this.#gone) this.#canvas.begin(device);
  }
  async #give(device: Device): Promise<void> {
    this.#state = "lent";
    await within(DRAIN_MS, device.drained());
    this.#canvas.end((text) => device.write(text));
    await within(DRAIN_MS, device.drained());
    device.give();
  }
  #listeners(): Listeners {
    return {
      data: (bytes) => this.#input.feed(bytes),
      drain: () => this.#canvas.drained(),
      resize: () => {
        for (const listener of this.#resizes) this.#attempt(() => listener(this.columns, this.rows));
        this.#canvas.resized();
      },
      signal: (name) => this.#signal(name),
      gone: () => {
        this.#gone = true;
        this.#end("SIGHUP");
      },
      exit: () => {
        if (this.#state === "open" && !this.#gone) this.#canvas.end((text) => this.#device?.writeNow(text));
        this.#state = "closed";
      },
    };
  }
  #signal(name: Signal): void {
    if (name === "SIGINT") this.#input.press({ key: "c", ctrl: true, alt: false, shift: false });
    else if (name === "SIGTSTP") void this.suspend();
    else if (name !== "SIGCONT") this.#end(name);
    else if (this.#state === "open" && this.#device !== undefined) {
      // It was stopped without being asked.
      this.#device.give();
      this.#device.take(!this.plain);
      this.#canvas.again(this.#device);
    }
  }
  #end(reason: string): void {
    if (this.#ending !== undefined || this.#state === "closed") return;
    const code = reason === "SIGTERM" ? 143 : 129;
    this.#ending = setTimeout(() => this.#options.exit(code), this.#ends.size === 0 ? 0 : GRACE_MS);
    for (const listener of this.#ends) this.#attempt(() => listener(reason));
  }
  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.failed(error);
    }
  }
}

// --- internal ---

const GRACE_MS = 2_000;
/** How long a terminal that stands still is waited for. */
const DRAIN_MS = 1_000;

function add<T>(set: Set<T>, item: T): Disposable {
  set.add(item);
  return { [Symbol.dispose]: () => void set.delete(item) };
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
