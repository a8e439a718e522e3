// What there is of a sort of thing that a command's usage names: models, themes, modes, sessions.
import { Inspecting, type PluginScope } from "claw";
import { type CompletionItem, OutputStyles, Themes } from "claw/kit";

export interface ValuesOptions {
  readonly scope: PluginScope;
  readonly cwd: string;
  /** Of all that can be called. */
  readonly names: readonly string[];
}

/** Never rejects, and never waits long: what cannot be listed is not offered. */
export async function valuesOf(sort: string, command: string, options: ValuesOptions): Promise<readonly CompletionItem[]> {
  const list = LISTS[`${command} ${sort}`] ?? LISTS[sort];
  if (list === undefined) return [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<readonly CompletionItem[]>((resolve) => {
    timer = setTimeout(() => resolve([]), MOST_MS);
  });
  try {
    return await Promise.race([list(options), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

// --- internal ---

const MOST_MS = 1_500;
const MOST_SESSIONS = 50;

type List = (options: ValuesOptions) => Promise<readonly CompletionItem[]>;
const item = (label: string, detail?: string): CompletionItem => ({ label, insert: `${label} `, ...(detail === undefined ? {} : { detail }) });

const models: List = async ({ scope }) => {
  const { config } = await scope.use(Inspecting);
  return (await (await scope.get("provider", config.provider)).models()).map(({ id }) => item(id));
};
const themes: List = async ({ scope }) => [
  ...(await (await scope.use(Themes)).list()).map(({ name, summary }) => item(name, summary)),
  item("auto", "As the terminal is"),
];
const styles: List = async ({ scope }) => (await (await scope.use(OutputStyles)).list(scope)).map(({ name, description }) => item(name, description));
const modes: List = async ({ scope }) => scope.names("permission-mode").map((name) => item(name));
const providers: List = async ({ scope }) => scope.names("provider").map((name) => item(name));
const topics: List = async ({ names }) => names.map((name) => item(name));
const sessions: List = async ({ scope, cwd }) => {
  const { config } = await scope.use(Inspecting);
  const list = await (await scope.get("store", config.store)).list(cwd);
  return list.slice(0, MOST_SESSIONS).map(({ id, title }) => item(id.slice(0, 8), title));
};
const settings: List = async ({ scope }) => {
  const inspection = await scope.use(Inspecting);
  const owned = inspection.plugins().flatMap(({ manifest }) => manifest.settings ?? []);
  return [...new Set([...owned, ...Object.keys(inspection.config)])].sort().map((name) => item(name));
};

/** By command and sort, or for every command by sort. */
const LISTS: Readonly<Record<string, List>> = {
  ...{ "model NAME": models, "theme NAME": themes, MODEL: models, THEME: themes, MODE: modes, PROVIDER: providers, TOPIC: topics, REF: sessions },
  ...{ "config KEY": settings, "output-style NAME": styles },
};
