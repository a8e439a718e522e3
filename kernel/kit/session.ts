// The session view that every store builds over its entries: what the model sees of them, and where a session stands in their tree. Does no I/O.
import { ClawError, type Compaction, type Json, type Message, type Session } from "claw";
import { branchOf, type Entry } from "./entries.ts";
import { mend } from "./mend.ts";
import { repair } from "./orphans.ts";

/** What a store gives. `keep` is called for each new entry, in order, after it is in memory; what it throws is thrown on. */
export interface SessionSource {
  readonly id: string;
  readonly cwd: string;
  readonly path?: string;
  readonly entries?: readonly Entry[];
  /** `entries` are no whole record, but what the view of its branch needs; this is the last one's id and the highest number of an id. */
  readonly stand?: Stand;
  readonly keep?: (entry: Entry) => void | Promise<void>;
  /** Every entry there is, kept or not yet, of all branches. Without it the session cannot be rewound. */
  readonly history?: () => readonly Entry[] | Promise<readonly Entry[]>;
  readonly close?: () => void | Promise<void>;
  readonly clock?: () => number;
}
/** Where a session stands: the entry that the next one follows, and the highest number that an id has. */
export interface Stand {
  readonly last: string | null;
  readonly count: number;
}
/** A session whose record can be seen, and that can go back in it. */
export interface KeptSession extends Session {
  /** The entry that the next one follows. */
  readonly last: string | null;
  /** Every entry there is, oldest first, of other branches too. */
  entries(): Promise<readonly Entry[]>;
  /**
   * Goes back to where `to` was the last entry, or with `null` to the beginning: what comes next follows it. What came after stays in the record as a
   * branch of its own. Throws `CLAW_SESSION_MISSING` for an entry that is not there, and `CLAW_STORE_FAILED` when it could not be kept.
   */
  rewind(to: string | null): Promise<void>;
}

/** The session with its record, when its store gives that. */
export function keptSession(session: Session): KeptSession | undefined {
  return "rewind" in session && "entries" in session ? (session as KeptSession) : undefined;
}

/** A session over `entries`. Calls that never got a result get a failed one, so that the next request is valid. */
export function createSession({ id, cwd, path, entries = [], stand, keep, history, close, clock = Date.now }: SessionSource): Session {
  const view = createView();
  for (const entry of stand === undefined ? branchOf(entries) : entries) view.apply(entry);
  view.repair();
  let last = stand === undefined ? (entries.at(-1)?.id ?? null) : stand.last;
  let count = stand?.count ?? highest(entries);
  let closed: Promise<void> | undefined;

  const add = async (make: (link: Pick<Entry, "id" | "parent" | "at">) => Entry): Promise<void> => {
    count += 1;
    const entry = make({ id: String(count), parent: last, at: clock() });
    last = entry.id;
    view.apply(entry);
    await keep?.(entry);
  };
  const session: Session = {
    id,
    cwd,
    ...(path === undefined ? {} : { path }),
    messages: view.messages,
    append: (message, about) => add((link) => ({ type: "message", ...link, message: mend(message), ...about })),
    async fold(compaction: Compaction, by) {
      const dropped = Math.min(compaction.dropped, view.messages.length);
      const kept = view.owners[dropped];
      const stays = dropped === view.messages.length ? { all: true } : kept === undefined ? {} : { kept };
      const summary = compaction.summary.map(mend);
      if (dropped > 0 || summary.length > 0) await add((link) => ({ type: "fold", ...link, by, dropped, ...stays, summary }));
    },
    note: (kind, data) => add((link) => ({ type: "note", ...link, kind, data: mend(data) })),
    notes: (kind) => view.notes.get(kind)?.slice() ?? [],
    close: () => (closed ??= (async () => close?.())()),
  };
  if (history === undefined) return session;
  const kept: Omit<KeptSession, keyof Session | "last"> = {
    entries: async () => history(),
    async rewind(to) {
      const all = await history();
      const end = to === null ? -1 : all.findIndex((entry) => entry.id === to);
      if (to !== null && end < 0) throw new ClawError("CLAW_SESSION_MISSING", `session ${id} has no entry ${to}`);
      view.reset(to === null ? [] : branchOf(all, end));
      const from = last;
      last = to;
      await add((link) => ({ type: "note", ...link, kind: REWIND, data: { from } }));
    },
  };
  return Object.defineProperty(Object.assign(session, kept), "last", { get: () => last, enumerable: true });
}

/** The kind of the note that stands where a session was rewound to; its `from` is where it stood before. */
export const REWIND = "rewind";

/** The highest number among ids: the next one follows it. */
export function highest(entries: readonly Pick<Entry, "id">[]): number {
  return entries.reduce((most, { id }) => (Number(id) > most && Number.isSafeInteger(Number(id)) ? Number(id) : most), 0);
}

// --- internal ---

/** What the session shows. `owners` has the id of each message's entry; summaries and repairs have none. */
interface View {
  readonly messages: Message[];
  readonly owners: (string | undefined)[];
  readonly notes: ReadonlyMap<string, readonly Json[]>;
  apply(entry: Entry): void;
  /** Shows `entries` instead; messages that stay keep their identity. */
  reset(entries: readonly Entry[]): void;
  repair(): void;
}

function createView(): View {
  const messages: Message[] = [];
  const owners: (string | undefined)[] = [];
  const notes = new Map<string, Json[]>();
  const apply = (entry: Entry): void => {
    if (entry.type === "message") {
      messages.push(entry.message);
      owners.push(entry.id);
    } else if (entry.type === "note") {
      const known = notes.get(entry.kind);
      if (known === undefined) notes.set(entry.kind, [entry.data]);
      else known.push(entry.data);
    } else {
      // By its entry first: a count goes wrong when a record before it was lost.
      const kept = entry.kept === undefined ? -1 : owners.indexOf(entry.kept);
      const dropped = entry.all === true ? messages.length : kept < 0 ? entry.dropped : kept;
      messages.splice(0, dropped, ...entry.summary);
      owners.splice(0, dropped, ...entry.summary.map(() => undefined));
    }
  };
  const fix = (): void => {
    const repaired = repair(messages, owners);
    if (repaired === undefined) return;
    messages.length = 0;
    owners.length = 0;
    for (const [message, owner] of repaired) {
      messages.push(message);
      owners.push(owner);
    }
  };
  return {
    messages,
    owners,
    notes,
    apply,
    reset(entries) {
      const same = new Map<string, Message>();
      for (const [index, owner] of owners.entries()) if (owner !== undefined && messages[index] !== undefined) same.set(owner, messages[index]);
      messages.length = 0;
      owners.length = 0;
      notes.clear();
      for (const entry of entries) {
        const known = entry.type === "message" ? same.get(entry.id) : undefined;
        apply(known === undefined || entry.type !== "message" ? entry : { ...entry, message: known });
      }
      fix();
    },
    repair: fix,
  };
}
