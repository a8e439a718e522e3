// Lists of plugins, and everything about one.
import { ClawError, type CommandOutcome, Inspecting, type PluginStatus, type TurnScope } from "claw";
import { asksIsolation, clipLine, didYouMean, type ListedPlugin, PluginStore, packageSize } from "claw/kit";
import { capabilitiesText, oneLine } from "./consent.ts";
import { facts, otherFacts } from "./facts.ts";
import { kindOf, listedNames } from "./listed.ts";
import type { Asked } from "./words.ts";

/** `list`: what is installed, and what settings or the command line name; with `--all` what is in the binary too. */
export async function list({ level, all }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const { stored, others } = await everything(scope);
  const own = stored.filter((one) => level === undefined || one.level === level);
  const rest = level === undefined ? others.filter(({ source }) => all || source !== "bundled") : [];
  const plugins = [
    ...own.map((one) => facts(one, statusOf(one, others))),
    ...rest.filter((one) => !own.some(({ path }) => path === one.source)).map(otherFacts),
  ];
  const failed = plugins.filter((one) => one["last_error"] !== null).length;
  const enabled = plugins.filter((one) => one["enabled"] === true).length;
  const failures = plugins.flatMap((one) => (one["last_error"] === null ? [] : [{ name: one["name"] ?? null, error: one["last_error"] ?? null }]));
  const summary = { total: plugins.length, enabled, disabled: plugins.length - enabled, load_failures: failed };
  const data = {
    kind: "plugin",
    action: "list",
    status: failed > 0 ? "degraded" : "ok",
    working_directory: scope.cwd,
    summary,
    load_failures: failures,
    plugins,
  };
  const none =
    "No plugins are installed. `claw plugin add NAME` adds one, `claw plugin search WORD` looks for some, `claw plugin list --all` has the bundled.";
  return { kind: "done", notice: plugins.length === 0 ? none : rows(plugins).join("\n"), data };
}

/** `info NAME`. */
export async function info({ names: [name = ""] }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  const { stored, others } = await everything(scope);
  const bare = (one: string): string => one.replace(/^@[^/]*\//, "");
  const found = stored.find((one) => one.name === name) ?? stored.find((one) => bare(one.name) === name);
  const other = others.find((one) => one.name === name) ?? others.find((one) => bare(one.name) === name);
  if (found === undefined && other === undefined) {
    const known = [...stored, ...others].map((one) => one.name);
    throw new ClawError("CLAW_USAGE", `no plugin ${JSON.stringify(name)} is installed`, {
      hint: didYouMean(name, known) || "`claw plugin list --all` shows all.",
    });
  }
  const plugin = found === undefined ? otherFacts(other!) : facts(found, statusOf(found, others));
  const lines = found === undefined ? shortRows(other!) : fullRows(found, statusOf(found, others));
  const notice = lines.map(([key, value]) => `${key.padEnd(11)} ${oneLine(value)}`).join("\n");
  return { kind: "done", notice, data: { kind: "plugin", action: "info", status: plugin["last_error"] === null ? "ok" : "degraded", plugin } };
}

// --- internal ---

type Row = readonly [string, string];

async function everything(scope: TurnScope): Promise<{ readonly stored: readonly ListedPlugin[]; readonly others: readonly PluginStatus[] }> {
  const stored = await (await scope.use(PluginStore)).list(scope);
  return { stored, others: (await scope.use(Inspecting)).plugins() };
}

function statusOf(plugin: ListedPlugin, statuses: readonly PluginStatus[]): PluginStatus | undefined {
  return statuses.find(
    ({ source, name }) => source === plugin.path || (name === plugin.name && plugin.level === "project" && source.endsWith(".claw")),
  );
}

function rows(plugins: readonly ReturnType<typeof facts>[]): readonly string[] {
  const width = (key: string, most: number): number => Math.min(most, Math.max(0, ...plugins.map((one) => String(one[key]).length)));
  const [name, version, kind, sort] = [width("name", 40), width("version", 16), width("kind", 16), width("sort", 8)];
  return plugins.map((one) => {
    const state = one["enabled"] !== true ? "off" : one["last_error"] === null ? "on " : "BAD";
    const load = one["load_ms"] === null ? "" : `${Math.round(Number(one["load_ms"]) * 10) / 10} ms`;
    const tokens = one["tokens"] === null ? "" : `${one["tokens"]} tok`;
    const adds = Object.entries(one["contributes"] as Record<string, readonly string[]>).map(([what, names]) => `${what} ${names.join(", ")}`);
    const brings = Object.entries((one["brings"] ?? {}) as Record<string, readonly string[]>).map(([what, names]) => `${what} ${names.join(", ")}`);
    const columns = [state, String(one["name"]).padEnd(name), String(one["version"]).padEnd(version), String(one["kind"]).padEnd(kind)];
    const more = [String(one["sort"]).padEnd(sort), load.padStart(8), tokens.padStart(8), clipLine(oneLine([...adds, ...brings].join("; ")), 100)];
    const line = [...columns, ...more].join("  ").trimEnd();
    return one["last_error"] === null ? line : `${line}\n     ${clipLine(oneLine(String(one["last_error"])), 300)}`;
  });
}

function fullRows(plugin: ListedPlugin, status: PluginStatus | undefined): readonly Row[] {
  const {
    name,
    version,
    description,
    source,
    sort,
    resolved,
    integrity,
    level,
    path,
    enabled,
    capabilities,
    publisher,
    bytes,
    files,
    dependencies,
    trial,
  } = plugin;
  const problem = status?.problem ?? trial?.problem;
  return [
    ["Name", `${name} ${version}`],
    ...(description === undefined ? [] : [["About", description] as const]),
    ["Kind", kindOf(plugin)],
    ["From", `${sort}: ${source} (${resolved === "" ? "as it is there" : resolved})`],
    ...(publisher === undefined ? [] : [["Publisher", publisher] as const]),
    ["Enabled", `${enabled ? "yes" : "no"}, ${level === "user" ? "for you" : "for this project"}`],
    ["Adds", listedNames(plugin).join("; ") || "nothing by name"],
    ["Declares", capabilitiesText(capabilities)],
    [
      "Isolated",
      (plugin.isolated ?? asksIsolation(plugin.manifest))
        ? "yes: it can do what it declares, and no more"
        : "no: it runs inside claw with all of your rights",
    ],
    [
      "Needs",
      Object.entries(dependencies)
        .map(([one, at]) => `${one} ${at}`)
        .join(", ") || "nothing else",
    ],
    ["Size", `${packageSize(bytes)} in ${files} files`],
    ["Integrity", integrity],
    ["Folder", path],
    ...(trial === undefined ? [] : [["Loads in", `${trial.ms} ms; its tools take about ${trial.tokens} tokens`] as const]),
    ...(problem === undefined ? [] : [["Last error", problem] as const]),
  ];
}

function shortRows(status: PluginStatus): readonly Row[] {
  const { name, version, source, state, ms, problem } = status;
  return [
    ["Name", `${name} ${version}`],
    ["Kind", kindOf(status)],
    ["From", source],
    ["State", state],
    ["Adds", listedNames(status).join("; ") || "nothing by name"],
    ...(ms === undefined ? [] : [["Loaded in", `${ms.toFixed(1)} ms`] as const]),
    ...(problem === undefined ? [] : [["Last error", problem] as const]),
  ];
}
