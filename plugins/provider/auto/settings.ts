// The settings `aliases` and `models`: names that the user gave to models, and models that no table has or knows better.
import { ClawError, type Model, type PluginScope, type Setting } from "claw";
import { invalid, locate } from "claw/kit";
import * as v from "valibot";

/** A model of the settings. Whatever is left out is what its provider says. */
export type Stated = Readonly<{ id: string; provider: string; own: Partial<Omit<Model, "id">> }>;
/** What the settings say, of all layers that are trusted, the higher over the lower. */
export type Names = Readonly<{ aliases: ReadonlyMap<string, string>; models: ReadonlyMap<string, Stated> }>;

/** Reads them, again only when a layer's value is another one. Throws `CLAW_CONFIG_INVALID` with file, line and key. */
export function createNames({ settings }: Pick<PluginScope, "settings">): () => Promise<Names> {
  let last: { readonly of: readonly unknown[]; readonly names: Promise<Names> } | undefined;
  return () => {
    const [aliases, models] = [settings("aliases").filter(trusted), settings("models").filter(trusted)];
    const of = [...aliases, ...models].map(({ value }) => value);
    if (last?.of.length !== of.length || !of.every((value, at) => value === last?.of[at])) last = { of, names: read(aliases, models) };
    return last.names;
  };
}

// --- internal ---

const Tokens = v.pipe(v.number(), v.integer(), v.minValue(1));
const Dollars = v.pipe(v.number(), v.minValue(0));
const Aliases = v.record(v.string(), v.pipe(v.string(), v.nonEmpty("must name a model")));
const Models = v.array(
  v.strictObject({
    id: v.pipe(v.string(), v.nonEmpty("must be the model's name")),
    provider: v.pipe(v.string(), v.nonEmpty("must name a provider")),
    context: v.optional(Tokens),
    maxOutput: v.optional(Tokens),
    price: v.optional(v.strictObject({ input: Dollars, output: Dollars, cacheRead: v.optional(Dollars), cacheWrite: v.optional(Dollars) })),
  }),
);

const trusted = (setting: Setting): boolean => setting.trusted;

async function read(aliases: readonly Setting[], models: readonly Setting[]): Promise<Names> {
  const names = new Map<string, string>();
  for (const layer of aliases)
    for (const [alias, model] of Object.entries(await parse(Aliases, "aliases", layer))) names.set(alias.toLowerCase(), model);
  const stated = new Map<string, Stated>();
  for (const layer of models) {
    for (const { id, provider, context, maxOutput, price } of await parse(Models, "models", layer)) {
      const full = price && { ...price, cacheRead: price.cacheRead ?? price.input, cacheWrite: price.cacheWrite ?? price.input };
      const own = { ...(context && { context }), ...(maxOutput && { maxOutput }), ...(full && { price: full }) };
      stated.set(id, { id, provider, own });
    }
  }
  return { aliases: names, models: stated };
}

async function parse<const S extends v.GenericSchema>(schema: S, key: string, { value, origin }: Setting): Promise<v.InferOutput<S>> {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const { message } = await invalid(locate, origin, [key], issues[0]);
  throw new ClawError("CLAW_CONFIG_INVALID", message, { hint: "Correct the value, or remove the key." });
}
