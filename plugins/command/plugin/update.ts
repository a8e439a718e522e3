// Newer versions: which there are, taking them, and bringing a project to its lock. What wants more than before is held until somebody agrees.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { type ListedPlugin, type NewerVersion, PluginStore, type StagedPlugin } from "claw/kit";
import { now, trials } from "./change.ts";
import { caution, described } from "./consent.ts";
import { type Asked, agree, installed } from "./words.ts";

/** `outdated`, and `update --check`: looks, and changes nothing. */
export async function outdated(words: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const newer = await (await scope.use(PluginStore)).outdated(await chosen(words, scope), scope);
  const lines = newer.map(({ plugin, wanted, latest, problem }) => {
    if (problem !== undefined) return `${plugin.name} ${plugin.version}: ${problem}`;
    return `${plugin.name} ${plugin.version} → ${wanted}${latest === wanted ? "" : `; ${latest} is outside of ${plugin.source}`}`;
  });
  const notice = lines.length === 0 ? "Everything is current." : [...lines, "`claw plugin update` takes what fits."].join("\n");
  return { kind: "done", notice, data: { kind: "plugin", action: "outdated", status: "ok", count: newer.length, plugins: newer.map(newerFacts) } };
}

/** `update [NAME…]`. Ends with code 2 when something was held. */
export async function update(words: Asked, scope: TurnScope): Promise<CommandOutcome> {
  if (words.check) return outdated(words, scope);
  const store = await scope.use(PluginStore);
  const newer = await store.outdated(await chosen(words, scope), scope);
  await using stack = new AsyncDisposableStack();
  const ready: StagedPlugin[] = [];
  const held: StagedPlugin[] = [];
  const failed: string[] = [];
  for (const { plugin, problem } of newer) {
    if (problem !== undefined) failed.push(`${plugin.name}: ${problem}`);
    if (problem !== undefined) continue;
    try {
      const staged = stack.use(await store.stage(plugin.source, plugin.level, scope));
      if (staged.plugin.integrity === plugin.integrity && staged.plugin.version === plugin.version) continue;
      if (words.agreed || !more(staged) || (await allowed(staged, scope))) ready.push(staged);
      else held.push(staged);
    } catch (error) {
      if ((error as ClawError).code === "CLAW_ABORTED") throw error;
      failed.push(`${plugin.name}: ${(error as Error).message}`);
    }
  }
  const done = await store.install(ready, scope);
  const tried = await trials(done, scope);
  const lines = [
    ...ready.map(({ plugin, before }) => `${plugin.name} ${before?.version} → ${plugin.version}`),
    ...tried.map(({ line }) => line),
    ...held.map((one) => `HELD: ${described(one)}`),
    ...(held.length > 0 ? ["What is held wants more than before. Look at it, then `claw plugin update NAME --yes`."] : []),
    ...failed,
  ];
  const notice = lines.length === 0 ? "Everything is current." : lines.join("\n");
  const status = held.length + failed.length > 0 ? "degraded" : "ok";
  const data = { kind: "plugin", action: "update", status, updated: await now(done, scope), held: held.map(heldFacts), failed };
  if (held.length > 0) return { kind: "exit", code: 2, notice, data };
  return failed.length > 0 ? { kind: "exit", code: 1, notice, data } : { kind: "done", notice, data };
}

/** `sync`: the project's store as `claw.lock` says. What is locked was agreed to when it was. */
export async function sync({ frozen, agreed }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const store = await scope.use(PluginStore);
  const { staged, extra } = await store.sync(frozen, scope);
  await using stack = new AsyncDisposableStack();
  for (const one of staged) stack.use(one);
  const plugins = staged.map(({ plugin }) => plugin);
  if (staged.length > 0 && !frozen && !agreed) {
    await agree(`claw.lock of this project wants:\n${staged.map(described).join("\n")}\n${caution(plugins)}`, "nothing was changed", scope);
  }
  const done = await store.install(staged, scope, agreed || !frozen);
  if (extra.length > 0) await store.remove(extra, scope);
  const lines = [...staged.map(({ plugin }) => `+ ${plugin.name} ${plugin.version}`), ...extra.map(({ name, version }) => `- ${name} ${version}`)];
  const removed = extra.map(({ name }) => name);
  const data = { kind: "plugin", action: "sync", status: "ok", plugins: await now(done, scope), removed };
  return { kind: "done", notice: lines.length === 0 ? "The project has what claw.lock says." : lines.join("\n"), data };
}

// --- internal ---

async function chosen(words: Asked, scope: TurnScope): Promise<readonly ListedPlugin[]> {
  if (words.names.length > 0) return installed(words, scope);
  return (await (await scope.use(PluginStore)).list(scope)).filter(({ level }) => words.level === undefined || level === words.level);
}

/** Whether somebody must agree: it declares more, or somebody else has published it. */
function more({ wider, plugin, before }: StagedPlugin): boolean {
  return wider.length > 0 || (before?.publisher !== undefined && plugin.publisher !== undefined && before.publisher !== plugin.publisher);
}

/** False where nobody can be asked, or the answer is no. */
async function allowed(staged: StagedPlugin, scope: TurnScope): Promise<boolean> {
  try {
    await agree(`Update:\n${described(staged)}`, "held", scope);
    return true;
  } catch (error) {
    if (error instanceof ClawError && !scope.signal.aborted) return false;
    throw error;
  }
}

function newerFacts({ plugin, wanted, latest, problem }: NewerVersion): Json {
  return { name: plugin.name, level: plugin.level, source: plugin.source, version: plugin.version, wanted, latest, problem: problem ?? null };
}

function heldFacts({ plugin, before, wider, warnings }: StagedPlugin): Json {
  return { name: plugin.name, version: before?.version ?? null, wanted: plugin.version, wider: [...wider], warnings: [...warnings] };
}
