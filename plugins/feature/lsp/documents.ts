// The files that a server has open, each with the text it was told last. What changes on disk is told anew.
import { readFile, stat } from "node:fs/promises";
import { ClawError } from "claw";
import { decode } from "claw/kit";
import type { Rpc } from "./rpc.ts";

export class Documents {
  readonly #rpc: Rpc;
  readonly #languages: Readonly<Record<string, string>>;
  readonly #open = new Map<string, Open>();

  constructor(rpc: Rpc, languages: Readonly<Record<string, string>>) {
    this.#rpc = rpc;
    this.#languages = languages;
  }
  /** Opens the file, or tells what has changed; whether there was something to tell. Throws `CLAW_TOOL_FAILED` for a file that is no text, or too large. */
  async sync(path: string): Promise<boolean> {
    const known = this.#open.get(path);
    const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: -1, size: -1 }));
    if (known !== undefined && known.mtimeMs === mtimeMs && known.size === size) return false;
    if (size === -1) {
      this.#close(path);
      throw new ClawError("CLAW_TOOL_FAILED", `There is no file ${path}.`);
    }
    if (size > MOST_BYTES) throw new ClawError("CLAW_TOOL_FAILED", `${path} has ${size} bytes; a language server gets at most ${MOST_BYTES}.`);
    const text = decode(await readFile(path))?.text;
    if (text === undefined) throw new ClawError("CLAW_TOOL_FAILED", `${path} is no text.`);
    const uri = Bun.pathToFileURL(path).href;
    if (known === undefined) {
      this.#makeRoom();
      const languageId = this.#languages[/\.[^./\\]+$/.exec(path)?.[0]?.toLowerCase() ?? ""] ?? "plaintext";
      this.#open.set(path, { text, mtimeMs, size, version: 1 });
      this.#rpc.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
      return true;
    }
    const version = known.version + 1;
    this.#open.set(path, { text, mtimeMs, size, version });
    if (known.text === text) return false;
    this.#rpc.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: [{ text }] });
    this.#rpc.notify("textDocument/didSave", { textDocument: { uri }, text });
    return true;
  }
  /** All that are open; whether any has changed. */
  async refresh(): Promise<boolean> {
    const changed = await Promise.all([...this.#open.keys()].map((path) => this.sync(path).catch(() => true)));
    return changed.includes(true);
  }
  /** Tells of a file that was written, open or not. */
  written(path: string, created: boolean): void {
    this.#rpc.notify("workspace/didChangeWatchedFiles", { changes: [{ uri: Bun.pathToFileURL(path).href, type: created ? 1 : 2 }] });
  }
  /** Those that are open, the oldest first. */
  paths(): readonly string[] {
    return [...this.#open.keys()];
  }
  version(path: string): number {
    return this.#open.get(path)?.version ?? 0;
  }

  // --- internal ---

  #makeRoom(): void {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MOST_OPEN && oldest !== undefined) this.#close(oldest);
  }
  #close(path: string): void {
    if (this.#open.delete(path)) this.#rpc.notify("textDocument/didClose", { textDocument: { uri: Bun.pathToFileURL(path).href } });
  }
}

// --- internal ---

interface Open {
  readonly text: string;
  readonly mtimeMs: number;
  readonly size: number;
  readonly version: number;
}
const MOST_BYTES = 4 * 1024 ** 2;
const MOST_OPEN = 100;
