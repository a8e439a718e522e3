// Pages of a text: some lines out of many, each of them and all together cut to size.
import { clipLine, decode, decodeBytes } from "claw/kit";

/** `from` counts lines from 0. */
export interface Range {
  readonly from: number;
  readonly most: number;
}
export interface Page {
  readonly lines: readonly string[];
  readonly from: number;
  /** Lines of the whole text. */
  readonly total: number;
  readonly note?: string | undefined;
}

/** A page of a text. */
export function page(text: string, range: Range): Page {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return { lines: fill(all.slice(range.from, range.from + range.most)), from: range.from, total: all.length };
}

/** A page of a text in bytes. Only its own lines are decoded, so that a part of a large file costs little. */
export function pageBytes(bytes: Uint8Array, range: Range): Page {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = buffer.length >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? buffer.subarray(3) : buffer;
  let [start, end] = [body.length, body.length];
  let total = 0;
  for (let at = 0; at < body.length; total += 1) {
    if (total === range.from) start = at;
    if (total === range.from + range.most) end = at;
    const stop = body.indexOf(10, at);
    at = stop < 0 ? body.length : stop + 1;
  }
  const slice = body.subarray(start, Math.max(start, end));
  const decoded = decode(slice);
  const { lines } = page((decoded ?? decodeBytes(slice)).text, { from: 0, most: range.most });
  return { lines, from: range.from, total, note: decoded === undefined ? "not UTF-8, shown as Latin-1" : undefined };
}

// --- internal ---

const WIDEST = 2_000;
/** About 20,000 tokens. */
const MOST_CHARACTERS = 80_000;

function fill(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    const one = clipLine(line.endsWith("\r") ? line.slice(0, -1) : line, WIDEST);
    size += one.length;
    if (size > MOST_CHARACTERS && kept.length > 0) break;
    kept.push(one);
  }
  return kept;
}
