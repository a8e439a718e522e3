// One function a check: looks, changes nothing, asks nobody outside this machine.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { ClawError, type Inspection, type PluginScope, type Setting, type TurnScope } from "claw";
import { Mcp, plain, Sandbox, ShellHooks, sandboxLine } from "claw/kit";

/** `hint` is what to do about it. */
export interface Check {
  readonly status: "ok" | "warn" | "fail";
  readonly summary: string;
  readonly details: readonly string[];
  readonly hint?: string;
}

type Env = PluginScope["env"];
const KEYS = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "XAI_API_KEY",
  "DASHSCOPE_API_KEY",
  "OPENROUTER_API_KEY",
  "DEEPSEEK_API_KEY",
  "GROQ_API_KEY",
  "MISTRAL_API_KEY",
  "OLLAMA_HOST",
];
/** The kernel's words for a name that two plugins have. */
const SAME_NAME = /^[\w-]+ ".+" is in both .+; the latter's is named "/;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/** The provider is the judge: it knows where its credentials may come from. */
export async function checkCredentials({ env, get, selection }: TurnScope): Promise<Check> {
  const set = KEYS.filter((key) => (env[key] ?? "") !== "");
  const details = set.length === 0 ? [] : [`set in the environment: ${set.join(", ")}`];
  try {
    const provider = await get("provider", selection.provider);
    const model = await within(3_000, provider.resolve(selection.model));
    return { status: "ok", summary: `${selection.provider} is ready with ${model.id}`, details };
  } catch (thrown) {
    const hint = thrown instanceof ClawError ? thrown.info.hint : undefined;
    const summary = thrown instanceof Error ? thrown.message : String(thrown);
    return { status: "fail", summary, details, ...(hint === undefined ? {} : { hint }) };
  }
}

export function checkBaseUrls(env: Env): Check {
  const set = Object.entries(env).filter(([name, value]) => name.endsWith("_BASE_URL") && (value ?? "") !== "");
  const details: string[] = [];
  let status: Check["status"] = "ok";
  for (const [name, value] of set) {
    const url = URL.parse(value ?? "");
    if (url === null || !/^https?:$/.test(url.protocol)) {
      status = "fail";
      details.push(`${name} is no http(s) URL`);
    } else {
      details.push(`${name}: ${url.origin}`);
      if (url.protocol === "http:" && !LOCAL.test(url.hostname) && status === "ok") status = "warn";
    }
  }
  const summary = set.length === 0 ? "the providers' own" : `${set.length} set in the environment`;
  if (status === "warn") return { status, summary, details, hint: "A key sent over plain http can be read on the way: use https." };
  return { status, summary, details };
}

export function checkConfig(inspection: Inspection): Check {
  const settings = Object.values(inspection.layers()).flat();
  const files = [...new Set(settings.map((layer) => layer.origin))].filter((origin) => existsSync(origin));
  const untrusted = [...new Set(settings.filter((layer) => !layer.trusted).map((layer) => layer.origin))];
  const warnings = inspection.warnings().filter((warning) => !SAME_NAME.test(warning));
  const details = [...files, ...warnings, ...untrusted.map((origin) => `not trusted, so it can only tighten: ${origin}`)];
  const summary = files.length === 0 ? "no files, defaults are in force" : `${files.length} files read`;
  if (warnings.length > 0) return { status: "warn", summary, details, hint: "Correct or remove what is warned of." };
  if (untrusted.length > 0) return { status: "warn", summary, details, hint: "If you know this folder, start claw with --trust." };
  return { status: "ok", summary, details };
}

