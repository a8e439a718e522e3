// The sessions service: what can be done with kept sessions besides opening them. Provided by the store that keeps them, store/jsonl.
import { defineService, type ServiceToken, type SessionSummary } from "claw";
import type { Entry, SessionHead } from "./entries.ts";
import { plain } from "./plain.ts";

/** A kept session in a list. */
export interface SessionRecord extends SessionSummary {
  readonly path: string;
  readonly bytes: number;
  /** When it began, in milliseconds since 1970. */
  readonly created: number;
  readonly parent?: string;
  readonly from?: string;
  /** The living process that has it open. */
  readonly openIn?: number;
}
/** What is wrong with a file. `bad` are lines that hold no record, `torn` is an incomplete last record, `headless` a lost first line. */
export interface SessionDamage {
  readonly bad: readonly number[];
  readonly torn: boolean;
  readonly headless: boolean;
}
/** All that a file holds. */
export interface SessionContent {
  readonly record: SessionRecord;
  readonly head: SessionHead;
  readonly entries: readonly Entry[];
  readonly damage: SessionDamage;
}
/** What a repair did. `kept` counts the records that are there now, `lost` lines that held none; these went to the file `aside`. */
export interface SessionRepair {
  readonly record: SessionRecord;
  readonly kept: number;
  readonly lost: number;
  readonly aside?: string;
}
/** Where words were found. `at` is when it was said, `text` what stands around. */
export interface SessionHit {
  readonly record: SessionRecord;
  readonly count: number;
  readonly text: string;
  readonly at: number;
}
/** A session to keep whose conversation was held elsewhere. */
export interface NewSession extends Pick<SessionHead, "cwd" | "at">, Partial<Pick<SessionHead, "id" | "title" | "parent" | "from">> {
  readonly entries: readonly Entry[];
}
/** `ref` is an id, the start of one, a path or `latest`, as seen from folder `cwd`. Every function throws `CLAW_SESSION_*`, or `CLAW_STORE_FAILED` for the disk. */
export interface Sessions {
  /** Newest first; of every folder when `cwd` is absent. Reads the first line of each file only. */
  list(cwd?: string): Promise<readonly SessionRecord[]>;
  /** Takes no lock: what another process appends meanwhile may be missing. */
  read(ref: string, cwd: string): Promise<SessionContent>;
  rename(ref: string, cwd: string, title: string): Promise<SessionRecord>;
  /** Removes it and its sub-agents' for good. Refused while a living process has it open. */
  delete(ref: string, cwd: string): Promise<SessionRecord>;
  /** Writes the file anew without what is damaged, which is put aside. Refused while a living process has it open. */
  repair(ref: string, cwd: string): Promise<SessionRepair>;
  /** Sessions in which every word was said, newest first, at most `most`. */
  search(words: readonly string[], options?: Readonly<{ cwd?: string; most?: number; signal?: AbortSignal }>): Promise<readonly SessionHit[]>;
  /** Keeps a new session. Throws `CLAW_SESSION_INVALID` when its id is there already. */
  add(session: NewSession): Promise<SessionRecord>;
}
/** Provided by `@claw/store-jsonl`. */
export const Sessions: ServiceToken<Sessions> = defineService<Sessions>("claw.sessions@1");

/** What a session is called, for people. */
export function shownTitle({ title }: Pick<SessionSummary, "title">): string {
  return plain(title) || "without a title";
}
