// What readers of foreign session files share: what they give, and looking into values that may be anything.
import type { Json, Message, Usage } from "claw";

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

/** Tokens under the Messages API's names. */
export function usageFrom(value: unknown): Usage | undefined {
  const fields = fieldsOf(value);
  const count = (name: string): number => (typeof fields[name] === "number" && fields[name] >= 0 ? fields[name] : 0);
  if (typeof fields["input_tokens"] !== "number") return undefined;
  const cache = { cacheRead: count("cache_read_input_tokens"), cacheWrite: count("cache_creation_input_tokens") };
  return { input: count("input_tokens"), output: count("output_tokens"), ...cache };
}