/** Activates every plugin, since only then is it known whether it can be, and for one without a manifest what it adds. */
export async function checkPlugins(inspection: Inspection): Promise<Check> {
  await Promise.allSettled(inspection.plugins().map((plugin) => inspection.activate(plugin.name)));
  const plugins = inspection.plugins();
  const off = plugins.filter((plugin) => plugin.state === "off");
  const external = plugins.filter((plugin) => plugin.source !== "bundled").length;
  const slow = plugins.filter((plugin) => (plugin.ms ?? 0) > 500).map((plugin) => `${plugin.name} took ${Math.round(plugin.ms ?? 0)} ms`);
  const summary = `${plugins.length} plugins, ${external} of them not bundled, ${off.length} off`;
  const doubled = inspection.warnings().filter((warning) => SAME_NAME.test(warning));
  const details = [...off.map((plugin) => `${plugin.name}: ${plugin.problem ?? "off"}`), ...doubled, ...slow];
  if (off.length > 0) return { status: "fail", summary, details, hint: "Update it, or take it out of the settings (`plugins`)." };
  const status = details.length > 0 ? "warn" : "ok";
  if (doubled.length === 0) return { status, summary, details };
  const hint = "Both can be used, by these names. `claw plugin disable NAME` leaves a name to the other one.";
  return { status, summary: `${summary}, ${doubled.length} names in two of them`, details, hint };
}

