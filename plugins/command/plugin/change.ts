// Adding and removing: staged, shown, agreed to, then put in the store or dropped.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { type ListedPlugin, type LoadTrial, PluginStore, type StagedPlugin } from "claw/kit";
import { caution, described } from "./consent.ts";
import { facts } from "./facts.ts";
import { type Asked, agree, installed } from "./words.ts";

/** `add SOURCE…`: all of them or none. */
export async function add({ names, level = "user", agreed }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const store = await scope.use(PluginStore);
  await using stack = new AsyncDisposableStack();
  const staged: StagedPlugin[] = [];
  for (const source of names) staged.push(stack.use(await store.stage(source, level, scope)));
  const text = staged.map(described).join("\n");
  const plugins = staged.map(({ plugin }) => plugin);
  const where = level === "user" ? "for you" : "for this project";
  if (!agreed) await agree(`Add ${where}:\n${text}\n${caution(plugins)}`, "nothing was added", scope);
  const added = await store.install(staged, scope);
  const tried = await trials(added, scope);
  const notice = [`Added ${where}:`, text, ...tried.map(({ line }) => line), next(level)].join("\n");
  const warnings = staged.flatMap((one) => one.warnings.map((warning) => `${one.plugin.name}: ${warning}`));
  const status = tried.some(({ trial }) => trial?.problem !== undefined) ? "degraded" : "ok";
  return { kind: "done", notice, data: { kind: "plugin", action: "add", status, warnings, plugins: await now(added, scope) } };
}

/** `remove NAME…`: with their files. */
export async function remove(words: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const found = await installed(words, scope);
  await (await scope.use(PluginStore)).remove(found, scope);
  const notice = found.map(({ name, version, level }) => `Removed ${name} ${version}${level === "project" ? " from the project" : ""}.`).join("\n");
  return { kind: "done", notice, data: { kind: "plugin", action: "remove", status: "ok", plugins: found.map((one) => facts(one)) } };
}

/** What loading one came to, and that in words. */
export type Tried = Readonly<{ name: string; line: string; trial?: LoadTrial }>;

/** Loads what was installed once, each in a process of its own, and says what came of it. */
export async function trials(plugins: readonly ListedPlugin[], scope: TurnScope): Promise<readonly Tried[]> {
  const store = await scope.use(PluginStore);
  const done: Tried[] = [];
  for (const plugin of plugins) {
    const trial = await store.tryOut(plugin, scope);
    if (trial !== undefined) done.push({ name: plugin.name, line: trialLine(plugin, trial), trial });
  }
  return done;
}

/** The plugins as the store has them by now. */
export async function now(plugins: readonly ListedPlugin[], scope: TurnScope): Promise<readonly Json[]> {
  const all = await (await scope.use(PluginStore)).list(scope);
  return plugins.map((plugin) => facts(all.find(({ folder }) => folder === plugin.folder) ?? plugin));
}

// --- internal ---

function trialLine({ name }: ListedPlugin, { ms, tokens, problem }: LoadTrial): string {
  if (problem === undefined) return `${name} loads in ${ms} ms; its tools take about ${tokens} tokens of each request.`;
  return `${name} does not work: ${problem.replace(/\.$/, "")}. It is switched off; \`claw plugin enable ${name}\` tries again.`;
}

function next(level: "user" | "project"): string {
  return level === "user"
    ? "It counts from the next start on."
    : "claw.lock pins it: keep that with the project. It counts from the next start on, for you here; others run `claw plugin sync`.";
}
