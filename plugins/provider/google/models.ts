// Which models there are, and what a name means. The table itself is models.json, with its source and date.
import { ClawError, type Model } from "claw";
import { didYouMean } from "claw/kit";
import table from "./models.json" with { type: "json" };

/** How a model is told how much to think: by levels that it knows, or by a number of tokens. */
export type Thinking = "budget" | readonly string[];

export const MODELS: readonly Model[] = table.models.map(({ thinking: _, ...model }) => model as Model);

/** The model behind an alias or an id, with or without `google/` or `models/` in front. Throws `CLAW_MODEL_UNKNOWN`. */
export function findModel(name: string, open: boolean): Model {
  const given = name
    .trim()
    .replace(/^google\//i, "")
    .replace(/^models\//, "");
  const id = (table.aliases as Readonly<Record<string, string>>)[given.toLowerCase()] ?? given;
  const known = MODELS.find((model) => model.id === id);
  if (known !== undefined) return known;
  if (/^(gemini|gemma)-\S+$/.test(id) || (open && /^\S+$/.test(id))) return { id, context: 1_048_576, maxOutput: 65_536 };
  const ids = MODELS.map((model) => model.id);
  const hint =
    didYouMean(given, [...ids, ...Object.keys(table.aliases)]) || `Known are ${ids.slice(0, 4).join(", ")} and every id that starts with "gemini-".`;
  throw new ClawError("CLAW_MODEL_UNKNOWN", `unknown model "${name}"`, { hint });
}

/** What is known of how a model thinks; of one that is not in the table, what its name tells. */
export function thinkingOf(id: string): Thinking | undefined {
  const known = table.models.find((model) => model.id === id)?.thinking as Thinking | undefined;
  if (known !== undefined) return known;
  if (/^gemini-2\.5/.test(id)) return "budget";
  return /^gemini-([3-9]|\d\d)/.test(id) ? ["low", "medium", "high"] : undefined;
}

/** From Gemini 3 on, a call that goes back without its signature is refused. */
export function wantsSignatures(id: string): boolean {
  return !/^(gemini-[12]\b|gemma)/.test(id);
}
