// Why nobody can be asked for a model, in words that help: other names like it, other providers that could be asked. And the list of all of them.
import { ClawError, type Model, type Provider, wrap } from "claw";
import { didYouMean, type Offer } from "claw/kit";
import { ask, type Found, passable, type Router, spelled } from "./ask.ts";
import { ALIASES, candidates, lacking, listed } from "./routes.ts";

/** The error for a name that came to nothing. `failed` is what the provider that it seemed to mean said. */
export async function explain(name: string, failed: ClawError | undefined, at: Router): Promise<ClawError> {
  if (failed?.code === "CLAW_PROVIDER_AUTH") return withoutKey(failed, at);
  const known = await knownNames(at);
  const hint = didYouMean(name, known) || failed?.info.hint || "`claw model` lists the models; one of another server is named provider/model.";
  return new ClawError("CLAW_MODEL_UNKNOWN", `unknown model "${name}"`, { hint });
}

/** The models of every provider that could be asked now, each by a name that leads to it. */
export async function listModels(at: Router): Promise<readonly Model[]> {
  const listed = await Promise.all(
    candidates(at.env, at.providers).map(async (provider) => {
      const ids = (await (await at.get("provider", provider)).models()).map(({ id }) => id);
      const found = await Promise.all(ids.map((id) => ask(provider, id, at).catch(passable)));
      return found.flatMap((one) => (one === undefined ? [] : [one.model]));
    }),
  );
  return listed.flat();
}

/** What each provider has, whether it could be asked or not. */
export async function listOffers(at: Router): Promise<readonly Offer[]> {
  return Promise.all(listed(at.providers).map((name) => offerOf(name, at)));
}

// --- internal ---

/** Longer than that a list is not waited for. */
const LIST_MS = 5_000;

async function offerOf(name: string, at: Router): Promise<Offer> {
  const variable = lacking(name, at.env);
  const stated = [...at.names.models.values()].filter((one) => one.provider === name);
  if (variable !== undefined && stated.length === 0)
    return { provider: name, ready: false, models: [], problem: "not set up", hint: `set ${variable}` };
  const models: Model[] = [];
  try {
    const provider = await at.get("provider", name);
    const own = await inTime(provider, name);
    for (const model of own) models.push({ ...model, id: spelled(name, model.id, at.env) });
    for (const { id, own: said } of stated) {
      const place = models.findIndex((model) => model.id === id || model.id === `${name}/${id}`);
      models.splice(place < 0 ? models.length : place, place < 0 ? 0 : 1, { ...UNKNOWN, ...models[place], ...said, id });
    }
    await provider.resolve("default").catch((error: ClawError) => {
      if (error.code !== "CLAW_MODEL_UNKNOWN" || own[0] === undefined) throw error;
      return provider.resolve(own[0].id);
    });
    return { provider: name, ready: true, models };
  } catch (thrown) {
    const error = wrap(thrown, "CLAW_PROVIDER_UNAVAILABLE");
    // A server of one's own may be asked for models that nobody lists.
    if (error.code === "CLAW_MODEL_UNKNOWN") return { provider: name, ready: true, models };
    const hint = error.info.hint?.split("\n")[0];
    return { provider: name, ready: false, models, problem: error.message, ...(hint === undefined ? {} : { hint }) };
  }
}

const UNKNOWN = { context: 128_000, maxOutput: 16_000 };

async function inTime(provider: Provider, name: string): Promise<readonly Model[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new ClawError("CLAW_PROVIDER_UNAVAILABLE", `${name} did not list its models within ${LIST_MS / 1000} s`);
    timer = setTimeout(() => reject(error), LIST_MS);
  });
  return Promise.race([provider.models(), late]).finally(() => clearTimeout(timer));
}

/** Adds who could be asked instead. */
async function withoutKey(failed: ClawError, at: Router): Promise<ClawError> {
  const able = await Promise.all(candidates(at.env, at.providers).map((one) => ask(one, "default", at).catch(passable)));
  const others = able.flatMap((one: Found | undefined) => (one === undefined ? [] : [`--model ${one.provider.name}/${one.own.id}`]));
  if (others.length === 0) return failed;
  const hint = [failed.info.hint, `or ask another provider that is set up: ${others.join(", ")}`].filter((line) => line !== undefined).join("\n");
  return new ClawError(failed.code, failed.message, { ...failed.info, hint });
}

/** Everything that could have been meant. A provider that cannot be asked now counts too. */
async function knownNames(at: Router): Promise<Set<string>> {
  const known = new Set([...at.names.aliases.keys(), ...at.names.models.keys(), ...Object.keys(ALIASES), "opus", "sonnet", "haiku"]);
  for (const provider of candidates(at.env, at.providers)) {
    const models = await at
      .get("provider", provider)
      .then((one) => one.models())
      .catch(() => []);
    for (const { id } of models) known.add(id);
  }
  return known;
}
