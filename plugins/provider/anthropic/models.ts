// Which models there are, and what a name means. The table itself is models.json, with its source and date.
import { ClawError, type Model } from "claw";
import { didYouMean } from "claw/kit";
import table from "./models.json" with { type: "json" };

/** How a model takes a wish to think, see `about` in models.json. */
export type Thinking = "budget" | "adaptive" | "on" | "always";
/** A model with what only this provider needs to know of it. `thinking` is absent when nothing is known. */
export interface KnownModel extends Model {
  readonly thinking?: Thinking;
  readonly bound?: boolean;
}

export const MODELS: readonly Model[] = table.models.map(({ thinking: _, bound: __, ...model }: (typeof table.models)[number]) => model);

/** The model behind an alias, an id, a dated id or, with a custom base URL, any id that looks like one or has `anthropic/` before it. Throws `CLAW_MODEL_UNKNOWN`. */
export function findModel(name: string, custom: boolean): Model {
  const trimmed = name.trim();
  const given = trimmed.toLowerCase().startsWith(PREFIX) ? trimmed.slice(PREFIX.length) : trimmed;
  const id = ALIASES.get(given.toLowerCase()) ?? given;
  const known = withId(MODELS, id);
  if (known !== undefined) return { ...known, id };
  if (/^claude-./.test(id)) return { id, context: 200_000, maxOutput: 32_000 };
  if (custom && /[\d/:.]/.test(id)) return { id, context: 128_000, maxOutput: 16_000 };
  const near = didYouMean(given, [...ALIASES.keys(), ...MODELS.map((model) => model.id)]);
  // A slip is likelier than a server that has a model of nearly such a name; `models` of the settings can name that.
  if (custom && near === "" && given !== trimmed && /^\S+$/.test(id)) return { id, context: 128_000, maxOutput: 16_000 };
  const all = `Known are ${[...ALIASES.keys()].join(", ")} and every id that starts with "claude-".`;
  const hint = near || (custom ? `${all} A server of your own that has it is asked with --model anthropic/${id}.` : all);
  throw new ClawError("CLAW_MODEL_UNKNOWN", `unknown model "${name}"`, { hint });
}

/** What is known of how a model thinks. */
export function traitsOf(id: string): Pick<KnownModel, "thinking" | "bound"> {
  const known: readonly KnownModel[] = table.models as readonly KnownModel[];
  return withId(known, id) ?? {};
}

// --- internal ---

const ALIASES: ReadonlyMap<string, string> = new Map(Object.entries(table.aliases));
/** `claude-haiku-4-5-20251001` is what `claude-haiku-4-5` was on that day. */
const DATED = /-20\d{6}$/;
const PREFIX = "anthropic/";

function withId<M extends Model>(models: readonly M[], id: string): M | undefined {
  return models.find((model) => model.id === id) ?? models.find((model) => model.id === id.replace(DATED, ""));
}
