// Running read_file: what kind of file it is, and an answer for each.
import { lstatSync } from "node:fs";
import type { Block, CallScope, ToolResult } from "claw";
import { decode, decodeBytes, looksBinary, type Place, Workspace } from "claw/kit";
import { imageOf } from "./image.ts";
import { page, pageBytes, type Range } from "./page.ts";

export interface ReadInput {
  readonly path: string;
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

/** Reads what `input.path` names, the way the model can use it. */
export async function run(input: ReadInput, scope: CallScope): Promise<ToolResult> {
  const workspace = await scope.use(Workspace);
  const place = await workspace.locate(input.path, scope);
  if (lstatSync(place.path, { throwIfNoEntry: false })?.isDirectory()) return folder(place, await workspace.list(place, scope));
  const ranged = input.offset !== undefined || input.limit !== undefined;
  const { bytes } = await workspace.read(place, scope, ranged ? MOST_RANGED : MOST_WHOLE);
  const image = await imageOf(bytes, place.given);
  if (image !== undefined) return image;
  if (looksBinary(bytes)) return binary(place, bytes);
  const range = { from: input.offset ?? 0, most: input.limit ?? MOST_LINES };
  return place.path.endsWith(".ipynb") ? await notebook(place, bytes, range) : text(place, bytes, range);
}

// --- internal ---

const MOST_LINES = 2_000;
const MOST_WHOLE = 10 * 1024 * 1024;
/** A part of a larger file, such as the whole output of a command, may be asked for. */
const MOST_RANGED = 128 * 1024 * 1024;
const MOST_ENTRIES = 200;

function text(place: Place, bytes: Uint8Array, range: Range, images: readonly Block[] = []): ToolResult {
  const marked = bytes[0] === 0xff || bytes[0] === 0xfe ? decode(bytes) : undefined;
  const read = marked === undefined ? pageBytes(bytes, range) : page(marked.text, range);
  const note = marked === undefined ? read.note : "UTF-16";
  return answer(place, { ...read, note }, images);
}

async function notebook(place: Place, bytes: Uint8Array, range: Range): Promise<ToolResult> {
  const { renderNotebook } = await import("./notebook.ts");
  const rendered = await renderNotebook((decode(bytes) ?? decodeBytes(bytes)).text);
  if (rendered === undefined) return text(place, bytes, range);
  return answer(place, { ...page(rendered.text, range), note: "notebook, cells rendered" }, rendered.images);
}

function answer(place: Place, read: ReturnType<typeof page>, images: readonly Block[]): ToolResult {
  const { lines, from, total, note } = read;
  const details = { path: place.path, from: from + 1, lines: lines.length, total };
  if (total === 0) return { content: [{ type: "text", text: `[${place.given} is empty]` }], details };
  if (from >= total) {
    const reason = `[${place.given} has ${total} lines: offset ${from} is past its end]`;
    return { content: [{ type: "text", text: reason }], failed: true, details };
  }
  const next = from + lines.length;
  const head = `[${place.given}: lines ${from + 1}-${next} of ${total}${note === undefined ? "" : `; ${note}`}]`;
  const more = next < total ? `\n[${total - next} more lines: read on with offset ${next}]` : "";
  const numbered = lines.map((line, index) => `${from + index + 1}\t${line}`).join("\n");
  return { content: [{ type: "text", text: `${head}\n${numbered}${more}` }, ...images], details };
}

function folder(place: Place, entries: readonly string[]): ToolResult {
  const more = entries.length > MOST_ENTRIES ? `\n[${entries.length - MOST_ENTRIES} more]` : "";
  const list = entries.slice(0, MOST_ENTRIES).join("\n");
  const text = `${place.given} is a folder of ${entries.length} entries${entries.length === 0 ? "." : `:\n${list}${more}`}`;
  return { content: [{ type: "text", text: text.toWellFormed() }], details: { path: place.path, entries: entries.length } };
}

function binary(place: Place, bytes: Uint8Array): ToolResult {
  const head = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  const [, name, advice] = KINDS.find(([start]) => head.startsWith(start)) ?? ["", "a binary file", ""];
  const text = `${place.given} is ${name} of ${bytes.length} bytes, not text.${advice === "" ? "" : ` ${advice}`}`;
  return { content: [{ type: "text", text }], failed: true, details: { path: place.path, size: bytes.length } };
}

const UNPACK = "Use bash to list or unpack it.";
const KINDS: readonly (readonly [start: string, name: string, advice: string])[] = [
  ["%PDF", "a PDF", "Use bash with pdftotext, if it is there."],
  ["PK\x03\x04", "a zip archive (or an office document)", UNPACK],
  ["\x1f\x8b", "gzip data", UNPACK],
  ["\x28\xb5\x2f\xfd", "zstd data", UNPACK],
  ["BZh", "bzip2 data", UNPACK],
  ["\xfd7zXZ", "xz data", UNPACK],
  ["SQLite format 3", "an SQLite database", "Use bash with sqlite3, if it is there."],
  ["\x7fELF", "an ELF program", ""],
  ["\0asm", "a WebAssembly module", ""],
  ["MZ", "a Windows program", ""],
];
