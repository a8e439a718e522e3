// From `Request.options` to fields of the body: effort, the limit of the answer, and whatever else is given, by the API's own names.
import type { Json, Request } from "claw";
import { GUESS, type Traits } from "./models.ts";
import type { Quirks } from "./presets.ts";

/** The fields that a request asks for, in the words of the protocol that `quirks` name. */
export function tune(request: Pick<Request, "model" | "tools" | "options" | "maxOutput">, quirks: Quirks, traits: Traits): Record<string, Json> {
  const { model, tools, options, maxOutput } = request;
  const { effort, thinking: _, betas: __, ...rest } = options;
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(rest))
    if (!RESERVED.has(name) && !(traits.effort !== undefined && SAMPLING.has(name))) fields[name] = value;
  const level = typeof effort === "string" ? nearestEffort(effort, traits.effort) : undefined;
  // Of a model that nothing is known of, the server knows better how long its answers may be.
  const stated = traits.known || maxOutput !== GUESS.maxOutput || model.maxOutput !== GUESS.maxOutput;
  if (quirks.api === "responses") {
    if (level !== undefined) fields["reasoning"] = { ...(Object(fields["reasoning"]) as object), effort: level };
    if (traits.effort !== undefined) fields["include"] = ["reasoning.encrypted_content"];
    return { ...fields, ...(stated ? { max_output_tokens: maxOutput } : {}) };
  }
  const limit = quirks.maxTokens ?? (NEW_LIMIT.test(model.id) ? "max_completion_tokens" : "max_tokens");
  return {
    ...fields,
    ...(stated ? { [limit]: maxOutput } : {}),
    ...(level === undefined ? {} : { reasoning_effort: level }),
    ...(quirks.usage === false ? {} : { stream_options: { include_usage: true } }),
    ...(quirks.parallel === undefined || tools.length === 0 ? {} : { parallel_tool_calls: quirks.parallel }),
  };
}

/** The level that a model takes instead of one that it does not know: the next higher, else the highest. */
export function nearestEffort(wanted: string, known: readonly string[] | undefined): string | undefined {
  if (known === undefined || known.includes(wanted)) return known && wanted;
  const thinking = known.filter((level) => level !== "none" && level !== "minimal");
  return thinking.find((level) => LEVELS.indexOf(level) > LEVELS.indexOf(wanted)) ?? thinking.at(-1);
}

// --- internal ---

const LEVELS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
/** What the request itself says. */
const RESERVED: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "input",
  "instructions",
  "system",
  "tools",
  "stream",
  "store",
  "n",
  "max_tokens",
]);
/** Models that reason refuse these. */
const SAMPLING: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "presence_penalty",
  "frequency_penalty",
  "logprobs",
  "top_logprobs",
  "logit_bias",
]);
/** OpenAI's models that know only the new name of the limit. */
const NEW_LIMIT = /^(o\d|gpt-([5-9]|\d\d)|codex|chat-latest)/;
