// What is said in a session, in a form no provider owns: providers translate at their own edge.

/** Anything that survives `JSON.parse(JSON.stringify(x))`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One piece of a message. `opaque` is the provider's own data, sent back to it untouched (signatures, redacted thinking). */
export type Block =
  | Readonly<{ type: "text"; text: string }>
  | Readonly<{ type: "thinking"; text: string; opaque?: Json }>
  | Readonly<{ type: "image"; mediaType: string; base64: string }>
  | Readonly<{ type: "call"; id: string; tool: string; input: Json }>
  | Readonly<{ type: "result"; id: string; content: readonly Block[]; failed: boolean }>;
/** One message. Results are blocks of a `user` message, in the order of the calls they answer. */
export type Message = Readonly<{ role: "user" | "assistant"; content: readonly Block[] }>;
/** Tokens of one or more requests. `input` counts fresh tokens only; cached ones are in `cacheRead` and `cacheWrite`. */
export type Usage = Readonly<{ input: number; output: number; cacheRead: number; cacheWrite: number }>;
/** Replaces the first `dropped` model-visible messages by `summary`. The record itself keeps everything. */
export type Compaction = Readonly<{ summary: readonly Message[]; dropped: number }>;

/** The append-only record of one conversation. `messages` grows in place: it is what the model sees, the last fold's summary and what follows. */
export interface Session {
  readonly id: string;
  /** The session's folder, absolute. */
  readonly cwd: string;
  /** The file it is kept in, when there is one. */
  readonly path?: string;
  readonly messages: readonly Message[];
  /** In memory at once, whatever happens; throws `CLAW_STORE_FAILED` when it could not also be kept. So do `fold` and `note`. */
  append(message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void>;
  fold(compaction: Compaction, by: string): Promise<void>;
  /** A plugin's own state: survives resume and compaction, never sent to the model. `notes` has one kind's, oldest first. */
  note(kind: string, data: Json): Promise<void>;
  notes(kind: string): readonly Json[];
  close(): Promise<void>;
}
/** A session in a list. `at` is its last change, in milliseconds since 1970. */
export type SessionSummary = Readonly<{ id: string; cwd: string; title: string; at: number; path?: string }>;
