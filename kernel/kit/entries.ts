// The records of a session: their format, reading and writing a line, and the way through their tree. Does no I/O.
import type { Block, Json, Message, Usage } from "claw";
import { mend } from "./mend.ts";
import { byteLength, headOf, plainLine } from "./text.ts";

/** The version of the format below. A store refuses a head with a later one. */
export const SESSION_VERSION = 1;

/** The first record of a kept session. `title` is its first user text or what a person called it, `parent` the session it came from: as a copy, or as its sub-agent's. */
export interface SessionHead {
  readonly type: "session";
  readonly version: number;
  readonly id: string;
  readonly cwd: string;
  readonly at: number;
  readonly title?: string;
  readonly parent?: string;
  readonly agent?: boolean;
  /** Where it was imported from: a tool's name and the id there. */
  readonly from?: string;
}
interface Link {
  readonly id: string;
  /** The entry it follows, `null` for the first: entries are a tree, and a session stands at the last one kept. */
  readonly parent: string | null;
  readonly at: number;
}
/** One record of a session. `kept` of a fold is the entry of the first message that stays, when it has one; `all` says that none stays. */
export type Entry =
  | (Link & { readonly type: "message"; readonly message: Message; readonly usage?: Usage; readonly model?: string })
  | (Link & {
      readonly type: "fold";
      readonly by: string;
      readonly dropped: number;
      readonly kept?: string;
      readonly all?: boolean;
      readonly summary: readonly Message[];
    })
  | (Link & { readonly type: "note"; readonly kind: string; readonly data: Json });

/** The text of a record: one line, without its end. */
export function encodeEntry(entry: Entry | SessionHead): string {
  return JSON.stringify(entry);
}

/** The same entry with text that is well-formed all the way down: what comes from elsewhere may not be. */
export function wellFormedEntry(entry: Entry): Entry {
  return mend(entry);
}

/** The line of a head, without its end, with room behind it: another title can take its place without moving what follows. */
export function encodeHead(head: SessionHead): string {
  const text = JSON.stringify(head);
  return text + " ".repeat(Math.max(0, TITLE_ROOM - byteLength(head.title ?? "")));
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
  const { version, id, cwd, at, title, parent, agent, from } = record;
  if (typeof version !== "number" || typeof id !== "string" || typeof cwd !== "string" || typeof at !== "number") return undefined;
  const more = {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof parent === "string" ? { parent } : {}),
    ...(agent === true ? { agent } : {}),
    ...(typeof from === "string" ? { from } : {}),
  };
  return { type: "session", version, id, cwd, at, ...more };
}

/** The entries from the first to the one at `end`, the last when absent, leaving out branches. Where a parent is lost, the entry before stands in for it. */
export function branchOf<E extends Pick<Entry, "id" | "parent">>(entries: readonly E[], end = entries.length - 1): readonly E[] {
  const branch: E[] = [];
  let byId: Map<string, number> | undefined;
  let index = end;
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

/** What a session is called after its first input: one line, cut at a word where one is near, with `…` where something is missing. */
export function titleOf(text: string, most = TITLE): string {
  const start = text.slice(0, 4096).toWellFormed();
  const line = (plainLine(start) ? start : start.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")).trim();
  if (line.length <= most) return line;
  const head = headOf(line, most - 1);
  const space = head.lastIndexOf(" ");
  return `${(line[head.length] === " " || space < most * 0.6 ? head : head.slice(0, space)).trimEnd()}…`;
}

/** The title that messages give: the first that a person wrote. Empty when they have none. */
export function titleOfMessages(messages: Iterable<Message>): string {
  for (const message of messages) {
    const title = titleOf(writtenIn(message));
    if (title !== "") return title;
  }
  return "";
}

/** What a person wrote in a message, without what claw tells the model in their place. Empty for one that nobody wrote. */
export function writtenIn({ role, content }: Message): string {
  if (role !== "user") return "";
  return content.flatMap((block) => (block.type === "text" && !(block.text.startsWith("<") && TOLD.test(block.text)) ? [block.text] : [])).join("\n");
}

// --- internal ---

/** How claw speaks to the model in a user's message. */
const TOLD = /^<(?:note|system-reminder|memory-line|shell-line)>/;
const TITLE = 80;
/** Bytes: the longest title there can be, as JSON. */
const TITLE_ROOM = 480;

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
