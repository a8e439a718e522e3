// From `Request.options` to fields of the body: effort, thinking, and whatever else is given, by the API's own names.
import type { Json, Request } from "claw";
import { traitsOf } from "./models.ts";

/** Fields of the body, and what has to stand in headers. `version` is absent for the SDK's own. */
export interface Tuning {
  readonly fields: Readonly<Record<string, Json>>;
  readonly betas: readonly string[];
  readonly version?: string;
}

/** `official`: Anthropic's own API answers, so that a beta may be used. */
export function tune({ model, options, maxOutput }: Pick<Request, "model" | "options" | "maxOutput">, official: boolean): Tuning {
  const { effort, thinking: wish, betas, ...rest } = options;
  const { thinking: trait, bound } = traitsOf(model.id);
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(rest)) if (!RESERVED.has(name)) fields[name] = value;
  const level = typeof effort === "string" ? effort : undefined;
  if (level !== undefined && trait !== "budget") fields["output_config"] = { ...(rest["output_config"] as object | undefined), effort: level };
  const asked = wish ?? (trait === "budget" ? BUDGETS[level ?? ""] : trait === "adaptive" && level !== undefined ? level !== "low" : undefined);
  let thinking = thinkingFor(model.id, trait, asked, maxOutput);
  const binding = official && bound === true && isAdaptive(thinking);
  // A changed system prompt or a folded history voids older thinking: it is dropped then, where the default is to refuse the request.
  if (binding) thinking = { ...(thinking as object), block_binding: { prefix_mismatch_behavior: "drop_block" } };
  if (thinking !== undefined) fields["thinking"] = thinking;
  const more = Array.isArray(betas) ? betas.filter((beta) => typeof beta === "string") : [];
  return {
    fields,
    betas: binding ? [...more, "thinking-binding-controls-2026-08-01"] : more,
    ...(SAMPLING.some((name) => name in fields) ? { version: "2023-06-01" } : {}),
  };
}

// --- internal ---

/** What the request itself says. */
const RESERVED: ReadonlySet<string> = new Set(["model", "messages", "system", "tools", "max_tokens", "stream"]);
/** The API version of the SDK refuses these; the one before takes them where the model does. */
const SAMPLING = ["temperature", "top_p", "top_k"];
/** Thinking tokens by effort, for models that know no effort. */
const BUDGETS: Readonly<Record<string, number>> = { medium: 8_000, high: 24_000 };
/** Thinking text is for people to see; by default newer models send it empty. */
const ADAPTIVE: Json = { type: "adaptive", display: "summarized" };

function thinkingFor(id: string, trait: ReturnType<typeof traitsOf>["thinking"], wish: Json | undefined, maxOutput: number): Json | undefined {
  if (typeof wish === "object" && wish !== null) return wish;
  const steady = trait === "on" || trait === "always";
  if (wish === undefined || wish === null) return steady ? ADAPTIVE : undefined;
  if (wish === false || wish === 0)
    return trait === "on" ? { type: id.startsWith("claude-sonnet-5-5") ? "between_tools" : "disabled" } : steady ? ADAPTIVE : undefined;
  if (trait !== "budget" && trait !== undefined) return ADAPTIVE;
  const budget = Math.min(typeof wish === "number" ? wish : 8_000, maxOutput - 1);
  return budget < 1_024 ? undefined : { type: "enabled", budget_tokens: Math.floor(budget) };
}

function isAdaptive(thinking: Json | undefined): boolean {
  return (thinking as { type?: string } | undefined)?.type === "adaptive";
}
