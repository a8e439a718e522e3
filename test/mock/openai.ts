// A server on a loopback port that speaks Chat Completions and the Responses API, and what Ollama says of its models. Plays replies in order,
// and refuses what the real servers refuse.
import type { MockRequest } from "./mock.ts";
import { chatProblem, responsesProblem } from "./openai-check.ts";
import { createFrameServer, type FrameServer, type Played, type Refused } from "./openai-server.ts";

export interface OpenAICall {
  readonly tool: string;
  readonly input?: unknown;
  /** Sent as it is, valid or not, instead of `input`. */
  readonly json?: string;
  readonly id?: string | null;
  /** The index that the server gives; `null` leaves it out. */
  readonly index?: number | null;
}
/** One answer. Without `status` it is a stream of what the protocol of the request says of these, or of `frames` as they are. */
export interface OpenAIReply {
  readonly reasoning?: string;
  readonly text?: string;
  readonly refusal?: string;
  readonly calls?: readonly OpenAICall[];
  readonly stop?: string;
  readonly usage?: object;
  /** Characters in each delta. */
  readonly cut?: number;
  /** `data:` payloads instead of those made of the reply; a text is sent as it is. */
  readonly frames?: readonly (object | string)[];
  /** Adds frames after the one at this position. */
  readonly insert?: Readonly<{ at: number; frame: object }>;
  readonly fault?: Played["fault"];
  readonly split?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** `ollama`: its models and the context that they are loaded with. */
export interface OpenAIMockOptions {
  readonly replies: readonly (OpenAIReply | ((request: MockRequest) => OpenAIReply))[];
  readonly ollama?: Readonly<Record<string, Readonly<{ loaded?: number; most?: number; set?: number }>>>;
}
export type OpenAIMock = FrameServer;

/** Starts the server. The base URL of its API is `url` and `/v1`. */
export function createOpenAIMock({ replies, ollama }: OpenAIMockOptions): OpenAIMock {
  const play = (request: MockRequest, position: number): Played | Refused => {
    const given = replies[position] ?? { status: 400, body: { error: { message: "mock: no reply left", type: "invalid_request_error" } } };
    const reply = typeof given === "function" ? given(request) : given;
    if (reply.status !== undefined) return { status: reply.status, body: reply.body, headers: reply.headers };
    const spoken = request.path.endsWith("/responses");
    const message = spoken ? responsesProblem(request.body) : chatProblem(request.body);
    if (message !== undefined) return { status: 400, body: { error: { message, type: "invalid_request_error" } } };
    const payloads = [...(reply.frames ?? (spoken ? responseEvents(reply, position) : chunks(reply, position)))];
    if (reply.insert !== undefined) payloads.splice(reply.insert.at, 0, reply.insert.frame);
    return { frames: payloads.map((one) => frame(one, spoken)), split: reply.split, fault: reply.fault };
  };
  return createFrameServer(play, (request) => (ollama === undefined ? undefined : aboutOllama(request, ollama)));
}

// --- internal ---

function frame(payload: object | string, named: boolean): string {
  if (typeof payload === "string") return `data: ${payload}\n\n`;
  const name = named ? `event: ${(payload as { type?: string }).type}\n` : "";
  return `${name}data: ${JSON.stringify(payload)}\n\n`;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } };

