// The ledger: what each request cost and who asked for it. Where its entries lie, how they add up, and the service that keeps them. Does no I/O.
import { defineService, type Json, type Model, type ServiceToken, type Session, type Usage } from "claw";

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

/** Whether what was asked was asked beside the loop, whose own steps are counted as they end. */
export function besideLoop(who: string): boolean {
  return ["compactor:", "tool:", "hook:"].some((one) => who.startsWith(one));
}

/** The day of a moment, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The entry as it is kept. */
export function entryJson({ usage, lost, ...entry }: LedgerEntry): Json {
  return { ...entry, usage: { ...usage }, ...(lost === undefined ? {} : { lost: { ...lost } }) };
}

// --- internal ---

declare module "claw" {
  interface EventMap {
    /** A request is in the ledger. */
    "ledger.entered": LedgerEntry;
  }
}
