// What a turn came to, gathered from its events: the `result` object of `json` and `stream-json`. Knows no output.
import type { AnyEvent, Block, ClawError, EventMap, Json, Message, Usage } from "claw";
import { addUsage, costOf, NO_USAGE } from "./cost.ts";
import { failureOfEnd } from "./failure.ts";
import { type Failure, failureOf } from "./failure-text.ts";
import { fields } from "./fields.ts";
import { besideLoop } from "./ledger.ts";

type Ended = EventMap["turn.ended"];

/** Hears every event of a process; keeps what concerns the last session that is no sub-agent's. Money, tokens and API time count sub-agents in. */
export interface Report {
  add(event: AnyEvent): void;
  readonly session: string | undefined;
  /** The model that was last spoken to. */
  readonly model: string | undefined;
  /** What the user was answered: the last message's text, or what a command had to say. */
  text(): string;
  /** How the turn ended, once it has. */
  readonly ended: Ended | undefined;
  /** The whole. `failure` is what ended it, or kept it from beginning; after a turn that was told it stands alone: its money would count twice. */
  result(failure?: Failure): { readonly [key: string]: Json };
}
/** Without `calls` the result leaves out calls and their results, which were shown as they came. */
export function createReport({ calls }: { readonly calls: boolean }): Report {
  let session: string | undefined;
  let model: string | undefined;
  let turn = emptyTurn(0);
  const inside = (event: AnyEvent): boolean => event.session === session;

  function add(event: AnyEvent): void {
    switch (event.type) {
      case "session.opened":
        if (event.data.parent === undefined) session = event.session;
        break;
      case "turn.started":
        if (inside(event)) turn = { ...emptyTurn(event.at), ...(turn.ended === undefined && { warnings: turn.warnings }) };
        break;
      case "step.started":
        if (!inside(event)) break;
        model = event.data.model;
        turn.requests += 1;
        break;
      case "step.ended":
        count(turn, event.data);
        if (!inside(event)) break;
        turn.steps += 1;
        turn.stop = STOPS[event.data.stop];
        break;
      case "ledger.entered":
        countBeside(turn, event.data);
        break;
      case "message.added":
        if (inside(event)) addMessage(turn, event.data.message, calls);
        break;
      case "notice.raised":
        if (event.data.level !== "info") turn.warnings.add(event.data.text);
        else if (inside(event) && turn.requests === 0) turn.notices.push(event.data.text);
        break;
      case "plugin.failed":
        turn.warnings.add(`plugin ${event.data.plugin}: ${event.data.message}`);
        break;
      case "call.ended":
        if (inside(event)) turn.structured = structuredOf(event.data.details) ?? turn.structured;
        break;
      case "permission.decided":
        if (inside(event) && event.data.decision.verdict === "deny") turn.denied.push({ id: event.data.id, tool: event.data.tool });
        break;
      case "session.compacted":
        if (inside(event)) turn.dropped += event.data.dropped;
        break;
      case "turn.ended":
        if (inside(event)) turn = { ...turn, ended: event.data, ms: event.at - turn.at };
        break;
    }
  }
  return {
    add,
    get session() {
      return session;
    },
    get model() {
      return model;
    },
    get ended() {
      return turn.ended;
    },
    text: () => textOf(turn),
    result: (failure) => resultOf(turn, { session: session ?? "", model: model ?? "", calls }, failure),
  };
}

/** The result of a process that came to no turn. */
export function failureReport(error: ClawError): { readonly [key: string]: Json } {
  return createReport({ calls: true }).result(failureOf(error));
}

/** What a result says, as text. */
export function textOfBlocks(content: readonly Block[], separator = ""): string {
  const parts: string[] = [];
  for (const block of content) {
    if (block.type === "text") parts.push(block.text);
    else if (block.type === "image") parts.push(`[image ${block.mediaType}]`);
  }
  return parts.join(separator);
}

/** Tokens under the Messages API's names. */
export function usageOf(usage: Usage): { readonly [key: string]: number } {
  return {
    input_tokens: usage.input,
    output_tokens: usage.output,
    cache_creation_input_tokens: usage.cacheWrite,
    cache_read_input_tokens: usage.cacheRead,
  };
}

/** The Messages API's word for why the model stopped. */
export const STOPS = { done: "end_turn", calls: "tool_use", length: "max_tokens", refusal: "refusal", pause: "pause_turn" } as const;

// --- internal ---

interface TurnFacts {
  readonly at: number;
  readonly calls: Map<string, { readonly name: string; readonly input: Json }>;
  readonly results: Extract<Block, { type: "result" }>[];
  readonly denied: { readonly id: string; readonly tool: string }[];
  readonly notices: string[];
  /** What a person would have been warned of, the loss of a session included. */
  readonly warnings: Set<string>;
  readonly models: Map<string, { readonly usage: Usage; readonly cost: number }>;
  answer?: readonly Block[];
  structured?: Json | undefined;
  ended?: Ended;
  stop?: string;
  usage: Usage;
  requests: number;
  steps: number;
  dropped: number;
  ms: number;
  apiMs: number;
  told?: boolean;
}
const SUBTYPES: Readonly<Record<string, string>> = { max_turns: "error_max_turns", max_budget_usd: "error_max_budget_usd" };

