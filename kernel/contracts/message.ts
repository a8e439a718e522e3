// What is said in a session, in a form no provider owns. Providers translate at their own edge.

/** Anything that survives `JSON.parse(JSON.stringify(x))`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One piece of a message. `opaque` is the provider's own data, sent back to it untouched (signatures, redacted thinking). */
export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string; readonly opaque?: Json }
  | { readonly type: "image"; readonly mediaType: string; readonly base64: string }
  | { readonly type: "call"; readonly id: string; readonly tool: string; readonly input: Json }
  | { readonly type: "result"; readonly id: string; readonly content: readonly Block[]; readonly failed: boolean };

/** One message of a session. Results are blocks of a `user` message, in the order of the calls they answer. */
export interface Message {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

/** Tokens of one or more requests. `input` counts fresh tokens only; cached ones are in `cacheRead` and `cacheWrite`. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** Replaces the first `dropped` model-visible messages by `summary`. The record itself keeps everything. */
export interface Compaction {
  readonly summary: readonly Message[];
  readonly dropped: number;
}

/** The append-only record of one conversation. Grows in place; `messages` is what the model sees: the last fold's summary and what follows. */
export interface Session {
  readonly id: string;
  /** The session's folder, absolute. */
  readonly cwd: string;
  /** The file it is kept in, when there is one. */
  readonly path?: string;
  readonly messages: readonly Message[];
  /** In memory at once, whatever happens; throws `CLAW_STORE_FAILED` when it could not also be kept. So do `fold` and `note`. */
  append(message: Message, about?: { readonly usage: Usage; readonly model: string }): Promise<void>;
  fold(compaction: Compaction, by: string): Promise<void>;
  /** A plugin's own state with the session: survives resume and compaction, never sent to the model. `notes` has one kind's, oldest first. */
  note(kind: string, data: Json): Promise<void>;
  notes(kind: string): readonly Json[];
  close(): Promise<void>;
}

/** A session in a list. `at` is its last change, in milliseconds since 1970. */
export interface SessionSummary {
  readonly id: string;
  readonly cwd: string;
  readonly title: string;
  readonly at: number;
  readonly path?: string;
}