/** Keys and sessions lie here: nobody else may read them, and claw must be able to write. */
export function checkHome(home: string): Check {
  if (!existsSync(home)) {
    let parent = dirname(home);
    while (!existsSync(parent)) parent = dirname(parent);
    if (writable(parent)) return { status: "ok", summary: `${home} will be made when there is something to keep`, details: [] };
    return { status: "fail", summary: `${home} is not there, and ${parent} is not writable`, details: [], hint: "Set CLAW_CONFIG_HOME." };
  }
  if (!writable(home)) return { status: "fail", summary: `${home} is not writable`, details: [], hint: "Set CLAW_CONFIG_HOME." };
  const private_ = [home, ...["settings.json", "credentials.json", "sessions"].map((name) => join(home, name))];
  const open = process.platform === "win32" ? [] : private_.filter((path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0);
  const details = open.map((path) => `${path} has mode ${(statSync(path).mode & 0o777).toString(8)}`);
  // Settings may be shared on purpose; the folder as a whole and the keys may not.
  const exposed = open.includes(home) || open.some((path) => path.endsWith("credentials.json"));
  if (!exposed) return { status: "ok", summary: `${home} is writable`, details };
  return { status: "warn", summary: `${home} can be read by others`, details, hint: `chmod -R go= ${home}` };
}

export async function checkStore({ cwd, get }: TurnScope, name: string): Promise<Check> {
  const sessions = await within(3_000, (await get("store", name)).list(cwd));
  return { status: "ok", summary: `${name} has ${sessions.length} sessions of this folder`, details: [] };
}

export function checkFolder(cwd: string, inspection: Inspection): Check {
  if (!writable(cwd)) return { status: "warn", summary: `${cwd} is not writable`, details: [], hint: "Edits will fail here." };
  const trusted = Object.values(inspection.layers())
    .flat()
    .every((layer) => layer.trusted);
  const details = trusted ? [] : ["this folder has settings that are not trusted"];
  const broad = cwd === parse(cwd).root || cwd === process.env["HOME"];
  if (broad) return { status: "warn", summary: `${cwd} is no project`, details, hint: "Start claw in the folder to work on." };
  return { status: "ok", summary: cwd, details };
}

/** The tier as probed, never as configured. */
export async function checkSandbox(scope: TurnScope): Promise<Check> {
  const state = await (await scope.use(Sandbox)).inspect(scope);
  const summary = sandboxLine(state);
  const details = state.tried.flatMap(({ tier, problem }) => (problem === undefined ? [] : [`${tier}: ${problem}`]));
  if (state.tier === "none" && state.enabled !== false) {
    return { status: "warn", summary, details, hint: "Commands can do what you can, so most are asked about. On Linux, install bubblewrap." };
  }
  if (state.tier !== "landlock") return { status: "ok", summary, details };
  const hint = "It cannot protect .git/hooks and the like, nor allow a program to serve itself. Install bubblewrap.";
  return { status: "warn", summary, details, hint };
}

/** Hooks that would never run say so here: nothing else would. */
export async function checkHooks(scope: TurnScope): Promise<Check> {
  const hooks = await scope.use(ShellHooks);
  const [details, listed] = [await hooks.problems(scope), await hooks.list(scope)];
  const summary = `${listed.length} hook${listed.length === 1 ? "" : "s"}`;
  return details.length === 0 ? { status: "ok", summary, details } : { status: "warn", summary, details, hint: "`claw hooks` lists them." };
}

/** Starts the servers of this folder that are trusted, as a session would, and ends them with it. */
export async function checkMcp(scope: TurnScope): Promise<Check> {
  const servers = await (await scope.use(Mcp)).connect(scope);
  const meant = servers.filter(({ shadowedBy }) => shadowedBy === undefined);
  if (meant.length === 0) return { status: "ok", summary: "no servers", details: [] };
  const ready = meant.filter(({ state }) => state === "ready");
  const untrusted = meant.filter(({ trusted }) => !trusted);
  // What its user has switched off is as it should be.
  const broken = meant.filter(
    ({ state, trusted, problem = "" }) => trusted && state !== "ready" && !(state === "off" && problem.includes("(disabled)")),
  );
  const details = meant.map(({ name, state, tools, ms, problem, trusted, origin }) => {
    if (!trusted) return `${name}: not started, nobody has trusted this folder (${origin})`;
    if (state === "ready") return `${name}: ready in ${ms ?? 0} ms, ${tools.length} tools`;
    return `${name}: ${state}${problem === undefined ? "" : `, ${plain(problem).replace(/\s*\n\s*/g, " ")}`}`;
  });
  const summary = `${ready.length} of ${meant.length} servers ready`;
  if (broken.length > 0) return { status: "warn", summary, details, hint: `\`claw mcp test ${broken[0]?.name}\` says more.` };
  if (untrusted.length > 0) return { status: "warn", summary, details, hint: "If you know this folder, start claw with --trust." };
  return { status: "ok", summary, details };
}

/** git is needed for much, ripgrep for nothing: there is a search of our own. `servers` is the setting of language servers, where there is a plugin for them. */
export function checkTools(env: Env, servers?: readonly Setting[]): Check {
  const path = { PATH: env["PATH"] ?? "" };
  const git = Bun.which("git", path);
  const rg = Bun.which("rg", path);
  const details = [`git: ${git ?? "not found"}`, `ripgrep: ${rg ?? "not found, the built-in search is used"}`];
  if (servers !== undefined) {
    const found = [...namedServers(servers), ...LANGUAGE_SERVERS.filter((program) => Bun.which(program, path) !== null)];
    details.push(
      `language servers: ${found.length === 0 ? "none found; install one, or name one in the setting lspServers" : [...new Set(found)].join(", ")}`,
    );
  }
  if (git === null) return { status: "warn", summary: "git is missing", details, hint: "Install git." };
  return { status: "ok", summary: rg === null ? "git, and the built-in search" : "git and ripgrep", details };
}

// --- internal ---

/** Programs that feature/lsp knows by name. */
const LANGUAGE_SERVERS: readonly string[] = [
  ...["typescript-language-server", "vtsls", "tsgo", "pyright-langserver", "basedpyright-langserver", "pylsp", "jedi-language-server"],
  ...["rust-analyzer", "gopls", "clangd", "jdtls", "csharp-ls", "OmniSharp", "ruby-lsp", "solargraph", "intelephense", "phpactor"],
  ...["lua-language-server", "zls", "sourcekit-lsp", "kotlin-language-server", "elixir-ls", "bash-language-server", "yaml-language-server"],
  ...["vscode-json-language-server", "vscode-css-language-server", "vscode-html-language-server"],
];

/** Those that trusted settings name, by their names there. */
function namedServers(settings: readonly Setting[]): readonly string[] {
  const entries = settings.filter(({ trusted }) => trusted).flatMap(({ value }) => Object.entries(typeof value === "object" ? (value ?? {}) : {}));
  return [...new Map<string, unknown>(entries)].filter(([, entry]) => entry !== false).map(([name]) => name);
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new ClawError("CLAW_PROVIDER_UNAVAILABLE", `no answer within ${ms / 1_000} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
