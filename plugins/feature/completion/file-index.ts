// The files of a folder, found once and searched many times. New ones are looked for when an older list is asked for again.
import type { Tree } from "claw/kit";
import { type Match, maskOf, match, type Searched, searched } from "./fuzzy.ts";

export interface Found {
  readonly path: string;
  readonly match: Match;
}
export interface Answer {
  readonly found: readonly Found[];
  readonly total: number;
  readonly partial: boolean;
}

export class FileIndex {
  #files: Searched[] = [];
  #walking: Promise<void> | undefined;
  #walked = Number.NEGATIVE_INFINITY;
  /** What the last query has left, for one that only goes on. */
  #narrowed: Readonly<{ query: string; of: readonly Searched[]; left: readonly Searched[] }> | undefined;
  readonly #tree: Tree;
  readonly #root: string;

  constructor(tree: Tree, root: string) {
    this.#tree = tree;
    this.#root = root;
  }

  /** The best `most`; again as more files are found. */
  async *search(given: string, most: number, signal: AbortSignal): AsyncGenerator<Answer> {
    if (this.#walking === undefined && performance.now() - this.#walked > FRESH_MS) this.#walking = this.#walk();
    for (;;) {
      const walking = this.#walking;
      const answer = await this.#rank(given.toLowerCase(), most, walking !== undefined, signal);
      if (answer === undefined) return;
      yield answer;
      if (walking === undefined) return;
      // Longer and longer, since each look goes over all there are.
      await Promise.race([walking, pause(Math.min(1_000, 100 + this.#files.length / 200))]);
      if (signal.aborted) return;
    }
  }

  // --- internal ---

  /** While there is an older list, it is what is searched. */
  async #walk(): Promise<void> {
    const fresh: Searched[] = [];
    const folders = new Set<string>();
    const first = this.#files.length === 0;
    if (first) this.#files = fresh;
    try {
      for await (const batch of this.#tree.walk(this.#root, { most: MOST })) {
        for (const path of batch) {
          if (fresh.length % PIECE === 0) await new Promise(setImmediate);
          fresh.push(searched(path));
          for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
            const folder = path.slice(0, at + 1);
            if (folders.has(folder)) break;
            folders.add(folder);
            fresh.push(searched(folder));
          }
        }
      }
      this.#files = fresh;
    } catch {
      // A folder that is gone has no files.
    }
    this.#narrowed = undefined;
    this.#walked = performance.now();
    this.#walking = undefined;
  }

  /** Goes over the list in pieces, so that keys are not kept waiting. `undefined` when nobody waits for it any more. */
  async #rank(query: string, most: number, partial: boolean, signal: AbortSignal): Promise<Answer | undefined> {
    const files = this.#files;
    const mask = maskOf(query);
    const before = this.#narrowed;
    // The list grows while the folder is walked.
    const usable = before !== undefined && before.of === files && !partial && query.startsWith(before.query);
    const from = usable ? before.left : files;
    const left: Searched[] = [];
    let best: Found[] = [];
    let worst = Number.POSITIVE_INFINITY;
    for (let start = 0; start < from.length; start += PIECE) {
      if (start > 0) await new Promise(setImmediate);
      if (signal.aborted) return undefined;
      const end = Math.min(start + PIECE, from.length);
      for (let at = start; at < end; at++) {
        const file = from[at];
        const found = file === undefined ? undefined : match(query, mask, file);
        if (file === undefined || found === undefined) continue;
        left.push(file);
        if (found.score < worst) best.push({ path: file.text, match: found });
      }
      if (best.length > most * 4) {
        best = sorted(best).slice(0, most);
        worst = best.at(-1)?.match.score ?? worst;
      }
    }
    if (!partial) this.#narrowed = { query, of: files, left };
    return { found: sorted(best).slice(0, most), total: left.length, partial };
  }
}

// --- internal ---

const MOST = 300_000;
/** A list that old is walked anew, while it is used. */
const FRESH_MS = 3_000;
/** Files between two looks at whether a key has come. */
const PIECE = 1_500;

function sorted(found: readonly Found[]): Found[] {
  return found.toSorted((a, b) => a.match.score - b.match.score || (a.path < b.path ? -1 : 1));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
