// The service: the tier as probed, a session's policy, and commands made ready to run under it.
import { closeSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { AddedFolders, type ProcessEnd, Processes, type Sandbox, type Sandboxed, type SandboxState, Workspace } from "claw/kit";
import { type Domain, type Network, textOf } from "./domains.ts";
import type { Gateway } from "./gateway.ts";
import type { Gateways } from "./gateways.ts";
import { watchLoose } from "./loose.ts";
import { CACHES, DOOR_VARIABLES } from "./names.ts";
import { real, within } from "./paths.ts";
import { buildPolicy, type Policy } from "./policy.ts";
import { type Probed, probe } from "./probe.ts";
import { type Rules, readRules } from "./rules.ts";
import { candidates, type RealTier, type Tier } from "./tiers.ts";

export interface Service extends Omit<Sandbox, "leave"> {
  /** Ends what a session has left open. */
  drop(session: string): void;
}
/** `only` limits the tiers that are tried, for tests. */
export interface ServiceOptions {
  readonly only?: readonly RealTier[] | undefined;
}

export function createService({ only }: ServiceOptions = {}): Service {
  let probed: Promise<Probed> | undefined;
  let gateways: Gateways | undefined;
  const find = (scope: TurnScope): Promise<Probed> => {
    probed ??= findTier(scope, only).catch((thrown: unknown) => {
      probed = undefined;
      throw thrown;
    });
    return probed;
  };
  const inspect = async (scope: TurnScope): Promise<Found> => {
    const user = scope.env["HOME"] ?? homedir();
    const rules = await readRules(scope.settings("sandbox"), user, scope.session.cwd);
    const scratch = await (await scope.use(Workspace)).scratch(scope);
    const temp = join(scratch, "tmp");
    mkdirSync(temp, { recursive: true, mode: 0o700 });
    const policy = buildPolicy({ rules, roots: [...rootsOf(scope, user), ...(await addedTo(scope))], temp, user, home: scope.home });
    const { tier, tried } = rules.enabled === false ? { tier: undefined, tried: [] } : await find(scope);
    const reason = reasonOf(scope, rules, policy, tier);
    const { network, writable, guarded, hidden } = policy;
    const about = {
      tier: tier?.name ?? "none",
      tried,
      enabled: rules.enabled,
      active: reason === undefined,
      network,
      writable,
      guarded,
      hidden,
      ...(typeof rules.network !== "boolean" && { domains: rules.network.map(textOf), ...(tier?.bridges === false && { unbridged: true as const }) }),
    } as const;
    return { state: reason === undefined ? about : { ...about, reason }, policy, tier, network: rules.network };
  };
  return {
    inspect: async (scope) => (await inspect(scope)).state,
    async holds(scope) {
      if (OUTSIDE.has(scope.selection["permission-mode"])) return false;
      const { state } = await inspect(scope);
      return state.active && state.tier !== "landlock" && !state.network && (state.domains === undefined || state.unbridged === true);
    },
    async wrap(command, scope) {
      if (OUTSIDE.has(scope.selection["permission-mode"])) return undefined;
      const { state, policy, tier, network } = await inspect(scope);
      if (state.active && tier !== undefined) {
        if (typeof network === "boolean" || !tier.bridges) return wrap(command, scope, { policy, tier });
        gateways ??= (await import("./gateways.ts")).createGateways();
        return bridged(command, scope, { policy, tier, domains: network }, gateways);
      }
      if (state.enabled !== true) return undefined;
      throw new ClawError("CLAW_TOOL_FAILED", `Not run: the setting sandbox.enabled demands a sandbox, and there is none: ${state.reason}.`, {
        hint: "`claw sandbox` says what was tried. Install bubblewrap, or have the user change the setting.",
      });
    },
    drop: (session) => gateways?.drop(session),
  };
}

// --- internal ---

interface Found {
  readonly state: SandboxState;
  readonly policy: Policy;
  readonly tier: Tier | undefined;
  readonly network: Network;
}
/** What a command is wrapped in. */
interface Wrapping {
  readonly policy: Policy;
  readonly tier: Tier;
  readonly domains?: readonly Domain[];
  readonly way?: { readonly gateway: Gateway; readonly variables: Readonly<Record<string, string>> };
}

/** Modes that let everything happen, and modes in which nothing is written. */
const OUTSIDE: ReadonlySet<string> = new Set(["danger-full-access", "allow"]);
const READING: ReadonlySet<string> = new Set(["read-only", "plan"]);

async function findTier(scope: TurnScope, only: readonly RealTier[] | undefined): Promise<Probed> {
  const list = candidates(process.platform, scope.env, [real(scope.session.cwd) ?? scope.session.cwd]);
  const wanted = list.filter((one) => only === undefined || only.includes(typeof one === "string" ? one : one.name));
  const folder = mkdtempSync(join(await (await scope.use(Workspace)).scratch(scope), "probe-"));
  try {
    const found = await probe(wanted, folder, scope);
    if (scope.signal.aborted) throw new ClawError("CLAW_ABORTED", "The sandbox was not tried to the end.");
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rootsOf(scope: TurnScope, user: string): string[] {
  if (READING.has(scope.selection["permission-mode"])) return [];
  const added = scope.options["add-dir"];
  const folders = typeof added === "string" ? [added] : typeof added === "object" ? added : [];
  const named = folders.map((path) => (path === "~" || path.startsWith("~/") ? join(user, path.slice(1)) : path));
  return [scope.session.cwd, ...named.map((path) => (isAbsolute(path) ? path : resolve(scope.cwd, path)))];
}

/** What a person has added to the session. */
async function addedTo(scope: TurnScope): Promise<readonly string[]> {
  if (READING.has(scope.selection["permission-mode"])) return [];
  return scope.use(AddedFolders).then(
    (folders) => folders.of(scope.session.id),
    () => [],
  );
}

function reasonOf(scope: TurnScope, rules: Rules, policy: Policy, tier: Tier | undefined): string | undefined {
  const mode = scope.selection["permission-mode"];
  if (OUTSIDE.has(mode)) return `the permission mode ${mode} does not confine commands`;
  if (rules.enabled === false) return "the setting sandbox.enabled is false";
  if (tier === undefined) return process.platform === "win32" ? "there is none for Windows" : "no way to confine commands works on this machine";
  const whole = policy.writable.find((path) => within("/etc", path));
  return whole === undefined ? undefined : `${whole} as a workspace leaves nothing to protect`;
}

/** The same, with a gateway of its own to the domains of the setting. */
async function bridged(command: Parameters<Sandbox["wrap"]>[0], scope: TurnScope, wrapping: Wrapping, gateways: Gateways): Promise<Sandboxed> {
  const { domains = [], policy } = wrapping;
  const [{ proxyVariables }, gateway] = await Promise.all([import("./gateways.ts"), gateways.open(domains, dirname(policy.temp), scope)]);
  try {
    const ready = await wrap(command, scope, { ...wrapping, way: { gateway, variables: proxyVariables(domains) } });
    return {
      ...ready,
      finish(end) {
        gateway.close();
        return [...ready.finish(end), ...gateway.refused().map((line) => `[the sandbox refused the network: ${line}]`)];
      },
    };
  } catch (thrown) {
    gateway.close();
    closeSync(gateway.file);
    throw thrown;
  }
}

async function wrap(command: Parameters<Sandbox["wrap"]>[0], scope: TurnScope, { policy, tier, way, domains }: Wrapping): Promise<Sandboxed> {
  const options = typeof command === "function" ? command(policy.temp) : command;
  const given = options.env ?? (await scope.use(Processes)).environment(scope);
  const env = { ...cleaned(given, policy.temp, tier.name), ...way?.variables };
  const [program = "", ...rest] = options.argv;
  const found = program.includes("/") ? program : (Bun.which(program, { PATH: env["PATH"] ?? "" }) ?? program);
  const started = tier.confine({ argv: [found, ...rest], cwd: real(options.cwd) ?? options.cwd, env }, policy, way?.gateway.file);
  const look = watchLoose(policy.loose, tier.name === "landlock" ? policy.guarded : []);
  return { options: { ...options, ...started }, tier: tier.name, finish: (end) => [...look(), ...notes(end, policy, domains)] };
}

function cleaned(env: Readonly<Record<string, string>>, temp: string, tier: RealTier): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !DOOR_VARIABLES.includes(name)));
  for (const [name, folder] of Object.entries(CACHES)) kept[name] ??= join(temp, ".cache", folder);
  for (const name of ["TMP", "TEMP"]) if (name in kept) kept[name] = temp;
  return { ...kept, TMPDIR: temp, CLAW_SANDBOX: tier };
}

