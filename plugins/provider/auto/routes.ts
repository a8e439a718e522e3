// Whose a model is, by its name alone. Pure but for the variable that says that there is an Ollama. The table is routes.json.
import type { Env } from "claw";
import table from "./routes.json" with { type: "json" };

/** `plain`: nobody else has models of such a name. */
export interface Owner {
  readonly provider: string;
  readonly plain: boolean;
}

export const ALIASES: Readonly<Record<string, string>> = table.aliases;

/** The short names, and what they stand for: the user's own win. */
export function allAliases(own: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return { ...ALIASES, ...Object.fromEntries(own) };
}

/** The provider that a name plainly means; with an Ollama about, a name with a tag (`qwen3:8b`) is its. */
export function ownerOf(name: string, env: Env): Owner | undefined {
  if (lacking("ollama", env) === undefined && TAGGED.test(name)) return { provider: "ollama", plain: false };
  const small = name.toLowerCase();
  const route = (table.routes as readonly Route[]).find(
    ({ starts, is = [] }) => is.includes(small) || starts.some((start) => small.startsWith(start)),
  );
  return route === undefined ? undefined : { provider: route.provider, plain: route.plain === true };
}

/** The provider that stands before the slash of a name, by its own name or another that is used for it. */
export function providerNamed(prefix: string, names: readonly string[]): string | undefined {
  const other = (table.prefixes as Readonly<Record<string, string>>)[prefix];
  return names.includes(prefix) ? prefix : other !== undefined && names.includes(other) ? other : undefined;
}

/** The variable that a provider lacks to be asked without being named. */
export function lacking(name: string, env: Env): string | undefined {
  const variable = (table.when as Readonly<Record<string, string>>)[name];
  return variable === undefined || (env[variable] ?? "").trim() !== "" ? undefined : variable;
}

/** All providers that are worth a list, the usual ones first. */
export function listed(names: readonly string[]): readonly string[] {
  const others = names.filter((name) => !table.order.includes(name) && !table.unlisted.includes(name)).toSorted();
  return [...table.order.filter((name) => names.includes(name)), ...others];
}

/** Providers to ask in turn, those that are not set up left out. */
export function candidates(env: Env, names: readonly string[]): readonly string[] {
  return table.order.filter((name) => names.includes(name) && lacking(name, env) === undefined);
}

/** Whether a word may be an id that only a server of one's own knows: it is more than one bare word. */
export function looksLikeId(name: string): boolean {
  return /[\d/:.-]/.test(name) && !/\s/.test(name);
}

// --- internal ---

interface Route {
  readonly starts: readonly string[];
  readonly is?: readonly string[];
  readonly provider: string;
  readonly plain?: boolean;
}

const TAGGED = /^(?!ft:)[^:\s]+:[\w.-]+$/;
