// Finding things out: packages in the registry, who a tool is from, what is wrong with the stores.
import { ClawError, type CommandOutcome, Inspecting, type Kind, type TurnScope } from "claw";
import { clipLine, didYouMean, type ListedPlugin, PluginStore } from "claw/kit";
import { type Tried, trials } from "./change.ts";
import { oneLine } from "./consent.ts";
import { listedNames } from "./listed.ts";
import type { Asked } from "./words.ts";

export async function search({ names }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const found = await (await scope.use(PluginStore)).search(names.join(" "), scope);
  const lines = found.map(({ name, version, publisher, description }) =>
    [oneLine(`${name} ${version}${publisher === undefined ? "" : ` by ${publisher}`}`), `  ${clipLine(oneLine(description), 150)}`].join("\n"),
  );
  const notice = lines.length === 0 ? `No package with the keyword claw-plugin fits ${names.join(" ")}.` : lines.join("\n");
  const plugins = found.map((one) => ({ ...one, publisher: one.publisher ?? null }));
  return { kind: "done", notice, data: { kind: "plugin", action: "search", status: "ok", count: found.length, plugins } };
}

/** `why TOOL`: which plugin adds it, and which others would. Any other contribution too. */
export async function why({ names: [name = ""] }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const statuses = (await scope.use(Inspecting)).plugins();
  const stored = await (await scope.use(PluginStore)).list(scope);
  const all = statuses.flatMap((plugin) =>
    Object.entries(plugin.manifest.contributes ?? {}).flatMap(([kind, listed = []]) => {
      const named = listed.map((one) => (typeof one === "string" ? { name: one } : one));
      return named.map((one) => ({
        kind: kind as Kind,
        plugin,
        name: one.name,
        words: [one.name, ...("aliases" in one ? (one.aliases ?? []) : [])],
      }));
    }),
  );
  const own = all.filter(
    (one) => one.words.includes(name) || `${one.plugin.name.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${one.name}` === name,
  );
  const disabled = stored.filter((one) => !one.enabled && listedNames(one).some((line) => line.split(/[ ,]+/).includes(name)));
  if (own.length === 0 && disabled.length === 0) {
    const hint =
      didYouMean(
        name,
        all.flatMap(({ words }) => words),
      ) || "`claw tools` lists tools, `claw plugin list --all` plugins.";
    throw new ClawError("CLAW_USAGE", `no plugin adds ${JSON.stringify(name)}`, { hint });
  }
  const lines = own.map(({ kind, plugin, name: called }, at) => {
    const install = stored.find(({ path }) => path === plugin.source);
    const from = install === undefined ? plugin.source : `${install.sort}: ${install.source}, ${install.level}`;
    const first = own.findIndex((one) => one.kind === kind && one.name === called) === at;
    const clash = first ? "" : ` (the name was taken: it is called ${plugin.name.replace(/^@/, "").replace(/[^A-Za-z0-9-]+/g, "_")}__${called})`;
    return `${kind} ${called} is from ${plugin.name} ${plugin.version} (${from}), ${plugin.state}${clash}${plugin.problem === undefined ? "" : `: ${plugin.problem}`}`;
  });
  const off = disabled.map((one) => `${name} would be added by ${one.name} ${one.version}, which is switched off`);
  const plugins = [
    ...own.map(({ kind, plugin }) => ({ kind, name: plugin.name, version: plugin.version, source: plugin.source, state: plugin.state as string })),
    ...disabled.map((one) => ({ kind: "tool", name: one.name, version: one.version, source: one.path, state: "disabled" })),
  ];
  return { kind: "done", notice: [...lines, ...off].join("\n"), data: { kind: "plugin", action: "why", status: "ok", word: name, plugins } };
}

/** `doctor`: looks at the stores, and loads every installed plugin once. Ends with code 1 when something is wrong. */
export async function doctor({ repair }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const store = await scope.use(PluginStore);
  const faults = await store.check(repair, scope);
  const readable = !faults.some(({ what, mended }) => !mended && what.includes("index"));
  const all = readable ? await store.list(scope) : [];
  const off = all.filter(({ enabled, trial }) => !enabled && trial?.problem !== undefined);
  const tried = [
    ...(await trials(
      all.filter(({ enabled }) => enabled),
      scope,
    )),
    ...off.map(offTrial),
  ];
  const broken = tried.filter(({ trial }) => trial?.problem !== undefined);
  const open = faults.filter(({ mended }) => !mended);
  const lines = [
    ...faults.map(({ what, mended }) => `${mended ? "mended" : "fault "}  ${what}`),
    ...tried.map(({ line, trial }) => `${trial?.problem === undefined ? "ok    " : "fault "}  ${line}`),
    ...(open.length > 0 && !repair ? ["`claw plugin doctor --repair` mends what can be."] : []),
  ];
  const notice = lines.length === 0 ? "No plugins are installed, and nothing is wrong." : lines.join("\n");
  const well = open.length + broken.length === 0;
  const data = {
    ...{ kind: "plugin", action: "doctor", status: well ? "ok" : "degraded", faults: faults.map((one) => ({ ...one })) },
    checked: tried.map(({ line, trial }) => ({ line, ms: trial?.ms ?? null, tokens: trial?.tokens ?? null, problem: trial?.problem ?? null })),
  };
  return well ? { kind: "done", notice, data } : { kind: "exit", code: 1, notice, data };
}

// --- internal ---

/** One that was switched off because of what came of loading it. */
function offTrial({ name, trial }: ListedPlugin): Tried {
  return { name, line: `${name} is off: ${trial?.problem}`, ...(trial !== undefined && { trial }) };
}
