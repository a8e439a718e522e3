// Text from bytes and back without harm, and cutting text to size. Pure: knows no files.
import { ClawError } from "claw";

/** How text lies in bytes. `bytes` is one character a byte, for files in no encoding we know: what is not changed stays as it was. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "bytes";
export type LineEnd = "lf" | "crlf" | "mixed";
/** What to keep when a changed text goes back to its file. */
export interface TextForm {
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** `lf` too for a text without any line end. */
  readonly lineEnd: LineEnd;
}
/** A text with its form. `text` is without the BOM, its line ends as they were. */
export interface DecodedText extends TextForm {
  readonly text: string;
}

/** The text of UTF-8, or of UTF-16 with a BOM. `undefined` when it is neither: nothing is ever replaced. `encode` gives the same bytes back. */
export function decode(bytes: Uint8Array): DecodedText | undefined {
  const mark = markOf(bytes);
  const encoding = mark?.encoding ?? "utf-8";
  const body = mark === undefined ? bytes : bytes.subarray(mark.bytes.length);
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(body);
    return { text, encoding, bom: mark !== undefined, lineEnd: lineEndOf(text) };
  } catch {
    return undefined;
  }
}

/** Any bytes as one character each (U+0000 to U+00FF), so that ASCII parts of a file in an unknown encoding can be read and changed. */
export function decodeBytes(bytes: Uint8Array): DecodedText {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return { text, encoding: "bytes", bom: false, lineEnd: lineEndOf(text) };
}

/** The bytes of `text` in `form`. Line ends are taken as they are. Throws `CLAW_TOOL_FAILED` for what the encoding cannot hold. */
export function encode(text: string, form: Pick<TextForm, "encoding" | "bom">): Uint8Array {
  if (!text.isWellFormed()) throw unfit(text.search(LONE), "half of a surrogate pair", "Send the whole character.");
  if (form.encoding === "bytes") {
    const odd = text.search(/[^\0-\xff]/u);
    if (odd >= 0) throw unfit(odd, "a character that the file's encoding has no place for", "The file is not UTF-8: use plain ASCII in it.");
    return Buffer.from(text, "latin1");
  }
  const body = form.encoding === "utf-8" ? new TextEncoder().encode(text) : utf16(text, form.encoding);
  const mark = form.bom ? MARKS.find((known) => known.encoding === form.encoding) : undefined;
  if (mark === undefined) return body;
  const whole = new Uint8Array(mark.bytes.length + body.length);
  whole.set(mark.bytes);
  whole.set(body, mark.bytes.length);
  return whole;
}

/** Which line ends a text uses. A lone CR is no line end. */
export function lineEndOf(text: string): LineEnd {
  const crlf = text.includes("\r\n");
  const lf = /(?:^|[^\r])\n/.test(text);
  if (crlf && lf) return "mixed";
  return crlf ? "crlf" : "lf";
}

/** Whether bytes are no text for a person: NUL bytes near the start, unless a UTF-16 BOM explains them. */
export function looksBinary(bytes: Uint8Array): boolean {
  const mark = markOf(bytes);
  if (mark !== undefined && mark.encoding !== "utf-8") return oddUtf16(bytes.subarray(2, PROBE), mark.encoding);
  return bytes.subarray(0, PROBE).includes(0);
}

/**
 * At most `limit` characters of `text`, half from its head and half from its tail, at line ends where one is near. A line between them says
 * how much was cut, with `rest` for where it is. Well-formed, and no code point is split.
 */
export function clip(text: string, limit: number, rest = ""): string {
  const whole = text.toWellFormed();
  if (whole.length <= limit) return whole;
  const half = Math.max(0, Math.floor(limit / 2));
  const head = headOf(whole, half);
  const tail = tailOf(whole, half);
  const start = atLineEnd(head);
  const end = atLineStart(tail);
  const cut = whole.slice(start.length, whole.length - end.length);
  const lines = cut.split("\n").length - 1;
  const note = `[${cut.length} characters${lines > 1 ? ` (${lines} lines)` : ""} cut${rest === "" ? "" : `; ${rest}`}]`;
  return `${start}${start === "" || start.endsWith("\n") ? "" : "\n"}${note}\n${end}`;
}

/** The start of one line, with how much more there was. Well-formed, and no code point is split. */
export function clipLine(line: string, limit: number): string {
  const whole = line.toWellFormed();
  if (whole.length <= limit) return whole;
  const head = headOf(whole, limit);
  return `${head}… [${whole.length - head.length} more characters]`;
}

/** The first `limit` characters, one fewer where that would split a code point. */
export function headOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text.slice(0, high(text.charCodeAt(limit - 1)) ? Math.max(0, limit - 1) : limit);
}

/** The last `limit` characters, one fewer where that would split a code point. */
export function tailOf(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const from = text.length - limit;
  return text.slice(low(text.charCodeAt(from)) ? from + 1 : from);
}

/** How many bytes a text has in UTF-8. */
export function byteLength(text: string): number {
  // `Buffer` would say it too: the first use of that costs a start 0.15 ms.
  return text.length > LONG ? Buffer.byteLength(text) : new TextEncoder().encode(text).length;
}

/** Texts one after another in UTF-8. Long ones are not put together as text first: they would be in memory once more. */
export function encodeAll(texts: readonly string[]): Uint8Array {
  let length = 0;
  for (const text of texts) length += text.length;
  if (length <= LONG) return new TextEncoder().encode(texts.join(""));
  const bytes = Buffer.allocUnsafe(texts.reduce((size, text) => size + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) at += bytes.write(text, at);
  return bytes;
}

/** Whether a text is nothing but printable ASCII with single spaces, as most are. Cheaper than whatever pattern says what is wrong with the others. */
export function plainLine(text: string): boolean {
  if (text.length > SHORT) return !ODD.test(text);
  // The first pattern that a process compiles takes a tenth of a millisecond, and most starts need none.
  for (let at = 0; at < text.length; at++) if (oddAt(text, at)) return false;
  return true;
}

// --- internal ---

const LONG = 65_536;
const SHORT = 400;
const ODD = /[^ -~]| {2}/;

function oddAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x20 || code > 0x7e || (code === 0x20 && text.charCodeAt(at + 1) === 0x20);
}

const PROBE = 8192;
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const MARKS: readonly { readonly encoding: Exclude<Encoding, "bytes">; readonly bytes: readonly number[] }[] = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];

function markOf(bytes: Uint8Array): (typeof MARKS)[number] | undefined {
  return MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
}

/** No UTF-16, or with NUL characters in it, as UTF-32 has. The end may be cut anywhere. */
function oddUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): boolean {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true }).includes("\0");
  } catch {
    return true;
  }
}

function utf16(text: string, encoding: "utf-16le" | "utf-16be"): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), encoding === "utf-16le");
  return bytes;
}

/** `head` up to its last line end, when that drops little of it. */
function atLineEnd(head: string): string {
  const end = head.lastIndexOf("\n") + 1;
  return end > head.length * 0.8 ? head.slice(0, end) : head;
}

/** `tail` from its first line start, when that drops little of it. */
function atLineStart(tail: string): string {
  const start = tail.indexOf("\n") + 1;
  return start < tail.length * 0.2 ? tail.slice(start) : tail;
}

function high(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function low(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function unfit(at: number, what: string, hint: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `The text has ${what} at character ${at}.`, { hint });
}
