// The session view that every store builds over its entries: their format, and what the model sees of them. Does no I/O.
import type { Block, Compaction, Json, Message, Session, Usage } from "claw";
import { mend } from "./mend.ts";
import { repair } from "./orphans.ts";

/** The version of the format below. A store refuses a head with a later one. */
export const SESSION_VERSION = 1;

/** The first record of a kept session. `title` is its first user text, `parent` the session it came from: as a copy, or as its sub-agent's. */
export interface SessionHead {
  readonly type: "session";
  readonly version: number;
  readonly id: string;
  readonly cwd: string;
  readonly at: number;
  readonly title?: string;
  readonly parent?: string;
  readonly agent?: boolean;
}
interface Link {
  readonly id: string;
  /** The entry it follows, `null` for the first: entries are a tree, and a session stands at the last one kept. */
  readonly parent: string | null;
  readonly at: number;
}
/** One record of a session. `kept` of a fold is the entry of the first message that stays, when it has one. */
export type Entry =
  | (Link & { readonly type: "message"; readonly message: Message; readonly usage?: Usage; readonly model?: string })
  | (Link & {
      readonly type: "fold";
      readonly by: string;
      readonly dropped: number;
      readonly kept?: string;
      readonly summary: readonly Message[];
    })
  | (Link & { readonly type: "note"; readonly kind: string; readonly data: Json });

/** What a store gives. `keep` is called for each new entry, in order, after it is in memory; what it throws is thrown on. */
export interface SessionSource {
  readonly id: string;
  readonly cwd: string;
  readonly path?: string;
  readonly entries?: readonly Entry[];
  readonly keep?: (entry: Entry) => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
  readonly clock?: () => number;
}

/** A session over `entries`. Calls that never got a result get a failed one, so that the next request is valid. */
export function createSession({ id, cwd, path, entries = [], keep, close, clock = Date.now }: SessionSource): Session {
  const view = createView();
  for (const entry of branchOf(entries)) view.apply(entry);
  view.repair();
  let last = entries.at(-1)?.id ?? null;
  let count = highest(entries);
  let closed: Promise<void> | undefined;

  const add = async (make: (link: Link) => Entry): Promise<void> => {
    count += 1;
    const entry = make({ id: String(count), parent: last, at: clock() });
    last = entry.id;
    view.apply(entry);
    await keep?.(entry);
  };
  return {
    id,
    cwd,
    ...(path === undefined ? {} : { path }),
    messages: view.messages,
    append: (message, about) => add((link) => ({ type: "message", ...link, message: mend(message), ...about })),
    async fold(compaction: Compaction, by) {
      const dropped = Math.min(compaction.dropped, view.messages.length);
      const kept = view.owners[dropped];
      const summary = compaction.summary.map(mend);
      if (dropped > 0 || summary.length > 0)
        await add((link) => ({ type: "fold", ...link, by, dropped, ...(kept === undefined ? {} : { kept }), summary }));
    },
    note: (kind, data) => add((link) => ({ type: "note", ...link, kind, data: mend(data) })),
    notes: (kind) => view.notes.get(kind)?.slice() ?? [],
    close: () => (closed ??= (async () => close?.())()),
  };
}

/** The text of a record: one line, without its end. */
export function encodeEntry(entry: Entry | SessionHead): string {
  return JSON.stringify(entry);
}

/** The entry on a line; `undefined` for what is none, or of a type this version does not know. */
export function decodeEntry(line: string): Entry | undefined {
  const record = parse(line);
  if (record === undefined || typeof record.id !== "string" || typeof record.at !== "number") return undefined;
  if (record.parent !== null && typeof record.parent !== "string") return undefined;
  // The record itself is the entry: making another of each costs a third of the time that a long session takes to open.
  return known(record) ? (record as unknown as Entry) : undefined;
}

/** The head on a line; `undefined` for what is none. Its version may be later than ours. */
export function decodeHead(line: string): SessionHead | undefined {
  const record = parse(line);
  if (record === undefined || record.type !== "session") return undefined;
  const { version, id, cwd, at, title, parent, agent } = record;
  if (typeof version !== "number" || typeof id !== "string" || typeof cwd !== "string" || typeof at !== "number") return undefined;
  const more = {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof parent === "string" ? { parent } : {}),
    ...(agent === true ? { agent } : {}),
  };
  return { type: "session", version, id, cwd, at, ...more };
}

