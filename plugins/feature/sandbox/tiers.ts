// The ways to confine a command: each turns a command and a policy into another command. Whether one works on this machine is for `probe.ts`.
import { accessSync, closeSync, constants, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { ClawError, type Env } from "claw";
import type { ProcessOptions, SandboxTier } from "claw/kit";
import { buildFilter } from "./filter.ts";
import { heldFile } from "./held.ts";
import { grants } from "./landlock.ts";
import { sourceWith } from "./native.ts";
import { real, within } from "./paths.ts";
import type { Policy } from "./policy.ts";
import { relaySource } from "./relay.ts";
import { seatbeltProfile } from "./seatbelt.ts";

export type RealTier = Exclude<SandboxTier, "none">;
/** A command to confine. `env` is all of its environment. */
export interface Target {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}
/** What to start for it. */
export type Started = Pick<ProcessOptions, "argv" | "cwd" | "env" | "files">;
export interface Tier {
  readonly name: RealTier;
  /** Whether a command without network can be given a way to a gateway. */
  readonly bridges: boolean;
  /** `gateway` is its open socket, which goes to the command's side with the other files. */
  confine(target: Target, policy: Policy, gateway?: number): Started;
}

/** The order in which they are tried on this system. `roots` are folders whose programs are not trusted to confine anything. */
export function candidates(platform: string, env: Env, roots: readonly string[]): readonly (RealTier | Tier)[] {
  if (platform === "darwin") return ["/usr/bin/sandbox-exec"].map((program) => (executable(program) ? seatbelt(program) : "seatbelt"));
  if (platform !== "linux") return [];
  const program = findBubblewrap(env, roots);
  return [program === undefined ? "bubblewrap" : bubblewrap(program), helped("namespaces"), helped("landlock")];
}

// --- internal ---

function bubblewrap(program: string): Tier {
  return {
    name: "bubblewrap",
    bridges: true,
    confine(target, policy, gateway) {
      const { argv, cwd, env } = target;
      const kinds = { write: "--bind", read: "--ro-bind" } as const;
      const mounts = policy.mounts.flatMap(({ kind, path }) => {
        if (kind === "folder") return ["--tmpfs", path];
        return kind === "file" ? ["--ro-bind", "/dev/null", path] : [kinds[kind], path, path];
      });
      // Hidden folders are closed last: what lies in them has been mounted by then.
      const closed = policy.mounts.flatMap(({ kind, path }) => (kind === "folder" ? ["--remount-ro", path] : []));
      const apart = [
        "--unshare-pid",
        "--unshare-ipc",
        ...(policy.network ? [] : ["--unshare-net"]),
        ...capable().flatMap((name) => ["--cap-add", name]),
      ];
      const words = (at: string, more: readonly string[] = []): string =>
        zeroed([...apart, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", ...mounts, ...more, ...closed, "--chdir", at]);
      if (gateway !== undefined) {
        // claw's own binary starts the relay in there, away from any project's files, and then becomes the command as it does in the other tiers.
        const [helper = "", ...rest] = helperCommand(ownFile());
        const inner = [`k${capable().length > 0 ? KEPT : 0}`, ...recordsOf(target, filterOf("own")), "p"];
        const files = held(policy.temp, [zeroed(inner), sourceWith(relaySource()), words("/", ["--ro-bind", helper, helper])], gateway);
        return { argv: [program, "--args", "6", "--", helper, ...rest], cwd: "/", env: {}, files };
      }
      const files = held(policy.temp, [words(cwd), filterOf("own")]);
      return { argv: [program, "--args", "3", "--seccomp", "4", "--", ...argv], cwd: "/", env: { ...env }, files };
    },
  };
}

/** The two that claw's own binary makes, started anew. */
function helped(name: "namespaces" | "landlock"): Tier {
  return {
    name,
    bridges: name === "namespaces",
    confine(target, policy, gateway) {
      const own = name === "namespaces";
      const letters = { write: "w", read: "r", folder: "d", file: "f" } as const;
      const records = [
        ...(own ? ["n", ...(privileged() ? [] : ["u"]), ...(policy.network ? [] : ["o"])] : []),
        ...(own ? policy.mounts.map(({ kind, path }) => `${letters[kind]}${path}`) : grants(policy).map(([rights, path]) => `l${rights} ${path}`)),
        `k${capable().length > 0 ? KEPT : 0}`,
        ...recordsOf(target, filterOf(own || policy.network ? "own" : "none")),
        ...(gateway === undefined ? [] : ["p"]),
      ];
      const files = held(policy.temp, [zeroed(records), sourceWith(gateway === undefined ? undefined : relaySource())], gateway);
      return { argv: helperCommand(), cwd: "/", env: {}, files };
    },
  };
}

function seatbelt(program: string): Tier {
  return {
    name: "seatbelt",
    bridges: false,
    confine: ({ argv, cwd, env }, policy) => ({ argv: [program, "-p", seatbeltProfile(policy), "--", ...argv], cwd, env: { ...env } }),
  };
}

/** What the helper needs for every command, in records of its own. */
function recordsOf({ argv, cwd, env }: Target, filter: Uint8Array): readonly string[] {
  const variables = Object.entries(env).map(([key, value]) => `e${key}=${value}`);
  return [`s${Buffer.from(filter).toString("hex")}`, `c${cwd}`, ...argv.map((word) => `a${word}`), ...variables];
}

function zeroed(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join("");
}

/** claw itself, wherever its file is by now, or where it is said to be; run from source, the helper's file. */
function helperCommand(path?: string): readonly string[] {
  if (import.meta.path.startsWith("/$bunfs/") || import.meta.path.startsWith("B:\\~BUN")) return [path ?? "/proc/self/exe", "__sandbox"];
  return [path ?? process.execPath, "-e", `await (await import(${JSON.stringify(join(import.meta.dir, "confine.ts"))})).confine()`];
}

/** For a sandbox in which claw is no process, so that its file must be found by name. */
function ownFile(): string {
  const path = real(process.execPath);
  if (path !== undefined) return path;
  throw new ClawError("CLAW_TOOL_FAILED", `Not run: claw's own file ${process.execPath} is gone, and without it there is no way to the network.`, {
    hint: "Start claw again.",
  });
}

/** As 3, 4, …; the gateway after the first two. */
function held(folder: string, contents: readonly (string | Uint8Array)[], gateway?: number): number[] {
  const files: number[] = [];
  try {
    for (const content of contents) files.push(heldFile(folder, content));
    if (gateway !== undefined) files.splice(2, 0, gateway);
    return files;
  } catch (thrown) {
    for (const file of files) closeSync(file);
    throw thrown;
  }
}

function filterOf(sockets: "own" | "none"): Uint8Array {
  const filter = buildFilter(process.arch, sockets);
  if (filter === undefined) throw new ClawError("CLAW_TOOL_FAILED", `There is no system call filter for ${process.arch}.`);
  return filter;
}

/** Of root's rights those without which it could not write a workspace that belongs to somebody else. */
const CAPABILITIES: Readonly<Record<string, number>> = { CAP_CHOWN: 0, CAP_DAC_OVERRIDE: 1, CAP_FOWNER: 3, CAP_FSETID: 4 };
const KEPT = Object.values(CAPABILITIES).reduce((mask, bit) => mask | (1 << bit), 0);

function capable(): readonly string[] {
  return privileged() ? Object.keys(CAPABILITIES) : [];
}

/** Whether claw is root with root's rights: in most containers it is root without them. */
function privileged(): boolean {
  if (process.getuid?.() !== 0) return false;
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0"}`);
  return [...Object.values(CAPABILITIES), SYS_ADMIN].every((bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
}
const SYS_ADMIN = 21;

function findBubblewrap(env: Env, roots: readonly string[]): string | undefined {
  const folders = ["/usr/bin", "/usr/local/bin", "/bin", ...(env["PATH"] ?? "").split(":")];
  const programs = folders
    .filter((folder) => isAbsolute(folder) && !roots.some((root) => within(folder, root)))
    .map((folder) => join(folder, "bwrap"));
  return programs.find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
