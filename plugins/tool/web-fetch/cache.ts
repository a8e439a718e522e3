// Pages that a session has read, for a while: reading on in a long page asks nobody again. Bounded in pages and characters.

/** A page as text. */
export interface Page {
  /** Where it was found in the end. */
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly type: string;
  readonly status: number;
  readonly bytes: number;
  /** What is odd about it, for the model. */
  readonly notes: readonly string[];
}
export interface Cache {
  get(url: string): Page | undefined;
  put(url: string, page: Page): void;
}
export interface Caches {
  of(session: string): Cache;
  drop(session: string): void;
}

export function createCaches(forMs: number, clock: () => number = Date.now): Caches {
  const sessions = new Map<string, Map<string, Kept>>();
  return {
    of(session) {
      const kept = sessions.get(session) ?? new Map<string, Kept>();
      sessions.set(session, kept);
      return {
        get(url) {
          const found = kept.get(url);
          if (found === undefined || clock() - found.at >= forMs) return undefined;
          return found.page;
        },
        put(url, page) {
          kept.delete(url);
          if (page.text.length > MOST_CHARACTERS) return;
          kept.set(url, { page, at: clock() });
          shrink(kept, clock() - forMs);
        },
      };
    },
    drop: (session) => void sessions.delete(session),
  };
}

// --- internal ---

interface Kept {
  readonly page: Page;
  readonly at: number;
}
const MOST_PAGES = 50;
const MOST_CHARACTERS = 8_000_000;

/** Drops what is too old, then the oldest until the rest fits. */
function shrink(kept: Map<string, Kept>, before: number): void {
  let characters = [...kept.values()].reduce((sum, { page }) => sum + page.text.length, 0);
  for (const [url, { page, at }] of kept) {
    if (at > before && kept.size <= MOST_PAGES && characters <= MOST_CHARACTERS) return;
    kept.delete(url);
    characters -= page.text.length;
  }
}
