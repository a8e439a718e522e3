// What of a request's cached beginning was lost, and to what.
import type { Usage } from "claw";
import type { LedgerEntry, LostPrefix } from "claw/kit";

/** What a request had to read again that was cached for the one before; nothing when that is too little to speak of. */
export function lostOf(
  { at, usage, price }: Readonly<{ at: number; usage: Usage; price: Usage | undefined }>,
  last: LedgerEntry | undefined,
  why: () => string | undefined,
): LostPrefix | undefined {
  if (last === undefined) return undefined;
  // Servers that cache by themselves do not say what they wrote: what they read is sure to have been there.
  const tokens = last.usage.cacheRead + last.usage.cacheWrite - usage.cacheRead;
  if (tokens < LEAST) return undefined;
  const rate = price && (usage.cacheWrite > 0 ? price.cacheWrite : price.input) - price.cacheRead;
  const old = at - last.at > KEPT_MS ? "the cache had expired" : "the provider did not find it";
  return { tokens, cost: rate === undefined ? null : (tokens * Math.max(0, rate)) / 1_000_000, why: why() ?? old };
}

// --- internal ---

/** Providers count in blocks and drop their ends. */
const LEAST = 1_000;

/** How long providers keep a prefix. */
const KEPT_MS = 5 * 60_000;
