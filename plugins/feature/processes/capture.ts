// What a process has written: head and tail in memory, the whole in a file once it is more than that. Bytes in, well-formed text out.
import { type FileHandle, open } from "node:fs/promises";

export interface CaptureOptions {
  /** Bytes kept in memory. */
  readonly keep: number;
  /** A fresh path for the whole output. Asked once, when it is needed. */
  readonly file: () => Promise<string>;
  /** Most bytes of that file. */
  readonly limit: number;
}

/** Takes bytes one piece after another: wait for `add` before the next, that is the backpressure. */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #half: number;
  #head: Buffer = NOTHING;
  #ring: Buffer = NOTHING;
  #bytes = 0;
  #file: FileHandle | undefined;
  #path: string | undefined;
  #written = 0;
  #problem: string | undefined;
  #closed = false;
  #busy: Promise<void> | undefined;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#half = Math.max(1, Math.min(options.keep, MOST_KEPT) >> 1);
  }
  /** All bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }
  /** The file with the whole output, once there is one. */
  get path(): string | undefined {
    return this.#path;
  }
  /** Bytes that are in the file. */
  get written(): number {
    return this.#written;
  }
  /** Whether the file takes no more. */
  get full(): boolean {
    return this.#problem !== undefined || this.#written >= this.#options.limit;
  }
  add(chunk: Uint8Array): void | Promise<void> {
    if (this.#busy !== undefined) return this.#busy.then(() => this.add(chunk));
    const fits = this.#bytes + chunk.length <= this.#half * 2;
    const spilling = this.#file !== undefined || !(fits || this.#closed || this.#problem !== undefined);
    if (!spilling) return this.#keep(chunk);
    this.#busy = this.#spill(chunk).finally(() => {
      this.#busy = undefined;
    });
    return this.#busy;
  }
  /** Opens the file now, whether or not it will be needed. Throws when that cannot be done. */
  async spillFromStart(): Promise<string> {
    const path = await this.#options.file();
    this.#file = await open(path, "wx", 0o600);
    this.#path = path;
    return path;
  }
  /** The last text, at most `most` bytes of it. */
  tail(most: number): string {
    // Mostly the ring alone will do; this is asked ten times a second.
    const whole = this.#bytes - this.#half >= most ? this.#last() : this.#kept();
    return decode(whole.subarray(Math.max(0, whole.length - most)), this.#bytes > most, false);
  }
  /** Head and tail, and between them what was left out and where it is. */
  text(): string {
    const left = this.#bytes - this.#half * 2;
    if (left <= 0) return decode(this.#kept(), false, false);
    const head = decode(lineEnd(this.#head), false, true);
    const tail = decode(lineStart(this.#last()), true, false);
    return `${head}\n[… about ${count(left)} of ${count(this.#bytes)} bytes left out here; ${this.#whereabouts()} …]\n${tail}`;
  }
  async close(): Promise<void> {
    this.#closed = true;
    await this.#busy;
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => {});
  }

  // --- internal ---

  #whereabouts(): string {
    if (this.#path === undefined) return `the rest is lost: ${this.#problem}`;
    if (this.#problem !== undefined) return `only the first ${count(this.#written)} bytes could be kept, in ${this.#path}: ${this.#problem}`;
    if (this.#written < this.#bytes) return `the first ${count(this.#written)} bytes are in ${this.#path}`;
    return `the whole is in ${this.#path}`;
  }
  #keep(chunk: Uint8Array): void {
    if (this.#head === NOTHING) {
      this.#head = Buffer.allocUnsafe(this.#half);
      this.#ring = Buffer.allocUnsafe(this.#half);
    }
    const used = Math.min(this.#bytes, this.#half);
    const first = Math.min(chunk.length, this.#half - used);
    if (first > 0) this.#head.set(chunk.subarray(0, first), used);
    const rest = chunk.subarray(Math.max(first, chunk.length - this.#half));
    if (rest.length > 0) {
      const at = (this.#bytes + chunk.length - rest.length - this.#half) % this.#half;
      const fit = Math.min(rest.length, this.#half - at);
      this.#ring.set(rest.subarray(0, fit), at);
      this.#ring.set(rest.subarray(fit), 0);
    }
    this.#bytes += chunk.length;
  }
  /** All that is in memory, in order. */
  #kept(): Buffer {
    if (this.#bytes <= this.#half) return this.#head.subarray(0, this.#bytes);
    return Buffer.concat([this.#head, this.#last()]);
  }
  #last(): Buffer {
    const length = this.#bytes - this.#half;
    if (length <= this.#half) return this.#ring.subarray(0, Math.max(0, length));
    const at = length % this.#half;
    return Buffer.concat([this.#ring.subarray(at), this.#ring.subarray(0, at)]);
  }
  async #spill(chunk: Uint8Array): Promise<void> {
    const before = this.#file === undefined ? this.#kept() : NOTHING;
    this.#keep(chunk);
    try {
      if (this.#file === undefined) {
        await this.spillFromStart();
        await this.#write(before);
      }
      await this.#write(chunk);
    } catch (error) {
      // A full disk must not stop the process: head and tail are still good.
      this.#problem = error instanceof Error ? error.message : String(error);
      await this.#file?.close().catch(() => {});
      this.#file = undefined;
    }
  }
  async #write(bytes: Uint8Array): Promise<void> {
    const end = Math.min(bytes.length, this.#options.limit - this.#written);
    for (let at = 0; at < end; ) {
      const { bytesWritten } = (await this.#file?.write(bytes, at, end - at)) ?? { bytesWritten: end };
      at += bytesWritten;
      this.#written += bytesWritten;
    }
  }
}

/** Bytes as well-formed text. `cutBefore` and `cutAfter` say that the piece was cut there, maybe within a character, which is then left out. */
export function decode(bytes: Uint8Array, cutBefore: boolean, cutAfter: boolean): string {
  let start = 0;
  if (cutBefore) while (start < 3 && start < bytes.length && continues(bytes[start])) start++;
  const end = cutAfter ? bytes.length - unfinished(bytes) : bytes.length;
  const text = clean(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end)));
  // Bytes that are no text are of no use to a reader, and each would take the room of three.
  return text.replace(/\ufffd{17,}/g, (run) => `[${count(run.length)} unreadable characters]`);
}
/** How many bytes at the end belong to a character that is not complete yet: 0 to 3. */
export function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (continues(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
/** NUL is legal in JSON, yet several services refuse a message that has one. */
export function clean(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "\ufffd") : text;
}
/** A count as people read it. */
export function count(bytes: number): string {
  return bytes.toLocaleString("en-US");
}

const NOTHING = Buffer.alloc(0);
/** Whatever a caller asks to keep, memory stays bounded. */
const MOST_KEPT = 64 * 1024 * 1024;
/** How far a cut moves to fall between two lines. */
const NEAR = 400;

const continues = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
function lineEnd(bytes: Buffer): Buffer {
  const at = bytes.lastIndexOf(10);
  return at >= bytes.length - NEAR && at > 0 ? bytes.subarray(0, at) : bytes;
}
function lineStart(bytes: Buffer): Buffer {
  const at = bytes.indexOf(10);
  return at >= 0 && at < NEAR && at + 1 < bytes.length ? bytes.subarray(at + 1) : bytes;
}
