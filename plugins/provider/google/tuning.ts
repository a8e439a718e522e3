// From `Request.options` to fields of the body: effort becomes thinking, and whatever else is given goes in by the API's own names.
import type { Json, Request } from "claw";
import { thinkingOf } from "./models.ts";

/** The fields that a request asks for. `generationConfig` is put together from its own and ours. */
export function tune({ model, options, maxOutput }: Pick<Request, "model" | "options" | "maxOutput">): Record<string, Json> {
  const { effort, thinking: _, betas: __, generationConfig, ...rest } = options;
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(rest)) if (!RESERVED.has(name) && !SAMPLING.has(name)) fields[name] = value;
  const sampling = Object.fromEntries(Object.entries(rest).filter(([name]) => SAMPLING.has(name)));
  const kind = thinkingOf(model.id);
  const level = typeof effort === "string" ? effort : undefined;
  const wish =
    level === undefined || kind === undefined
      ? {}
      : kind === "budget"
        ? { thinkingBudget: BUDGETS[level] ?? -1 }
        : { thinkingLevel: nearest(level, kind) };
  const config = { ...sampling, ...(Object(generationConfig) as object), maxOutputTokens: maxOutput };
  return { ...fields, generationConfig: { ...config, ...(kind === undefined ? {} : { thinkingConfig: { includeThoughts: true, ...wish } }) } };
}

// --- internal ---

/** What the request itself says. */
const RESERVED: ReadonlySet<string> = new Set(["model", "contents", "tools", "systemInstruction", "max_tokens"]);
const SAMPLING: ReadonlySet<string> = new Set(["temperature", "topP", "topK", "seed", "stopSequences"]);
/** Thinking tokens by effort. */
const BUDGETS: Readonly<Record<string, number>> = { low: 1_024, medium: 8_192, high: 24_576 };
const LEVELS = ["minimal", "low", "medium", "high", "xhigh", "max"];

/** The level itself, or the next higher that the model knows, or its highest. */
function nearest(level: string, known: readonly string[]): string {
  return known.find((one) => LEVELS.indexOf(one) >= LEVELS.indexOf(level)) ?? known.at(-1) ?? level;
}
