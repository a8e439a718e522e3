// Lists models, tells of one, and switches the running session to it. Sends nothing to any model.

import { ClawError, type CommandOutcome, Inspecting, type Model, type TurnScope } from "claw";
import { type Catalogue, Models, type Offer, pick as pickItem, seated } from "claw/kit";
import { contextText, dollars, priceText, table } from "./words.ts";

/** A session takes the model; from a shell there is none to take it, and the words tell of it. */
export async function run(words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const [first, provider] = words;
  if (first === undefined && (await seated(scope))) return choose(scope);
  if (first === undefined || first === "help") return list(scope, (offer) => offer.ready);
  if (first === "list") return list(scope, chosen(provider), provider);
  return scope.turn > 0 ? change(first, scope) : show(first, scope);
}

// --- internal ---

/** A model and whose it is. */
interface Picked {
  readonly provider: string;
  readonly model: Model;
}
/** Providers that find the provider themselves. */
const ROUTER = "auto";

const chosen = (provider: string | undefined) => (offer: Offer) => provider === undefined || offer.provider === provider.toLowerCase();

async function list(scope: TurnScope, shown: (offer: Offer) => boolean, wanted?: string): Promise<CommandOutcome> {
  const catalogue = await scope.use(Models);
  const [all, aliases, current] = await Promise.all([catalogue.offers(), catalogue.aliases(), currentOf(scope, catalogue)]);
  if (wanted !== undefined && !all.some(shown)) {
    const hint = `There are ${all.map(({ provider }) => provider).join(", ")}.`;
    throw new ClawError("CLAW_USAGE", `model: there is no provider "${wanted}"`, { hint });
  }
  const { selection } = scope;
  const configured = (await scope.use(Inspecting)).config.model;
  const data = {
    kind: "model",
    action: "list",
    status: "ok",
    model: selection.model,
    resolved_model: "problem" in current ? null : current.model.id,
    provider: "problem" in current ? null : current.provider,
    ...("problem" in current ? { problem: current.problem } : {}),
    configured_model: configured,
    aliases,
    providers: all.map(({ models, ...offer }) => ({ ...offer, models: models.length })),
    models: all.flatMap((offer) => offer.models.map((model) => ({ ...factsOf({ provider: offer.provider, model }), ready: offer.ready }))),
  };
  const now = "problem" in current ? `${selection.model}: ${current.problem}` : `${current.model.id} via ${current.provider}`;
  const rows = all
    .filter(shown)
    .flatMap(({ provider, models, ready }) => models.map((model) => rowOf({ provider, model }, ready, "problem" in current ? "" : current.model.id)));
  const lines = [`Model: ${now}`, ...(rows.length === 0 ? [] : ["", ...table([HEAD, ...rows]), "", PRICES])];
  const missing = all.filter((offer) => !offer.ready && (wanted === undefined || shown(offer)));
  const away = table(missing.map(({ provider, problem = "", hint = "" }) => [provider, [problem, hint].filter((text) => text !== "").join(": ")]));
  if (away.length > 0) lines.push("", "Not set up:", ...away.map((line) => `  ${line}`));
  return { kind: "done", notice: lines.join("\n"), data };
}

/** A person at a terminal picks one of those that there are credentials for. */
async function choose(scope: TurnScope): Promise<CommandOutcome> {
  const catalogue = await scope.use(Models);
  const [offers, current] = await Promise.all([catalogue.offers(), currentOf(scope, catalogue)]);
  const used = "problem" in current ? "" : current.model.id;
  const items = offers
    .filter(({ ready }) => ready)
    .flatMap(({ provider, models }) => models.map((model) => ({ provider, model })))
    .map(({ provider, model: { id, context, price } }) => ({
      label: id,
      detail: [id === used ? "in use" : "", provider, contextText(context), priceText(price)].filter((part) => part !== "").join(" · "),
      value: id,
    }));
  if (scope.ask === undefined || items.length === 0) return list(scope, (offer) => offer.ready);
  const picked = await pickItem(scope.ask, "Which model? `/model list` shows all, with prices.", items, scope.signal);
  return picked === undefined ? { kind: "done" } : change(picked, scope);
}

async function show(name: string, scope: TurnScope): Promise<CommandOutcome> {
  const picked = await pick(name, scope);
  const use = `Use it with \`claw --model ${name}\`, or for good with "model": "${name}" in settings.json.`;
  const data = { kind: "model", action: "show", status: "ok", ...factsOf(picked) };
  return { kind: "done", notice: `${sentence(picked)}\n${use}`, data };
}

async function change(name: string, scope: TurnScope): Promise<CommandOutcome> {
  const before = await currentOf(scope, await scope.use(Models));
  const picked = await pick(name, scope);
  scope.select({ model: picked.model.id, ...(picked.router === undefined ? {} : { provider: picked.router }) });
  const same = !("problem" in before) && before.model.id === picked.model.id;
  const anew =
    scope.session.messages.length > 0 && !same ? " It reads the conversation so far from the beginning: nothing of it is cached there." : "";
  const data = { kind: "model", action: "set", status: "ok", previous_model: "problem" in before ? null : before.model.id, ...factsOf(picked) };
  return { kind: "done", notice: `${sentence(picked)}${anew}`, data };
}

/** What the session's provider makes of a name; where that one is fixed to another API and knows it not, whoever does. */
async function pick(name: string, scope: TurnScope): Promise<Picked & { readonly router?: string }> {
  const { provider } = scope.selection;
  const catalogue = await scope.use(Models);
  if (provider === ROUTER) return catalogue.find(name);
  try {
    return { provider, model: await (await scope.get("provider", provider)).resolve(name) };
  } catch (thrown) {
    if (!(thrown instanceof ClawError) || !/^CLAW_(MODEL_UNKNOWN|PROVIDER_AUTH)$/.test(thrown.code)) throw thrown;
    return { ...(await catalogue.find(name)), router: ROUTER };
  }
}

/** The model in use, or why there is none. */
async function currentOf(scope: TurnScope, catalogue: Catalogue): Promise<Picked | { readonly problem: string }> {
  const { provider, model } = scope.selection;
  try {
    if (provider === ROUTER) return await catalogue.find(model);
    return { provider, model: await (await scope.get("provider", provider)).resolve(model) };
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function factsOf({ provider, model: { id, context, maxOutput, price } }: Picked) {
  return { id, provider, context, max_output: maxOutput, price: price === undefined ? null : { ...price } };
}

function sentence({ provider, model }: Picked): string {
  const { id, context, maxOutput, price } = model;
  return `Model: ${id} via ${provider}, ${contextText(context)} context, ${contextText(maxOutput)} output, ${priceText(price)}.`;
}

const PRICES = "In, Out and Cached are US dollars for a million tokens.";
const HEAD = ["", "Model", "Provider", "Context", "Output", "In", "Out", "Cached", ""];

function rowOf({ provider, model: { id, context, maxOutput, price } }: Picked, ready: boolean, current: string): readonly string[] {
  const prices = price === undefined ? ["?", "?", "?"] : [price.input, price.output, price.cacheRead].map(dollars);
  return [id === current ? "*" : "", id, provider, contextText(context), contextText(maxOutput), ...prices, ready ? "" : "no key"];
}
