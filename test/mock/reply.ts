// What a mock server is told to answer. Everything but functions and promises survives JSON, so that a script file can say it.

/** One event of a stream, as the API names them. */
export type MockEvent = { readonly type: string; readonly [key: string]: unknown };
/** One answer. Without `status` it is a 200 stream of `events`, of `raw` bytes, or of `blocks` (`text` is short for one text block). */
export interface Reply {
  readonly text?: string;
  /** How `text` is cut up: the pieces, or their length. */
  readonly deltas?: readonly string[] | number;
  readonly blocks?: readonly ReplyBlock[];
  /** The `stop_reason`. Default: `tool_use` when a call is among the blocks, else `end_turn`. */
  readonly stop?: string;
  readonly model?: string;
  readonly usage?: {
    readonly input_tokens?: number;
    readonly output_tokens?: number;
    readonly cache_read_input_tokens?: number;
    readonly cache_creation_input_tokens?: number;
  };
  readonly events?: readonly MockEvent[];
  readonly raw?: string | Uint8Array;
  /** Changes the list of events before it is sent. In scripts: `drop`, `double` and `order` by position. */
  readonly edit?: (events: readonly MockEvent[]) => readonly MockEvent[];
  readonly drop?: readonly number[];
  readonly double?: readonly number[];
  readonly order?: readonly number[];
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Body of a reply with `status`: text as it is, an object as JSON. An error object of the API when absent. */
  readonly body?: string | object;
  readonly fault?: Fault;
  readonly wire?: Wire;
  /** Wait before the headers, and between events, in milliseconds. */
  readonly delayMs?: number;
  readonly paceMs?: number;
}
export type ReplyBlock =
  | string
  | { readonly type: "text"; readonly text: string; readonly deltas?: readonly string[] | number | undefined }
  | { readonly type: "thinking"; readonly text: string; readonly signature?: string; readonly deltas?: readonly string[] | number }
  | { readonly type: "redacted"; readonly data: string }
  /** `json` is sent as it is, valid or not; without it and without `input` no input comes at all. */
  | {
      readonly type: "call";
      readonly tool: string;
      readonly id?: string;
      readonly input?: unknown;
      readonly json?: string;
      readonly deltas?: readonly string[] | number;
    }
  | { readonly type: "raw"; readonly block: object }
  | { readonly type: "wait"; readonly ms?: number; readonly until?: Promise<unknown> };

/** `reset`: before the first byte. `hang`: no headers ever. After `after` events — `cut`: connection reset; `end`: clean end; `stall`: silence; `error`: an `error` event. */
export type Fault =
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  | { readonly kind: "cut" | "end" | "stall"; readonly after: number }
  | { readonly kind: "error"; readonly after: number; readonly error: { readonly type: string; readonly message: string } };

/** How events are written. `split`: bytes of each write; `multiline`: the JSON over several data lines; `strange`: events nobody knows in between. */
export interface Wire {
  readonly newline?: "\n" | "\r\n" | "\r";
  readonly bom?: boolean;
  readonly comments?: boolean;
  readonly multiline?: boolean;
  readonly strange?: boolean;
  readonly unnamed?: boolean;
  readonly blankless?: boolean;
  readonly split?: number;
}

/** A reply that makes these calls at once. */
export const calls = (...all: readonly (readonly [tool: string, input: unknown])[]): Reply => ({
  blocks: all.map(([tool, input]) => ({ type: "call", tool, input })),
});
export const call = (tool: string, input: unknown = {}): Reply => calls([tool, input]);
/** A reply that runs these commands, a call each. */
export const bash = (...commands: readonly string[]): Reply => calls(...commands.map((command) => ["bash", { command }] as const));
