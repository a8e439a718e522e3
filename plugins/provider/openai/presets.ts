// The services that speak OpenAI's protocol: where they are, what their keys are called, and in what they differ. The table is presets.json.
import table from "./presets.json" with { type: "json" };

/** In what a server differs. `maxTokens` by default follows the model. */
export interface Quirks {
  readonly api?: "chat" | "responses" | undefined;
  readonly maxTokens?: "max_tokens" | "max_completion_tokens" | undefined;
  readonly usage?: boolean | undefined;
  readonly parallel?: boolean | undefined;
  readonly ids?: "short" | undefined;
  readonly replay?: "content" | "details" | "none" | undefined;
}
/** One of them. `custom` has no base URL of its own. */
export interface Preset extends Quirks {
  readonly name: PresetName;
  readonly keys: readonly string[];
  readonly accepts: RegExp;
  readonly free?: boolean;
  readonly baseUrl?: string;
  readonly model?: string;
}
export type PresetName = keyof typeof table.presets;

/** All of them, by name. */
export const PRESETS: readonly Preset[] = Object.entries(table.presets).map(([name, preset]) => {
  const { accepts, ...rest } = preset as Omit<Preset, "name" | "accepts"> & { readonly accepts: string };
  return { ...rest, name: name as PresetName, accepts: new RegExp(accepts, "i") };
});
