// Asks one provider for one model: what the way from a name to a model is made of.
import { ClawError, type Env, type Model, type PluginScope, type Provider } from "claw";
import { ownerOf } from "./routes.ts";
import type { Names } from "./settings.ts";

/** A model as its provider knows it, and under the name by which it is found again. */
export interface Found {
  readonly provider: Provider;
  readonly own: Model;
  readonly model: Model;
}
/** What is asked, and what the settings say. `tell` hears of a choice that the user did not make. */
export interface Router extends Pick<PluginScope, "env" | "get"> {
  readonly providers: readonly string[];
  readonly names: Names;
  tell(text: string): void;
}

/** The model that a provider means by a name. */
export async function ask(name: string, wanted: string, { get, env, names }: Router): Promise<Found> {
  const provider = await get("provider", name);
  const own = await provider.resolve(wanted);
  const stated = names.models.get(own.id);
  const known = stated?.provider === name ? { ...own, ...stated.own } : own;
  return { provider, own, model: { ...known, id: spelled(name, own.id, env) } };
}

/** The name that leads to a provider's model: its id, with the provider in front where the id alone would lead elsewhere. */
export function spelled(provider: string, id: string, env: Env): string {
  return ownerOf(id, env)?.provider === provider ? id : `${provider}/${id}`;
}

/** Whether a provider lists a model of this name. Ollama leaves out the tag `latest`. */
export async function has(provider: string, name: string, { get }: Pick<Router, "get">): Promise<boolean> {
  return (await (await get("provider", provider)).models()).some(({ id }) => id === name || id === `${name}:latest`);
}

/** What another provider may make good: a name that is not known here, or no credentials. Throws everything else. */
export function passable(thrown: unknown): undefined {
  if (thrown instanceof ClawError && /^CLAW_(MODEL_UNKNOWN|PROVIDER_AUTH)$/.test(thrown.code)) return undefined;
  throw thrown;
}
