// Files as a session knows them: reading remembers the version, writing refuses to replace a version nobody has seen.
import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { type Change, type DecodedText, decode, decodeBytes, didYouMean, encode, looksBinary, type Place, type Snapshot } from "claw/kit";
import { explain } from "./fault.ts";
import { lstat, type Opened, openFolder, readFile, sizeOf } from "./open.ts";
import { refuseKernel } from "./places.ts";
import { replace } from "./replace.ts";

/** The files of all sessions. */
export class Files {
  /** Session, then real path, to the version it has seen last. */
  readonly #seen = new Map<string, Map<string, string>>();
  readonly #busy = new Map<string, Promise<unknown>>();

  async read(place: Place, scope: TurnScope, limit = MOST_BYTES): Promise<Snapshot> {
    refuseKernel(place);
    const opened = await readFile(place.path, place.given, limit, scope.signal);
    if (opened === undefined) throw await missing(place);
    this.#versions(scope).set(place.path, versionOf(opened.bytes));
    return { bytes: opened.bytes, size: opened.stat.size, mtimeMs: opened.stat.mtimeMs };
  }

  async list(place: Place): Promise<readonly string[]> {
    refuseKernel(place);
    if (lstat(place.path, place.given) === undefined) throw await missing(place);
    return names(place.path, place.given);
  }

  write(place: Place, text: string, scope: TurnScope): Promise<Change> {
    return this.#alone(place.path, async () => {
      const opened = await this.#current(place, scope);
      const form = opened === undefined ? undefined : formOf(opened.bytes);
      return this.#save(place, form === undefined ? text : await adapt(text, form), form, opened, scope);
    });
  }

  edit(place: Place, change: (text: string) => string, scope: TurnScope): Promise<Change> {
    return this.#alone(place.path, async () => {
      const opened = await this.#current(place, scope);
      if (opened === undefined) throw await missing(place);
      const form = formOf(opened.bytes);
      if (form === undefined) throw new ClawError("CLAW_TOOL_FAILED", `${place.given} is binary: it has no text to edit.`);
      return this.#save(place, change(form.text), form, opened, scope);
    });
  }

  forget(session: string): void {
    this.#seen.delete(session);
  }

  #versions(scope: TurnScope): Map<string, string> {
    const known = this.#seen.get(scope.session.id) ?? new Map<string, string>();
    this.#seen.set(scope.session.id, known);
    return known;
  }

  /** One write at a time for each file, whichever session it comes from. */
  async #alone<T>(path: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#busy.get(path) ?? Promise.resolve()).then(work, work);
    this.#busy.set(path, mine);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(path) === mine) this.#busy.delete(path);
    }
  }

  /** The present file, when the session may replace it. */
  async #current(place: Place, scope: TurnScope): Promise<Opened | undefined> {
    refuseKernel(place);
    const opened = await readFile(place.path, place.given, MOST_BYTES, scope.signal);
    const versions = this.#versions(scope);
    const known = versions.get(place.path);
    if (opened === undefined) {
      // Said once: after that the session knows that the file is gone.
      if (versions.delete(place.path)) throw stale(place, "was deleted after it was read", "Write it again if it is still wanted.");
      return undefined;
    }
    if (known === undefined) throw stale(place, "exists, but has not been read in this session", "Read it first with read_file.");
    if (known !== versionOf(opened.bytes)) throw stale(place, "has changed since it was read", "Read it again with read_file first.");
    return opened;
  }

  async #save(place: Place, text: string, form: DecodedText | undefined, opened: Opened | undefined, scope: TurnScope): Promise<Change> {
    const bytes = encode(text, form ?? { encoding: "utf-8", bom: false });
    if (bytes.length > MOST_BYTES) {
      const sizes = `${sizeOf(bytes.length)}, at most ${sizeOf(MOST_BYTES)}`;
      throw new ClawError("CLAW_TOOL_FAILED", `${place.given} was not written: it would be too large (${sizes}).`);
    }
    if (opened !== undefined && versionOf(opened.bytes) === versionOf(bytes)) return { kind: "unchanged", diff: "", added: 0, removed: 0 };
    scope.signal.throwIfAborted();
    await replace(place.path, place.given, bytes, opened?.stat);
    this.#versions(scope).set(place.path, versionOf(bytes));
    const { difference } = await import("./difference.ts");
    return { kind: opened === undefined ? "created" : "updated", ...difference(form?.text ?? "", text) };
  }
}

// --- internal ---

/** The largest file that is read without being asked for more, and the largest that is written. */
const MOST_BYTES = 10 * 1024 * 1024;

function versionOf(bytes: Uint8Array): string {
  return `${bytes.length}:${Bun.hash(bytes)}`;
}

/** `undefined` for a binary file: what replaces it is plain UTF-8. */
function formOf(bytes: Uint8Array): DecodedText | undefined {
  return looksBinary(bytes) ? undefined : (decode(bytes) ?? decodeBytes(bytes));
}

/** The model's text, with the line ends of the file it goes to. */
async function adapt(text: string, form: DecodedText): Promise<string> {
  const body = form.bom && text.startsWith("\ufeff") ? text.slice(1) : text;
  if (form.lineEnd === "crlf") return body.replace(/\r?\n/g, "\r\n");
  if (form.lineEnd === "lf" || body.includes("\r\n")) return body;
  return (await import("./difference.ts")).keepLineEnds(body, form.text);
}

async function names(path: string, given: string): Promise<string[]> {
  try {
    const handle = await openFolder(path, given);
    try {
      const entries = await readdir(process.platform === "linux" ? `/proc/self/fd/${handle.fd}` : path, { withFileTypes: true });
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw explain(thrown, given, "listed");
  }
}

/** Says what else there is under a near name, in the workspace only: elsewhere names may be private. */
async function missing(place: Place): Promise<ClawError> {
  const folder = dirname(place.path);
  const siblings = place.inside ? await names(folder, place.given).catch(() => undefined) : [];
  const near = siblings === undefined ? `Its folder ${folder} does not exist either.` : didYouMean(basename(place.path), siblings);
  return new ClawError("CLAW_TOOL_FAILED", `${place.given} does not exist (${place.path}).`, near === "" ? {} : { hint: near });
}

function stale(place: Place, what: string, hint: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `${place.given} ${what}, so it was not written.`, { hint });
}
