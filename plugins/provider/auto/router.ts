// From a name to the provider and the model that it means. Asks providers, which know best; why nobody knows is for `search.ts` to say.
import { ClawError } from "claw";
import { ask, type Found, has, passable, type Router } from "./ask.ts";
import { ALIASES, candidates, looksLikeId, ownerOf, providerNamed } from "./routes.ts";
import type { Stated } from "./settings.ts";

/** Finds a model. Throws `CLAW_MODEL_UNKNOWN`, `CLAW_PROVIDER_AUTH`, or what a provider throws besides. */
export async function find(name: string, at: Router, depth = 0): Promise<Found> {
  const given = name.trim();
  const lower = given.toLowerCase();
  const alias = at.names.aliases.get(lower) ?? (depth === 0 ? ALIASES[lower] : undefined);
  if (alias !== undefined && alias.toLowerCase() !== lower) {
    if (depth < MOST_ALIASES) return find(alias, at, depth + 1);
    throw new ClawError("CLAW_CONFIG_INVALID", `the alias "${name}" leads back to itself`, { hint: "Check `aliases` in the settings." });
  }
  const stated = at.names.models.get(given);
  if (stated !== undefined) return statedModel(stated, at);
  const prefix = lower.slice(0, Math.max(0, lower.indexOf("/")));
  const named = providerNamed(prefix, at.providers);
  if (named !== undefined) {
    return ask(named, given.slice(prefix.length + 1), at).catch(async (thrown: unknown) => {
      passable(thrown);
      // What is no provider's own name may be a vendor's, as on OpenRouter.
      // Named in full it may be a model that only a server of one's own has.
      const other = named === prefix ? await ask(named, given, at).catch(passable) : await elsewhere(given, undefined, at);
      return other ?? explained(given, thrown as ClawError, at);
    });
  }
  const whole = at.providers.includes(lower) ? await ask(lower, "default", at).catch(passable) : undefined;
  return whole ?? bare(given, at);
}

// --- internal ---

const MOST_ALIASES = 8;

/** A name without a provider in front. */
async function bare(name: string, at: Router): Promise<Found> {
  const owner = ownerOf(name, at.env);
  let failed: ClawError | undefined;
  if (owner !== undefined && at.providers.includes(owner.provider)) {
    const found = await ask(owner.provider, name, at).catch((thrown: unknown) => {
      passable(thrown);
      failed = thrown as ClawError;
    });
    if (found !== undefined) return found;
  }
  const other = name.toLowerCase() === "default" ? await onlyOther(failed, at) : await elsewhere(name, owner, at);
  return other ?? explained(name, failed, at);
}

/** The default model of the only provider that could be asked, when the usual one lacks credentials. */
async function onlyOther(failed: ClawError | undefined, at: Router): Promise<Found | undefined> {
  if (failed?.code !== "CLAW_PROVIDER_AUTH") return undefined;
  const able = await Promise.all(candidates(at.env, at.providers).map((one) => ask(one, "default", at).catch(passable)));
  const [only, ...more] = able.filter((one) => one !== undefined);
  if (only === undefined || more.length > 0) return undefined;
  at.tell(`${failed.message}: using ${only.provider.name} with ${only.own.id}; choose another with --model`);
  return only;
}

/** Who else has it: a server of the user's own, which may know any id, or a provider with just this model. */
async function elsewhere(name: string, owner: ReturnType<typeof ownerOf>, at: Router): Promise<Found | undefined> {
  const there = candidates(at.env, at.providers);
  const tries: string[] = [];
  if (there.includes("ollama") && owner?.plain !== true && (owner === undefined || (await has("ollama", name, at)))) tries.push("ollama");
  if (looksLikeId(name))
    tries.push(...["custom", "openai", "anthropic", ...(name.includes("/") ? ["openrouter"] : [])].filter((one) => there.includes(one)));
  for (const one of tries) {
    const found = one === owner?.provider ? undefined : await ask(one, name, at).catch(passable);
    // The same way leads there again, so that the name stays as it is.
    if (found !== undefined) return { ...found, model: { ...found.model, id: found.own.id } };
  }
  if (owner !== undefined) return undefined;
  for (const one of there) if (one !== "ollama" && (await has(one, name, at))) return ask(one, name, at);
  return undefined;
}

/** A model of the settings need not be known to its provider, but its provider must be there and have credentials. */
async function statedModel({ id, provider: name, own: stated }: Stated, { get }: Router): Promise<Found> {
  const provider = await get("provider", name);
  const known = await provider.resolve(id).catch((error: ClawError) => {
    if (error.code !== "CLAW_MODEL_UNKNOWN") throw error;
    return { id, context: 128_000, maxOutput: 16_000 };
  });
  return { provider, own: { ...known, ...stated }, model: { ...known, ...stated, id } };
}

async function explained(name: string, failed: ClawError | undefined, at: Router): Promise<never> {
  const { explain } = await import("./search.ts");
  throw await explain(name, failed, at);
}
