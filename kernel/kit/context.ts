// What fills a model's window: how large messages are, how full it may get, and when a session is to be shortened. How that is done is compaction.ts.
import type { Block, Compaction, Compactor, Json, Message, Model, PluginScope, Session, Usage } from "claw";
import { byteLength } from "./text.ts";

/** Says when a session is to be shortened. `due` changes nothing: it may be asked as often as one likes. */
export interface FoldGauge extends Pick<Compactor, "due"> {
  /** Takes note of a request that the provider found too long: `attempt` counts from 0 how hard to shorten it. Gives false after too many in a row. */
  overflowed(session: Session, shrinks: (attempt: number) => boolean): boolean;
  /** The attempt that is owed for such a request; `undefined` for a fold in good time. */
  attempt(session: Session): number | undefined;
  /** Hears of every fold before it is applied, and of the vain attempt at one. */
  folded(session: Session, compaction: Compaction): void;
}
/** The kind of the note that says which fold a person took back: `{ first }`, the first message's mark. It holds until there is another first message. */
export const FOLD_UNDONE = "fold.undone";
/** The variable and the settings that say at how many tokens of a request, and whether at all. */
export const AUTO_COMPACT = {
  env: "CLAUDE_CODE_AUTO_COMPACT_INPUT_TOKENS",
  tokens: "autoCompactInputTokens",
  enabled: "autoCompactEnabled",
} as const;

/** Bytes of UTF-8 that make about one token of English, code and JSON. */
export const BYTES_A_TOKEN = 4;

/** About the bytes that messages take in a request, an image counted as what it costs in tokens. */
export function bytesOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + bytesOfBlocks(message.content), 0);
}

/** The same of blocks. */
export function bytesOfBlocks(content: readonly Block[]): number {
  return content.reduce((sum, block) => sum + FRAME + sizeOf(block), 0);
}

/** What is held back of the window for the answer, in tokens. */
export function reserveOf({ context, maxOutput }: Pick<Model, "context" | "maxOutput">): number {
  return Math.min(maxOutput, RESERVE * context);
}

/** The tokens that a request may have before the session is to be shortened. */
export function roofOf(model: Pick<Model, "context" | "maxOutput">): number {
  return FULL * model.context - reserveOf(model);
}

/** A short mark of a message, the same whenever it is read. */
export function markOf(message: Message | undefined): string {
  return message === undefined ? "" : Bun.hash(JSON.stringify(message)).toString(36);
}

/** The gauge of a compactor. It goes by the last request's real size and what came since; after a fold, by what that took away. */
export function createFoldGauge({ bus, env, settings }: Pick<PluginScope, "bus" | "env" | "settings">): FoldGauge {
  const overflows = new Map<string, { readonly count: number; readonly attempt: number; readonly owed: boolean }>();
  /** After a fold: the last message that was left, and the size then. Holds until the model has answered. */
  const left = new WeakMap<Session, { readonly tail: Message | undefined; readonly size: number }>();
  const vain = new WeakMap<Session, number>();
  const sizes = new WeakMap<Session, number>();
  const given = env[AUTO_COMPACT.env] ?? "";
  if (given !== "" && !(Number.isSafeInteger(Number(given)) && Number(given) > 0)) {
    const text = `${AUTO_COMPACT.env} is no number of tokens: ${JSON.stringify(given)}; it is passed over.`;
    bus.emit("notice.raised", { level: "warn", text });
  }
  for (const type of ["step.ended", "session.closed"] as const) bus.on(type, ({ session }) => void overflows.delete(session ?? ""));

  const sizeOf = (session: Session, usage: Usage): number => {
    const { messages } = session;
    const known = left.get(session);
    const at = known === undefined ? -1 : messages.lastIndexOf(known.tail as Message);
    if (known !== undefined && at >= 0 && !messages.slice(at + 1).some(answers)) return known.size + bytesOf(messages.slice(at + 1)) / BYTES_A_TOKEN;
    const sent = usage.input + usage.output + usage.cacheRead + usage.cacheWrite;
    // What came after the last answer no provider has counted; after a resume, nothing has been counted.
    const fresh = sent === 0 ? messages : messages.slice(messages.findLastIndex(answers) + 1);
    const size = sent + bytesOf(fresh) / BYTES_A_TOKEN;
    return undone(session) ? Math.max(size, bytesOf(messages) / BYTES_A_TOKEN) : size;
  };
  return {
    due(session, model, usage) {
      if (overflows.get(session.id)?.owed === true) return true;
      if (last(settings, AUTO_COMPACT.enabled) === false || model.context <= 0) return false;
      const size = sizeOf(session, usage);
      sizes.set(session, size);
      const set = [Number(env[AUTO_COMPACT.env]), last(settings, AUTO_COMPACT.tokens)].find((one) => Number.isSafeInteger(one) && Number(one) > 0);
      // Who took a fold back wants what it took away, for as long as that can be sent.
      const limit = undone(session) ? model.context - reserveOf(model) : Number(set ?? roofOf(model));
      return size > limit && size > (vain.get(session) ?? 0) * GROWN;
    },
    overflowed(session, shrinks) {
      const before = overflows.get(session.id);
      const count = (before?.count ?? 0) + 1;
      const attempt = [...Array(TRIES).keys()].find((one) => one >= count - 1 && shrinks(one));
      if (count > TRIES || attempt === undefined) return false;
      overflows.set(session.id, { count, attempt, owed: true });
      return true;
    },
    attempt(session) {
      const overflow = overflows.get(session.id);
      return overflow?.owed === true ? overflow.attempt : undefined;
    },
    folded(session, { summary, dropped }) {
      const overflow = overflows.get(session.id);
      if (overflow !== undefined) overflows.set(session.id, { ...overflow, owed: false });
      const { messages } = session;
      const before = sizes.get(session) ?? bytesOf(messages) / BYTES_A_TOKEN;
      if (dropped === 0) return void vain.set(session, before);
      const freed = (bytesOf(messages.slice(0, dropped)) - bytesOf(summary)) / BYTES_A_TOKEN;
      left.set(session, { tail: dropped < messages.length ? messages.at(-1) : summary.at(-1), size: Math.max(0, before - freed) });
      vain.delete(session);
      sizes.delete(session);
    },
  };
}

// --- internal ---

/** How often in a row a request that was too long is tried again, shorter. */
const TRIES = 3;
/** After an attempt in vain the session must have grown by this before the next. */
const GROWN = 1.05;

function answers({ role }: Message): boolean {
  return role === "assistant";
}

function undone(session: Session): boolean {
  const note = session.notes(FOLD_UNDONE).at(-1) as { readonly first?: Json } | null | undefined;
  return note !== undefined && note !== null && note.first === markOf(session.messages[0]);
}

/** What the settings say; a project that nobody has vouched for has no say. */
function last(settings: PluginScope["settings"], key: string): unknown {
  return settings(key).findLast(({ trusted }) => trusted)?.value;
}

const IMAGE = 1_600 * BYTES_A_TOKEN;
/** Role, ids and braces. */
const FRAME = 20;
/** Of the model's window: how full it may get, and the most that is held back for the answer. */
const FULL = 0.8;
const RESERVE = 0.25;

function sizeOf(block: Block): number {
  switch (block.type) {
    case "text":
      return byteLength(block.text);
    case "thinking":
      return byteLength(block.text) + (block.opaque === undefined ? 0 : JSON.stringify(block.opaque).length);
    case "image":
      return IMAGE;
    case "call":
      return block.tool.length + byteLength(JSON.stringify(block.input));
    case "result":
      return bytesOfBlocks(block.content);
  }
}