function chunks(reply: OpenAIReply, position: number): (object | string)[] {
  const id = `chatcmpl-${position + 1}`;
  const chunk = (delta: object, finish: string | null = null) => ({
    id,
    object: "chat.completion.chunk",
    created: 1,
    model: "mock",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  const calls = (reply.calls ?? []).flatMap((call, at) => {
    const index = call.index === null ? {} : { index: call.index ?? at };
    const given = call.id === null ? {} : { id: call.id ?? `call_${position + 1}_${at}` };
    const [first = "", ...rest] = ["", ...pieces(call.json ?? JSON.stringify(call.input ?? {}), reply.cut)];
    const begun = { ...index, ...given, type: "function", function: { name: call.tool, arguments: first } };
    return [begun, ...rest.map((piece) => ({ ...index, function: { arguments: piece } }))].map((one) => chunk({ tool_calls: [one] }));
  });
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces(reply.reasoning ?? "", reply.cut).map((text) => chunk({ reasoning_content: text })),
    ...pieces(reply.text ?? "", reply.cut).map((text) => chunk({ content: text })),
    ...pieces(reply.refusal ?? "", reply.cut).map((text) => chunk({ refusal: text })),
    ...calls,
    chunk({}, reply.stop ?? (calls.length > 0 ? "tool_calls" : "stop")),
    { id, object: "chat.completion.chunk", created: 1, model: "mock", choices: [], usage: reply.usage ?? USAGE },
    "[DONE]",
  ];
}

function responseEvents(reply: OpenAIReply, position: number): object[] {
  const id = `resp_${position + 1}`;
  const events: object[] = [{ type: "response.created", response: { id, status: "in_progress" } }];
  let index = 0;
  const item = (begun: object, between: readonly object[], done: object): void => {
    const output_index = index++;
    events.push({ type: "response.output_item.added", output_index, item: begun });
    events.push(...between.map((one) => ({ ...one, output_index })), { type: "response.output_item.done", output_index, item: done });
  };
  if (reply.reasoning !== undefined) {
    const about = { type: "reasoning", id: `rs_${position}`, summary: [] };
    const deltas = pieces(reply.reasoning, reply.cut).map((delta) => ({ type: "response.reasoning_summary_text.delta", summary_index: 0, delta }));
    item(about, deltas, { ...about, summary: [{ type: "summary_text", text: reply.reasoning }], encrypted_content: `sealed-${position}` });
  }
  if (reply.text !== undefined || reply.refusal !== undefined) {
    const about = { type: "message", id: `msg_${position}`, role: "assistant", content: [], phase: "commentary" };
    const texts = pieces(reply.text ?? "", reply.cut).map((delta) => ({ type: "response.output_text.delta", content_index: 0, delta }));
    const refusals = pieces(reply.refusal ?? "", reply.cut).map((delta) => ({ type: "response.refusal.delta", content_index: 0, delta }));
    item(about, [...texts, ...refusals], { ...about, content: [{ type: "output_text", text: reply.text ?? "" }] });
  }
  for (const [at, call] of (reply.calls ?? []).entries()) {
    const json = call.json ?? JSON.stringify(call.input ?? {});
    const about = { type: "function_call", id: `fc_${at}`, call_id: call.id ?? `call_${position + 1}_${at}`, name: call.tool };
    const deltas = pieces(json, reply.cut).map((delta) => ({ type: "response.function_call_arguments.delta", delta }));
    const status = reply.stop === "length" ? "incomplete" : "completed";
    item({ ...about, arguments: "", status: "in_progress" }, deltas, { ...about, arguments: json, status });
  }
  const usage = reply.usage ?? {
    input_tokens: 10,
    output_tokens: 5,
    total_tokens: 15,
    input_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
  };
  const cut = reply.stop === "length";
  const response = { id, status: cut ? "incomplete" : "completed", usage, ...(cut ? { incomplete_details: { reason: "max_output_tokens" } } : {}) };
  return [...events, { type: cut ? "response.incomplete" : "response.completed", response }];
}

function pieces(text: string, length = text.length): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += length) found.push(text.slice(at, at + length));
  return found;
}

function aboutOllama({ path, body }: MockRequest, models: NonNullable<OpenAIMockOptions["ollama"]>): unknown {
  if (path === "/api/tags") return { models: Object.keys(models).map((name) => ({ name, model: name })) };
  if (path === "/api/ps")
    return { models: Object.entries(models).flatMap(([name, { loaded }]) => (loaded === undefined ? [] : [{ name, context_length: loaded }])) };
  if (path !== "/api/show") return undefined;
  const { most, set } = models[String(Object(body).model)] ?? {};
  return {
    parameters: set === undefined ? "" : `stop "x"\nnum_ctx   ${set}\n`,
    model_info: { "general.architecture": "llama", "llama.context_length": most },
  };
}
