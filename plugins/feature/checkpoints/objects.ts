// Contents of files by what they are: git's loose objects, written and read without git, so that what git keeps of the same folder is one with it.
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

/** A file's content and kind. `id` is empty for one that was too large to keep. */
export interface Content {
  readonly id: string;
  readonly mode: Mode;
}
export type Mode = "100644" | "100755" | "120000";

/** The content of the file at `path`, and its bytes; `undefined` when there is none, or it is neither file nor link. */
export function contentOf(path: string): (Content & { readonly bytes: Buffer }) | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) {
    const bytes = Buffer.from(readlinkSync(path, { encoding: "buffer" }));
    return { id: idOf(bytes), mode: "120000", bytes };
  }
  if (!stat.isFile()) return undefined;
  const mode = (stat.mode & 0o111) === 0 ? "100644" : "100755";
  if (stat.size > MOST_BYTES) return { id: "", mode, bytes: Buffer.alloc(0) };
  const bytes = readFileSync(path);
  return { id: idOf(bytes), mode, bytes };
}

/** Keeps the content of the file at `path` in `folder`. `null` when there is no file. */
export function keep(folder: string, path: string): Content | null {
  const content = contentOf(path);
  if (content === undefined) return null;
  const { bytes, id, mode } = content;
  if (id !== "") put(folder, id, bytes);
  return { id, mode };
}

/** What was kept under `id`, when it lies loose in `folder`. */
export function get(folder: string, id: string): Buffer | undefined {
  if (!/^[0-9a-f]{40}$/.test(id)) return undefined;
  try {
    const whole = inflateSync(readFileSync(fileOf(folder, id)));
    return whole.subarray(whole.indexOf(0) + 1);
  } catch {
    return undefined;
  }
}

/** Whether two are the same. Contents that nobody kept are never known to be. */
export function same(a: Content | null, b: Content | null): boolean {
  if (a === null || b === null) return a === b;
  return a.id === b.id && a.mode === b.mode && a.id !== "";
}

// --- internal ---

/** Larger files are not kept. */
const MOST_BYTES = 32 * 1024 * 1024;

function put(folder: string, id: string, bytes: Buffer): void {
  const path = fileOf(folder, id);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, deflateSync(Buffer.concat([headOf(bytes), bytes]), { level: 1 }), { mode: 0o600 });
  chmodSync(temporary, 0o400);
  renameSync(temporary, path);
}

function fileOf(folder: string, id: string): string {
  return join(folder, id.slice(0, 2), id.slice(2));
}

function headOf(bytes: Buffer): Buffer {
  return Buffer.from(`blob ${bytes.length}\0`);
}

function idOf(bytes: Buffer): string {
  return new Bun.CryptoHasher("sha1").update(headOf(bytes)).update(bytes).digest("hex");
}
