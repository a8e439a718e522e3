// What readers of foreign session files share: what they give, and looking into values that may be anything.
import type { Block, Json, Message, Usage } from "claw";

/** One thing that happened in a foreign session. */
export type Heard =
  | { readonly kind: "message"; readonly message: Message; readonly at: number; readonly usage?: Usage; readonly model?: string }
  /** Everything before was replaced by this. */
  | { readonly kind: "fold"; readonly summary: readonly Message[]; readonly at: number };
/** What a reader makes of a file's records. */
export interface Foreign {
  readonly tool: string;
  readonly id: string;
  readonly title?: string;
  readonly heard: readonly Heard[];
  /** Records that were not understood. */
  readonly skipped: number;
}
export type Fields = { readonly [key: string]: unknown };

/** A value as an object's fields; none for what is no object. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function jsonOf(value: unknown): Json {
  return value === undefined ? {} : (value as Json);
}

/** A tool's own id of a session where it is one for us, else one made from it: the same each time. */
export function idOf(tool: string, id: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id.toLowerCase();
  const hex = new Bun.CryptoHasher("sha256").update(`${tool}\0${id}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Tokens under the Messages API's names. */
export function usageFrom(value: unknown): Usage | undefined {
  const fields = fieldsOf(value);
  const count = (name: string): number => (typeof fields[name] === "number" && fields[name] >= 0 ? fields[name] : 0);
  if (typeof fields["input_tokens"] !== "number") return undefined;
  const cache = { cacheRead: count("cache_read_input_tokens"), cacheWrite: count("cache_creation_input_tokens") };
  return { input: count("input_tokens"), output: count("output_tokens"), ...cache };
}

/** A block of text or thinking, as both formats write it; none where it is empty. `undefined` for a block of another kind. */
export function wordsIn({ type, text, thinking }: Fields): readonly Block[] | undefined {
  if (type === "text") return textOf(text) === "" ? [] : [{ type, text: textOf(text) }];
  // A signature is not ours to send.
  if (type === "thinking") return textOf(thinking) === "" ? [] : [{ type, text: textOf(thinking) }];
  return undefined;
}

/** Results of one answer's calls come in several records: they belong into one message. */
export function joinResults(heard: readonly Heard[]): Heard[] {
  const merged: Heard[] = [];
  for (const one of heard) {
    const last = merged.at(-1);
    if (one.kind === "message" && last?.kind === "message" && answers(one.message) && answers(last.message))
      merged[merged.length - 1] = { ...last, message: { role: "user", content: [...last.message.content, ...one.message.content] } };
    else merged.push(one);
  }
  return merged;
}

// --- internal ---

function answers({ role, content }: Message): boolean {
  return role === "user" && content.every(({ type }) => type === "result");
}
