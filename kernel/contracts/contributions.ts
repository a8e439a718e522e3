// What is said in a session, in a form no provider owns; every kind of thing a plugin can add; and the shapes that flow through it.
import type { GenericSchema, InferOutput } from "valibot";
import type { AnyEvent } from "../bus/events.ts";
import type { ClawError } from "../errors.ts";
import type { CallScope, Host, StepScope, TurnScope } from "./plugin.ts";

type Names = readonly string[];
/** An answer now or later, or none. */
export type Maybe<T> = T | undefined | Promise<T | undefined>;
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
/** The append-only record of one conversation, in folder `cwd`. `messages` grows in place: the last fold's summary and what follows. */
export interface Session extends Readonly<{ id: string; cwd: string; path?: string; messages: readonly Message[]; close(): Promise<void> }> {
  /** In memory at once, whatever happens; throws `CLAW_STORE_FAILED` when it could not also be kept. So do `fold` and `note`. */
  append(message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void>;
  fold(compaction: Compaction, by: string): Promise<void>;
  /** A plugin's own state: survives resume and compaction, never sent to the model. `notes` has one kind's, oldest first. */
  note(kind: string, data: Json): Promise<void>;
  notes(kind: string): readonly Json[];
}
/** A session in a list. `at` is its last change, in milliseconds since 1970. */
export type SessionSummary = Readonly<{ id: string; cwd: string; title: string; at: number; path?: string }>;
/** The most a call may do. `none` touches only the session itself; `network` only fetches. In doubt, say more, never less. */
export type Access = "none" | "read" | "network" | "write" | "execute";
/** What the model can run. `description` is for the model. `schema` is for it too, when `input` cannot give one: a schema from outside. */
export interface Tool<S extends GenericSchema = GenericSchema> extends Readonly<{ name: string; description: string; input: S; schema?: Json }> {
  access(input: InferOutput<S>): Access;
  /** What permission rules match against: a path, a command line, a URL. */
  subject(input: InferOutput<S>): string;
  /** Files and folders the call touches, as the model named them. Absent means none, and no workspace boundary applies. */
  paths?(input: InferOutput<S>): readonly string[];
  /** A throw becomes a failed result. Output is for the model: cap it, and say what was cut and where the rest is. */
  run(input: InferOutput<S>, scope: CallScope): Promise<ToolResult>;
}
/** A call after validation. Frozen before `permit`: what permission judged is what runs. */
export type ToolCall = Readonly<{ id: string; tool: string; input: unknown; access: Access; subject: string; paths: readonly string[] }>;
/** What a call gives back: `content` for the model, `details` for renderers and stores, never for the model. */
export type ToolResult = Readonly<{ content: readonly Block[]; failed?: boolean; details?: Json }>;
/** What the user runs: `/name` in a session, `claw name` in a shell. `args` parses the words after the name, a `string[]`. */
export interface Command<S extends GenericSchema = GenericSchema> extends Readonly<{ name: string; summary: string; args: S }> {
  run(args: InferOutput<S>, scope: TurnScope): Promise<CommandOutcome>;
}
/** `notice` is for people, `data` the same facts for programs. `prompt` goes on to the model as input. */
export type CommandOutcome =
  | Readonly<{ kind: "done"; notice?: string; data?: Json } | { kind: "prompt"; text: string }>
  | Readonly<{ kind: "exit"; code: number; notice?: string; data?: Json }>;
/** One model of a provider. Sizes are tokens; prices are US dollars per million tokens, absent when unknown. */
export type Model = Readonly<{ id: string; context: number; maxOutput: number; price?: Usage }>;
/** A tool as the model sees it. */
export type ToolSpec = Readonly<{ name: string; description: string; schema: Json }>;
/** What becomes a request: `draft` taps add to it. `tools` are names; a tap may leave some out. */
export type Draft = Readonly<{ system: readonly string[]; messages: readonly Message[]; tools: readonly string[] }>;
/** What a provider is sent. A session's consecutive requests share `tools` and earlier `messages` by identity; `options` are the provider's own. */
export interface Request extends Omit<Draft, "tools">, Readonly<{ model: Model; tools: readonly ToolSpec[]; maxOutput: number }> {
  readonly options: Readonly<Record<string, Json>>;
}
/** Why the model stopped. `length`: at the output limit. `pause`: wants its own answer sent back to go on. */
export type StopReason = "done" | "calls" | "length" | "refusal" | "pause";
/** What a provider yields; the last part is always `finish`. A `call` comes only when its input is complete, and stands in `finish.content` too. */
export type Part = Readonly<{ type: "text" | "thinking"; delta: string }> | Extract<Block, { type: "call" }> | Finish;
/** The whole message, and what it took. `broken` is by id what to tell the model of calls whose input is no JSON: they are answered, never run. */
export interface Finish extends Readonly<{ type: "finish"; stop: StopReason; usage: Usage; content: readonly Block[] }> {
  readonly broken?: Readonly<Record<string, string>>;
}
/** Speaks to one API. */
export interface Provider extends Readonly<{ name: string; models(): Promise<readonly Model[]> }> {
  /** The model a name or alias means. Throws `CLAW_MODEL_UNKNOWN`, or `CLAW_PROVIDER_AUTH` when there are no credentials to use it. */
  resolve(name: string): Promise<Model>;
  /** Throws only `ClawError` with a `CLAW_PROVIDER_*` code; stops promptly when `signal` aborts. Never retries: that is `recover`'s affair. */
  stream(request: Request, signal: AbortSignal): AsyncIterable<Part>;
}
/** Shortens history. `due` is asked before each request; `usage` is the last request's, so its sum is the real size of the context then. */
export interface Compactor extends Readonly<{ name: string; due(session: Session, model: Model, usage: Usage): boolean }> {
  compact(session: Session, scope: TurnScope): Promise<Compaction>;
}
/** A standing policy for calls that no rule decided. No opinion (`undefined`) asks; a throw denies. */
export type PermissionMode = Readonly<{ name: string; summary: string; decide(call: ToolCall, scope: StepScope): Maybe<Decision> }>;
/** One answer of the gate. With `rules`, the question also offers to save them for the session or for good. */
export type Decision = Readonly<{ verdict: "allow" } | { verdict: "deny"; reason: string } | { verdict: "ask"; question: string; rules?: Names }>;
/** Shows events. Must not throw, must not await. `out` writes to stdout, `err` to stderr; both are safe after the other end closed. */
export interface Renderer extends Readonly<{ name: string; render(event: AnyEvent): void; close(): void | Promise<void> }> {
  open(out: (text: string) => void, err: (text: string) => void): void | Promise<void>;
}
/** What to open: a new session, or with `ref` a kept one (id, unique prefix, path, `latest`), with `fork` its copy. A `parent`'s is never `latest`. */
export type StoreOptions = Readonly<{ cwd: string; ref?: string; fork?: boolean; id?: string; parent?: string }>;
/** Keeps sessions, from their first message. `open` throws `CLAW_SESSION_*`; `list` is newest first, of every folder when `cwd` is absent. */
export interface Store extends Readonly<{ name: string; open(options: StoreOptions): Promise<Session> }> {
  list(cwd?: string): Promise<readonly SessionSummary[]>;
}
/** Reads input and drives turns. Gives the exit code. `words` are the command line's words that are no options. */
export type Frontend = Readonly<{ name: string; run(words: readonly string[], host: Host): Promise<number> }>;
/** What the user, a script or a queue gives a turn. */
export type Input = Readonly<{ text: string; blocks?: readonly Block[] }>;
/** How a turn ended. `reason` of `stopped` is a word of who stopped it: `max_turns`, `max_output`, `refusal`, … */
export type TurnOutcome =
  | Readonly<{ kind: "completed" } | { kind: "stopped" | "aborted"; reason: string }>
  | Readonly<{ kind: "exit"; code: number } | { kind: "failed"; error: ClawError }>;
/** Every kind of thing a plugin can add. The key is the manifest key, the folder under `plugins/` and the prefix of the package name. */
export interface Contributions extends Readonly<{ tool: Tool; command: Command; provider: Provider; compactor: Compactor; renderer: Renderer }> {
  readonly "permission-mode": PermissionMode;
  readonly store: Store;
  readonly frontend: Frontend;
}
/** The name of a kind. */
export type Kind = keyof Contributions;
/** Checks `tool` against its own schema, then widens it so that a registry of mixed tools can hold it. */
export const defineTool = <const S extends GenericSchema>(tool: Tool<S>): Tool => tool as unknown as Tool;
/** The same for a command. */
export const defineCommand = <const S extends GenericSchema>(command: Command<S>): Command => command as unknown as Command;
