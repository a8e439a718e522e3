// The sandbox service: what commands can reach is decided by the operating system, not by reading them. Provided by feature/sandbox.
import { type CallScope, defineService, type ServiceToken, type TurnScope } from "claw";
import { absent } from "./absent.ts";
import type { ProcessEnd, ProcessOptions } from "./processes.ts";

/**
 * What holds commands, best first. `bubblewrap` and `namespaces` give a command a file system, processes and a network of its own; `seatbelt` is
 * macOS's; `landlock` cannot protect names inside the workspace, nor modes and times outside; with `none` a command can do what the user can.
 */
export type SandboxTier = "bubblewrap" | "namespaces" | "landlock" | "seatbelt" | "none";

/** What was tried on this machine and came out of it, and what it means for a session. */
export interface SandboxState {
  /** As probed: forbidden things were tried through it, and failed. */
  readonly tier: SandboxTier;
  /** Every tier that was tried; `problem` is why it is not used. */
  readonly tried: readonly Readonly<{ tier: SandboxTier; problem?: string }>[];
  /** The setting: `true` refuses to run commands without a sandbox, `"auto"` runs them as the permission mode says. */
  readonly enabled: boolean | "auto";
  /** Whether commands of this session run in it: it is enabled, there is a tier, and the permission mode is one that confines. */
  readonly active: boolean;
  /** Why it is not active. */
  readonly reason?: string;
  /** All of the network. */
  readonly network: boolean;
  /** With `network` false: what commands reach through a proxy of claw's, as people write it: `registry.npmjs.org`, `*.github.com`, `127.0.0.1:8080`. */
  readonly domains?: readonly string[];
  /** The tier cannot let single domains through, so commands have no network in spite of `domains`. */
  readonly unbridged?: true;
  /** Folders commands may write in; empty in a mode that only reads. The session's temporary folder comes with them. */
  readonly writable: readonly string[];
  /** What commands cannot write although it lies in `writable`. */
  readonly guarded: readonly string[];
  /** What commands cannot read. */
  readonly hidden: readonly string[];
}

/** A command made ready to run in the sandbox. */
export interface Sandboxed {
  /** For the processes service, at once: it holds open files. */
  readonly options: ProcessOptions;
  readonly tier: SandboxTier;
  /** Call it when the process has ended: puts out of effect what appeared under guarded names, and says for the model what is out of the ordinary. */
  finish(end: ProcessEnd): readonly string[];
}

export interface Sandbox {
  /** Probes at first use, once for all sessions. Throws `CLAW_CONFIG_INVALID` when the setting is wrong. */
  inspect(scope: TurnScope): Promise<SandboxState>;
  /**
   * Whether whatever a command of this scope does stays in the workspace: no write elsewhere nor to guarded names, no network, no secrets. What a
   * gate may allow on the strength of the sandbox. Never true for the tiers `landlock` and `none`, nor with the network or a part of it on.
   */
  holds(scope: TurnScope): Promise<boolean>;
  /**
   * The same command inside the sandbox; `command` may be made from the folder that it can write, at the same path inside and outside: its `TMPDIR`. `undefined` when this scope's commands run outside: its mode confines nothing, the setting says so, or
   * there is no tier and none is demanded. Throws `CLAW_TOOL_FAILED` when one is demanded.
   */
  wrap(command: ProcessOptions | ((temp: string) => ProcessOptions), scope: TurnScope): Promise<Sandboxed | undefined>;
  /**
   * For a tool whose call asks to run outside, with `dangerouslyDisableSandbox: true` in its input. Resolves when a person has said yes to that very
   * thing, or there is no sandbox to leave; throws `CLAW_TOOL_FAILED` otherwise.
   */
  leave(scope: CallScope): Promise<void>;
}
/** Provided by `@claw/feature-sandbox`. */
export const Sandbox: ServiceToken<Sandbox> = defineService<Sandbox>("claw.sandbox@1");

/** What commands of this scope can do, in a word to compare: for what lives longer than the call that started it. */
export async function sandboxBounds(scope: TurnScope): Promise<string> {
  const sandbox = await scope.use(Sandbox).catch(absent);
  if (sandbox === undefined) return "none";
  const { active, tier, network, writable } = await sandbox.inspect(scope);
  return active ? JSON.stringify([tier, network, writable]) : "outside";
}

/** How a session's commands run, in one line for people. */
export function sandboxLine({ active, reason, tier, network, domains, unbridged, writable }: SandboxState): string {
  if (!active) return `${tier === "none" ? "none" : `${tier}, not used`}: ${reason ?? "unknown"}`;
  const bridged = domains !== undefined && unbridged !== true;
  const offline = unbridged ? `without network: ${tier} cannot let single domains through` : "without network";
  const reach = network ? "and use the network" : bridged ? `and reach only ${domains.join(", ")}` : offline;
  return `${tier}: commands write ${writable.length === 0 ? "nowhere" : `in ${writable.join(", ")}`}, ${reach}`;
}
