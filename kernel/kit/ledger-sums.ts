// What the ledger of a session comes to: read from its notes, summed, and in words.
import type { Json, Session } from "claw";
import { addUsage, NO_USAGE } from "./cost.ts";
import { LEDGER, type LedgerEntry, type LedgerSum } from "./ledger.ts";
import { usageOf } from "./report.ts";

/** What a session's requests cost, those of its sub-agents included. */
export function entriesOf(session: Pick<Session, "notes">): readonly LedgerEntry[] {
  return session.notes(LEDGER).flatMap((note) => readEntry(note) ?? []);
}

/** The entry that a note or a line holds; nothing when it is none. */
export function readEntry(value: unknown): LedgerEntry | undefined {
  const { at, session, who, model, usage, cost, lost } = Object(value) as Partial<LedgerEntry>;
  const texts = [session, who, model].every((text) => typeof text === "string");
  const counts = [usage?.input, usage?.output, usage?.cacheRead, usage?.cacheWrite, at].every(finite);
  if (!texts || !counts || !(cost === null || finite(cost))) return undefined;
  const why = lost !== undefined && finite(lost.tokens) && typeof lost.why === "string" ? { lost } : {};
  return { at, session, who, model, usage, cost, ...why } as LedgerEntry;
}

/** All of them together. */
export function sumOf(entries: readonly LedgerEntry[]): LedgerSum {
  let sum: LedgerSum = { requests: 0, unpriced: 0, usage: NO_USAGE, cost: 0 };
  for (const { usage, cost } of entries) {
    const unpriced = sum.unpriced + (cost === null ? 1 : 0);
    sum = { requests: sum.requests + 1, unpriced, usage: addUsage(sum.usage, usage), cost: sum.cost + (cost ?? 0) };
  }
  return sum;
}

/** By model, or by who asked; the dearest first. */
export function sumsBy(entries: readonly LedgerEntry[], key: "model" | "who"): readonly (readonly [string, LedgerSum])[] {
  const groups = Map.groupBy(entries, (entry) => entry[key]);
  return [...groups].map(([name, own]) => [name, sumOf(own)] as const).toSorted(([, a], [, b]) => b.cost - a.cost || b.requests - a.requests);
}

/** A sum for programs, tokens under the Messages API's names. */
export function sumJson({ requests, unpriced, usage, cost }: LedgerSum): { readonly [key: string]: Json } {
  return { requests, unpriced_requests: unpriced, total_cost_usd: cost, estimated_cost: `$${cost.toFixed(4)}`, usage: usageOf(usage) };
}

/** A sum for people, in one line: `$0.0123 in 4 requests: 1,200 fresh, 9,000 cached, 300 written, 450 output tokens`. */
export function sumText({ requests, unpriced, usage: { input, cacheRead, cacheWrite, output }, cost }: LedgerSum): string {
  if (requests === 0) return "nothing";
  const counts = (
    [
      [input, "fresh"],
      [cacheRead, "cached"],
      [cacheWrite, "written"],
      [output, "output"],
    ] as const
  ).filter(([count]) => count > 0);
  const tokens = counts.map(([count, name]) => `${count.toLocaleString("en-US")} ${name}`).join(", ");
  const unknown = unpriced === 0 ? "" : unpriced === requests ? ", price unknown" : `, ${unpriced} of unknown price`;
  return `$${cost.toFixed(4)} in ${requests} request${requests === 1 ? "" : "s"}${unknown}${tokens === "" ? "" : `: ${tokens} tokens`}`;
}

// --- internal ---

function finite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