/** What the sandbox has to do with how it ended. */
function notes(end: ProcessEnd, policy: Policy, domains: readonly Domain[] = []): string[] {
  const first = end.output.trimStart();
  if ((end.code === 125 && first.startsWith("claw-sandbox: ")) || (end.code === 1 && first.startsWith("bwrap: "))) {
    return ["[the sandbox could not be started, so the command did not run]"];
  }
  if (end.code === 0 || end.code === null || end.aborted) return [];
  const [files, network] = [REFUSED.test(end.output), !policy.network && UNREACHABLE.test(end.output)];
  if (!files && !network) return [];
  const room =
    policy.writable.length === 0 ? "no writes" : `writes only in ${policy.writable.join(", ")}, not to names that make programs run something`;
  const reach = domains.length === 0 ? "no network" : `of the network only ${domains.map(textOf).join(", ")}, through the proxy in $HTTPS_PROXY`;
  const limits = `${room}; temporary files in $TMPDIR (${policy.temp})${policy.network ? "" : `; ${reach}`}; no keys or credentials`;
  return [
    `[the sandbox may be why: it allows ${limits}. If it must do more, call bash again with dangerouslyDisableSandbox: true; the user is asked]`,
  ];
}
const REFUSED = /read-only file system|permission denied|operation not permitted|device or resource busy|\b(EROFS|EACCES|EPERM|EBUSY)\b/i;
const UNREACHABLE =
  /network is (unreachable|down)|could not resolve|temporary failure in name resolution|name or service not known|no address associated|failed to resolve|connection refused|no route to host|getaddrinfo|\b(ENETUNREACH|EAI_AGAIN|ENOTFOUND|ECONNREFUSED)\b/i;
