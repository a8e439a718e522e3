// The ledger: what each request cost and who asked for it. Where its entries lie, how they add up, and the service that keeps them. Does no I/O.
import { defineService, type Json, type Model, type ServiceToken, type Session, type Usage } from "claw";
import { addUsage, NO_USAGE } from "./cost.ts";
import { usageOf } from "./report.ts";

/** One request. `who`: `main`, `agent:NAME`, `compactor:NAME`, `hook:NAME`, `tool:NAME`. `cost` is `null` when the model's price is unknown. */
export interface LedgerEntry {
  readonly at: number;
  readonly session: string;
  readonly who: string;
  readonly model: string;
  readonly usage: Usage;
  readonly cost: number | null;
  readonly lost?: LostPrefix;
}
/** What was cached before and had to be read again: how much, what that cost more, and what changed. */
export interface LostPrefix {
  readonly tokens: number;
  readonly cost: number | null;
  readonly why: string;
}
/** Entries added up. `unpriced` counts the requests of which no price is known. */
export interface LedgerSum {
  readonly requests: number;
  readonly unpriced: number;
  readonly usage: Usage;
  readonly cost: number;
}
/** Keeps entries: in the session's notes, and by day under claw's home. Steps of the loop it finds by itself. */
export interface Book {
  /** Enters a request that was made beside the loop: a compactor's, a tool's. */
  add(session: Session, request: Readonly<{ who: string; model: Pick<Model, "id" | "price">; usage: Usage }>): void;
  /** The entries of a day in UTC, as `2026-11-21`, of all sessions; none when nothing was kept. */
  day(date: string): Promise<readonly LedgerEntry[]>;
  /** The days that have entries, oldest first. */
  days(): Promise<readonly string[]>;
}
/** The service of `feature/ledger`. */
export const Ledger: ServiceToken<Book> = defineService("claw.ledger@1");
/** The kind of the session's notes that hold entries, one each. */
export const LEDGER = "ledger";

declare module "claw" {
  interface EventMap {
    /** A request is in the ledger. */
    "ledger.entered": LedgerEntry;
  }
}

/** The day of a moment, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

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

/** The entry as it is kept. */
export function entryJson({ usage, lost, ...entry }: LedgerEntry): Json {
  return { ...entry, usage: { ...usage }, ...(lost === undefined ? {} : { lost: { ...lost } }) };
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
