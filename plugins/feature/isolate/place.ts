// Where a child runs: the sandbox that its plugin's declared capabilities come to, the environment it gets, and its files where it can read them.
import { existsSync, mkdirSync } from "node:fs";
import { cp, mkdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ClawError, type PluginContext, type Session, type Setting, type TurnScope } from "claw";
import { type Capabilities, capabilitiesOf, createSession, type IsolatedPlugin, Processes, Sandbox, type Sandboxed, Workspace } from "claw/kit";

/** What a plugin may do, out of what it declares. */
export interface Rights {
  /** Folders, absolute. */
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly network: boolean;
  /** Hosts that it reaches through claw, when it has no network of its own. */
  readonly hosts: readonly string[];
  readonly programs: boolean;
  readonly variables: readonly string[];
  /** Models that it can ask through claw; `*` is all. */
  readonly models: readonly string[];
}
/** A child made ready to start. */
export interface Place {
  readonly box: Sandboxed["options"];
  readonly marked: Readonly<Record<string, string>>;
  /** The plugin's file as the child sees it. */
  readonly entry: string;
}

/** Throws `CLAW_PLUGIN_LOAD_FAILED` for what no isolated plugin can have. */
export function rightsOf({ name, manifest }: IsolatedPlugin, { cwd, home, env }: Pick<PluginContext<unknown>, "cwd" | "home" | "env">): Rights {
  const { fs = [], net = [], exec = [], env: variables = [], model: models = [] }: Capabilities = capabilitiesOf(manifest);
  const user = env["HOME"] ?? homedir();
  const paths = (mode: "read" | "write"): string[] =>
    fs.flatMap((said) => {
      const [, how, pattern = ""] = /^(?:(read|write):)?(.*)$/s.exec(said) ?? [];
      if (how !== undefined && how !== mode) return [];
      const path = (pattern === "*" ? "." : pattern).replace(/([\\/]\*{1,2})+$/, "") || sep;
      if (/[*?[{]/.test(path)) throw impossible(name, `fs "${said}": only folders and files can be given, with /** at most at the end`);
      return [path === "~" || path.startsWith("~/") ? join(user, path.slice(1)) : isAbsolute(path) ? path : resolve(cwd, path)];
    });
  const writes = paths("write");
  const own = writes.find((path) => inside(path, home) || path === sep);
  if (own !== undefined) throw impossible(name, `it declares that it writes ${own}, which no isolated plugin may`);
  const network = net.includes("*");
  return {
    writes,
    reads: paths("read").filter((path) => !inside(home, path) && !inside(path, home)),
    network,
    hosts: network ? [] : net,
    programs: exec.length > 0,
    variables,
    models,
  };
}

/** The child's command inside the sandbox. Throws `CLAW_PLUGIN_LOAD_FAILED` where no sandbox holds, unless `unconfined`. */
export async function settle(plugin: IsolatedPlugin, rights: Rights, ctx: PluginContext<unknown>, unconfined: boolean): Promise<Place> {
  const scope = scopeOf(rights, ctx);
  const sandbox = await ctx.use(Sandbox);
  const state = await sandbox.inspect(scope);
  const why = state.tier === "none" || !state.active ? (state.reason ?? "there is none") : `${state.tier} does not hold enough`;
  if (!unconfined && !(HOLDING.has(state.tier) && state.active)) throw unheld(plugin.name, why);
  const variables = await environment(rights, scope);
  const marked = { CLAW_RUN: variables["CLAW_RUN"] ?? "" };
  const folder = async (temp: string): Promise<string> => copied(plugin, temp, await hides(state.hidden, plugin.source));
  const command = (temp: string) => ({
    argv: self(),
    cwd: existsSync(ctx.cwd) ? ctx.cwd : temp,
    env: { ...variables, TMPDIR: temp, CLAW_CONFIG_HOME: join(temp, "claw"), CLAW_ISOLATED: "1" },
  });
  let temp = "";
  const box = !state.active
    ? undefined
    : await sandbox.wrap((given) => {
        temp = given;
        return command(given);
      }, scope);
  if (box !== undefined) return { box: box.options, marked, entry: await folder(temp) };
  if (!unconfined) throw unheld(plugin.name, why);
  temp = join(await (await ctx.use(Workspace)).scratch(scope), "tmp");
  mkdirSync(temp, { recursive: true, mode: 0o700 });
  return { box: command(temp), marked, entry: await copied(plugin, temp, false) };
}

// --- internal ---

/** Tiers that keep a child from writing, and from reaching processes and the network outside. */
const HOLDING: ReadonlySet<string> = new Set(["bubblewrap", "namespaces", "seatbelt"]);
const BASE = /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|LANG|LC_\w+|NO_COLOR|CLAW_RUN|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT)$/i;
/** What would make a child another program than claw. */
const STEERING = /^(BUN_|NODE_OPTIONS$|LD_|DYLD_|CLAW_|TMPDIR$)/i;

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

function impossible(plugin: string, why: string): ClawError {
  const hint = "Its author changes `capabilities`; or `claw plugin isolate --off` lets it run inside claw, with all of your rights.";
  return new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${plugin} cannot be isolated: ${why}`, { plugin, hint });
}

function unheld(plugin: string, why: string): ClawError {
  const hint =
    'Install bubblewrap; or set "plugins": { "@claw/feature-isolate": { "unconfined": true } } in your own settings to run such plugins all the same.';
  return new ClawError("CLAW_PLUGIN_LOAD_FAILED", `plugin ${plugin} is isolated and was not run: no sandbox holds here: ${why}`, { plugin, hint });
}

/** claw itself; run from source, its first file. */
function self(): readonly string[] {
  return Bun.isStandaloneExecutable
    ? [process.execPath, "__plugin"]
    : [process.execPath, join(import.meta.dir, "../../../scripts/claw.ts"), "__plugin"];
}

/**
 * A scope whose sandbox is not the session's but this plugin's: nothing can be written but what it declares, and only what the user hides from
 * commands is taken from the user's settings.
 */
function scopeOf(rights: Rights, ctx: PluginContext<unknown>): TurnScope {
  const { plugin, cwd, home, env, bus, use, names, get, spec } = ctx;
  for (const path of rights.writes) if (!existsSync(path)) mkdirSync(path, { recursive: true });
  const [first, ...others] = rights.writes;
  const session: Session = createSession({ id: `isolated-${crypto.randomUUID()}`, cwd: first ?? cwd, entries: [], keep: () => {} });
  const hidden = ctx.settings("sandbox").map((layer): Setting => {
    const said: unknown = Object(layer.value)["denyRead"];
    const denyRead = (Array.isArray(said) ? said : []).flatMap((path) =>
      typeof path !== "string" ? [] : /^~(\/|$)/.test(path) ? [path] : [resolve(cwd, path)],
    );
    return { ...layer, value: { denyRead } };
  });
  const value = { enabled: true, network: rights.network, allowRead: rights.reads };
  const layers: readonly Setting[] = [...hidden, { value, source: "managed", origin: "isolation", trusted: true }];
  return {
    ...{ plugin, cwd, home, env, bus, use, names, get, spec, turn: 0, session, signal: new AbortController().signal },
    options: { "add-dir": others },
    settings: (key) => (key === "sandbox" ? layers : ctx.settings(key)),
    selection: { provider: "", model: "", compactor: "", "permission-mode": first === undefined ? "read-only" : "workspace-write" },
    select: () => {},
    draft: () => Promise.reject(new ClawError("CLAW_BUG", "an isolated plugin's place has no draft")),
  };
}

/** What any program needs, and what the plugin declares; none of claw's own secrets, which the processes service keeps back. */
async function environment({ variables }: Rights, scope: TurnScope): Promise<Readonly<Record<string, string>>> {
  const all = Object.entries((await scope.use(Processes)).environment(scope));
  const wanted = (name: string): boolean => BASE.test(name) || ((variables.includes("*") || variables.includes(name)) && !STEERING.test(name));
  return Object.fromEntries(all.filter(([name]) => wanted(name)));
}

async function hides(hidden: readonly string[], path: string): Promise<boolean> {
  const real = await realpath(path);
  return hidden.some((one) => inside(real, one));
}

/** The plugin's entry; when the sandbox hides where it is, of a copy in the child's own folder, with what is installed beside it. */
async function copied({ source, entry }: IsolatedPlugin, temp: string, hidden: boolean): Promise<string> {
  await mkdir(join(temp, "claw"), { recursive: true, mode: 0o700 });
  if (!hidden) return entry;
  const at = source.lastIndexOf(`${sep}node_modules${sep}`);
  const top = at === -1 ? (source === entry ? dirname(source) : source) : source.slice(0, at + `${sep}node_modules`.length);
  const to = join(temp, at === -1 ? "plugin" : "plugin/node_modules");
  if (source === entry) await cp(entry, join(to, relative(top, entry)));
  else await cp(top, to, { recursive: true, verbatimSymlinks: true });
  return join(to, relative(top, entry));
}
