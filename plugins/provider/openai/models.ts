// Which models the services have, and what a name means to one of them. The table itself is models.json, with its source and date.
import { ClawError, type Model } from "claw";
import { didYouMean } from "claw/kit";
import table from "./models.json" with { type: "json" };
import type { Preset, PresetName } from "./presets.ts";

/** What is known of a model besides its sizes, see `about` in models.json. `effort` is absent when it does not reason. */
export interface Traits {
  readonly known: boolean;
  readonly effort?: readonly string[];
  readonly images: boolean;
}

/** Sizes of a model of which nothing is known. A limit that nobody stated is not sent. */
export const GUESS = { context: 128_000, maxOutput: 16_000 } as const;

/** The models of a service that stand in the table. */
export function modelsOf(name: PresetName): readonly Model[] {
  return rowsOf(name).map(({ effort: _, images: __, ...model }) => model);
}

/** The model behind a name, with or without the service's name in front. `open`: the server is not the service's own. Throws `CLAW_MODEL_UNKNOWN`. */
export function findModel(preset: Preset, name: string, open: boolean): Model {
  const id = bareName(preset.name, name);
  const known = modelsOf(preset.name).find((model) => model.id === undated(id));
  if (known !== undefined) return { ...known, id };
  if (id !== "" && !/\s/.test(id) && (open || preset.accepts.test(id))) return { id, ...GUESS };
  throw unknownModel(
    name,
    id,
    modelsOf(preset.name).map((model) => model.id),
  );
}

/** The error for a name that means none of `known`. */
export function unknownModel(name: string, id: string, known: readonly string[], otherwise?: string): ClawError {
  const some = known.slice(0, 5).join(", ");
  const hint = didYouMean(id, known) || otherwise || (some === "" ? "Name a model of that server." : `Known are ${some} and others.`);
  return new ClawError("CLAW_MODEL_UNKNOWN", `unknown model "${name}"`, { hint });
}

/** The name without the service's in front. OpenRouter has models of its own under its name. */
export function bareName(preset: PresetName, name: string): string {
  const given = name.trim();
  const rest = given.toLowerCase().startsWith(`${preset}/`) ? given.slice(preset.length + 1) : given;
  return preset === "openrouter" && !rest.includes("/") && !/^(default)?$/.test(rest) ? `openrouter/${rest}` : rest;
}

/** What is known of how a model wants to be asked. */
export function traitsOf(preset: PresetName, id: string): Traits {
  const row = rowsOf(preset).find((one) => one.id === undated(id)) ?? ALL.find((one) => one.id === undated(id));
  if (row !== undefined) return { known: true, images: row.images !== false, ...(row.effort === undefined ? {} : { effort: row.effort }) };
  return { known: false, images: true, ...(REASONS.test(id) ? { effort: ["low", "medium", "high"] } : {}) };
}

// --- internal ---

type Row = Model & { readonly effort?: readonly string[]; readonly images?: boolean };

/** Names of models that reason, as far as a name can tell. */
const REASONS = /(^|\/)(o\d|gpt-([5-9]|\d\d|oss)|grok-[4-9]|grok-3-mini)|reason|thinking|qwq|-r1\b/i;
const ALL: readonly Row[] = Object.values(table.models).flat() as readonly Row[];

function rowsOf(name: PresetName): readonly Row[] {
  return ((table.models as Partial<Record<PresetName, unknown>>)[name] ?? []) as readonly Row[];
}

/** `gpt-4o-2024-11-20` is what `gpt-4o` was on that day. */
function undated(id: string): string {
  return id.replace(/-20\d\d-\d\d-\d\d$/, "");
}