function emptyTurn(at: number): TurnFacts {
  const lists = { results: [], denied: [], notices: [], warnings: new Set<string>(), calls: new Map(), models: new Map() };
  return { at, ...lists, usage: NO_USAGE, requests: 0, steps: 0, dropped: 0, ms: 0, apiMs: 0 };
}

function count(turn: TurnFacts, step: EventMap["step.ended"]): void {
  addUsed(turn, step.model, step.usage, costOf(step.usage, step) ?? 0);
  turn.apiMs += step.ms;
}

/** What was asked of a model beside the loop; steps are counted as they end. */
function countBeside(turn: TurnFacts, { who, model, usage, cost }: EventMap["ledger.entered"]): void {
  if (besideLoop(who)) addUsed(turn, model, usage, cost ?? 0);
}

function addMessage(turn: TurnFacts, { role, content }: Message, calls: boolean): void {
  if (role === "assistant") {
    turn.answer = content;
    for (const block of content) if (block.type === "call") turn.calls.set(block.id, { name: block.tool, input: block.input });
  } else if (calls) for (const block of content) if (block.type === "result") turn.results.push(block);
}

function structuredOf(details: Json | undefined): Json | undefined {
  return fields<Json>(details) ? details["structured_output"] : undefined;
}

function addUsed(turn: TurnFacts, model: string, usage: Usage, cost: number): void {
  const before = turn.models.get(model) ?? { usage: NO_USAGE, cost: 0 };
  turn.models.set(model, { usage: addUsage(before.usage, usage), cost: before.cost + cost });
  turn.usage = addUsage(turn.usage, usage);
}

function textOf(turn: TurnFacts): string {
  return turn.answer === undefined ? turn.notices.join("\n") : textOfBlocks(turn.answer);
}

function resultOf(
  last: TurnFacts,
  about: { readonly session: string; readonly model: string; readonly calls: boolean },
  given?: Failure,
): { readonly [key: string]: Json } {
  const turn = last.told === true && given !== undefined ? emptyTurn(last.at) : last;
  last.told = true;
  const { ended } = turn;
  const failure = given ?? (ended === undefined ? undefined : failureOfEnd(ended));
  const failed = failure !== undefined;
  const subtype = failed ? (SUBTYPES[ended?.reason ?? ""] ?? "error_during_execution") : "success";
  const text = textOf(turn);
  const cost = [...turn.models.values()].reduce((sum, one) => sum + one.cost, 0);
  return {
    type: "result",
    subtype,
    is_error: failed,
    duration_ms: Math.round(turn.ms),
    duration_api_ms: Math.round(turn.apiMs),
    num_turns: turn.steps,
    result: text,
    session_id: about.session,
    uuid: crypto.randomUUID(),
    total_cost_usd: cost,
    usage: usageOf(turn.usage),
    modelUsage: modelUsage(turn.models),
    permission_denials: turn.denied.map(({ id, tool }) => ({
      tool_name: tool,
      tool_use_id: id,
      tool_input: turn.calls.get(id)?.input ?? {},
    })),
    ...(turn.structured === undefined ? {} : { structured_output: turn.structured }),
    stop_reason: turn.stop ?? null,
    model: about.model,
    iterations: turn.requests,
    auto_compaction: turn.dropped === 0 ? null : { removed_messages: turn.dropped, notice: `[auto-compacted: removed ${turn.dropped} messages]` },
    ...(about.calls ? { message: text, ...callsOf(turn) } : {}),
    estimated_cost: `$${cost.toFixed(4)}`,
    ...(turn.warnings.size === 0 ? {} : { warnings: [...turn.warnings] }),
    ...(failure === undefined ? {} : { error: { ...failure } }),
  };
}

function callsOf(turn: TurnFacts): { readonly [key: string]: Json } {
  return {
    tool_uses: [...turn.calls].map(([id, { name, input }]) => ({ id, name, input })),
    tool_results: turn.results.map(({ id, content, failed }) => ({
      tool_use_id: id,
      tool_name: turn.calls.get(id)?.name ?? "",
      output: textOfBlocks(content, "\n"),
      is_error: failed,
    })),
  };
}

function modelUsage(models: TurnFacts["models"]): Json {
  const entries = [...models].map(([name, { usage, cost }]) => [
    name,
    {
      inputTokens: usage.input,
      outputTokens: usage.output,
      cacheReadInputTokens: usage.cacheRead,
      cacheCreationInputTokens: usage.cacheWrite,
      costUSD: cost,
    },
  ]);
  return Object.fromEntries(entries);
}