// --- internal ---

/** What the session shows. `owners` has the id of each message's entry; summaries and repairs have none. */
interface View {
  readonly messages: Message[];
  readonly owners: (string | undefined)[];
  readonly notes: ReadonlyMap<string, readonly Json[]>;
  apply(entry: Entry): void;
  repair(): void;
}

/** The highest number among ids: the next one follows it. */
function highest(entries: readonly Entry[]): number {
  return entries.reduce((most, { id }) => (Number(id) > most && Number.isSafeInteger(Number(id)) ? Number(id) : most), 0);
}

function createView(): View {
  const messages: Message[] = [];
  const owners: (string | undefined)[] = [];
  const notes = new Map<string, Json[]>();
  return {
    messages,
    owners,
    notes,
    apply(entry) {
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
        const dropped = kept < 0 ? entry.dropped : kept;
        messages.splice(0, dropped, ...entry.summary);
        owners.splice(0, dropped, ...entry.summary.map(() => undefined));
      }
    },
    repair() {
      const repaired = repair(messages, owners);
      if (repaired === undefined) return;
      messages.splice(0, messages.length);
      owners.splice(0, owners.length);
      for (const [message, owner] of repaired) {
        messages.push(message);
        owners.push(owner);
      }
    },
  };
}

/** The entries from the first to the last one, leaving out branches. Where a parent is lost, the entry before stands in for it. */
function branchOf(entries: readonly Entry[]): readonly Entry[] {
  const branch: Entry[] = [];
  let byId: Map<string, number> | undefined;
  let index = entries.length - 1;
  for (let entry = entries[index]; entry !== undefined; entry = entries[index]) {
    branch.push(entry);
    if (entry.parent === null) break;
    let before = index - 1;
    if (entries[before]?.id !== entry.parent) {
      byId ??= new Map(entries.map(({ id }, at) => [id, at]));
      const found = byId.get(entry.parent);
      if (found !== undefined && found < index) before = found;
    }
    index = before;
  }
  return branch.reverse();
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const record: unknown = JSON.parse(line);
    if (typeof record !== "object" || record === null || Array.isArray(record)) return undefined;
    // The only way a lone surrogate gets into a UTF-8 file.
    return (/\\u[dD][89a-fA-F]/.test(line) ? mend(record) : record) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

function known(record: Readonly<Record<string, unknown>>): boolean {
  const { type, summary, dropped, kept } = record;
  if (type === "note") return typeof record.kind === "string" && "data" in record;
  if (type === "message") return sound(record.message) && (record.usage === undefined || counted(record.usage)) && text(record.model);
  return (
    type === "fold" &&
    Array.isArray(summary) &&
    summary.every(sound) &&
    typeof record.by === "string" &&
    Number.isInteger(dropped) &&
    (dropped as number) >= 0 &&
    text(kept)
  );
}

function text(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function sound(value: unknown): value is Message {
  const { role, content } = (value ?? {}) as Partial<Message>;
  return (role === "user" || role === "assistant") && Array.isArray(content) && content.every(soundBlock);
}

function soundBlock(value: unknown): value is Block {
  const block = (value ?? {}) as Readonly<Record<string, unknown>>;
  switch (block["type"]) {
    case "text":
    case "thinking":
      return typeof block["text"] === "string";
    case "image":
      return typeof block["mediaType"] === "string" && typeof block["base64"] === "string";
    case "call":
      return typeof block["id"] === "string" && typeof block["tool"] === "string" && "input" in block;
    case "result":
      return (
        typeof block["id"] === "string" && typeof block["failed"] === "boolean" && Array.isArray(block["content"]) && block["content"].every(shown)
      );
    default:
      return false;
  }
}

/** What may stand in a result. */
function shown(value: unknown): boolean {
  const { type } = (value ?? {}) as { readonly type?: unknown };
  return (type === "text" || type === "image") && soundBlock(value);
}

function counted(value: unknown): value is Usage {
  const usage = (value ?? {}) as Partial<Usage>;
  return [usage.input, usage.output, usage.cacheRead, usage.cacheWrite].every((count) => typeof count === "number" && count >= 0);
}
