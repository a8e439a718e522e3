// Completes files: `@` and letters of a path below the folder, in any order of depth; paths that lead elsewhere, folder by folder.
import { readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { CompletionItem, CompletionRequest, Completions, Tree } from "claw/kit";
import { FileIndex } from "./file-index.ts";
import { maskOf, match, searched } from "./fuzzy.ts";

/** Gives nothing where there is no `@` and nobody has asked. */
export class FileSource {
  readonly #tree: () => Promise<Tree>;
  readonly #indexes = new Map<string, FileIndex>();

  constructor(tree: () => Promise<Tree>) {
    this.#tree = tree;
  }

  async *complete({ text, cursor, cwd, forced, signal }: CompletionRequest): AsyncGenerator<Completions | undefined> {
    const head = text.slice(Math.max(0, cursor - NEAR), cursor);
    const mention = /(?<=^|[\s([{"'`])@("[^"\n]*|[^\s"]*)$/.exec(head);
    const word = mention === null && forced ? (/(?:[^\s\\]|\\.)*$/.exec(head) ?? undefined) : (mention ?? undefined);
    if (word === undefined) return;
    const typed = mention === null ? (word[0] ?? "").replace(/\\(.)/g, "$1") : (word[1] ?? "").replace(/^"/, "");
    const write = mention === null ? plainPath : mentioned;
    const range = { from: cursor - word[0].length, to: cursor };
    if (/^(?:~?\/|\.{1,2}\/)/.test(typed) || (mention === null && typed.endsWith("/"))) {
      const items = await listed(typed, cwd, write);
      yield { ...range, items: items.slice(0, MOST), total: items.length };
      return;
    }
    for await (const { found, total, partial } of (await this.#index(cwd)).search(typed, MOST, signal)) {
      const items = found.map(({ path, match: { marks } }) => ({ label: path, insert: write(path), marks, open: path.endsWith("/") }));
      yield { ...range, items, total, ...(partial && { partial }) };
    }
  }

  // --- internal ---

  async #index(cwd: string): Promise<FileIndex> {
    const known = this.#indexes.get(cwd);
    if (known !== undefined) return known;
    // Folders come and go seldom: the last few are enough.
    if (this.#indexes.size >= MOST_FOLDERS) this.#indexes.clear();
    const index = new FileIndex(await this.#tree(), cwd);
    this.#indexes.set(cwd, index);
    return index;
  }
}

// --- internal ---

const NEAR = 400;
const MOST = 50;
const MOST_FOLDERS = 4;

/** A path as a mention: in quotes where it has blanks, and done, unless it is a folder. */
function mentioned(path: string): string {
  const quoted = /[\s"'`)\]}]/.test(path) ? `"${path}${path.endsWith("/") ? "" : '"'}` : path;
  return `@${quoted}${path.endsWith("/") ? "" : " "}`;
}

/** A path in a line for the shell. */
function plainPath(path: string): string {
  return `${path.replace(/[\s"'`\\$&;()<>|*?[\]{}!#]/g, "\\$&")}${path.endsWith("/") ? "" : " "}`;
}

/** What is in the folder that a path names up to its last slash. */
async function listed(typed: string, cwd: string, write: (path: string) => string): Promise<readonly CompletionItem[]> {
  const slash = typed.lastIndexOf("/") + 1;
  const [folder, start] = [typed.slice(0, slash), typed.slice(slash).toLowerCase()];
  const at = folder.startsWith("~/") ? join(homedir(), folder.slice(2)) : resolve(cwd, folder);
  const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
  const hits = entries.slice(0, MOST_LISTED).flatMap((entry) => {
    const hidden = entry.name.startsWith(".") && !start.startsWith(".");
    const found = hidden ? undefined : match(start, maskOf(start), searched(entry.name));
    return found === undefined ? [] : [{ entry, found }];
  });
  hits.sort((a, b) => a.found.score - b.found.score || (a.entry.name < b.entry.name ? -1 : 1));
  return Promise.all(
    hits.map(async ({ entry, found }) => {
      const linked = entry.isSymbolicLink() && (await stat(join(at, entry.name)).catch(() => undefined))?.isDirectory() === true;
      const open = entry.isDirectory() || linked;
      const path = `${folder}${entry.name}${open ? "/" : ""}`;
      return { label: path, insert: write(path), marks: found.marks.map((mark) => mark + folder.length), open };
    }),
  );
}

const MOST_LISTED = 5_000;
