// Finds the best tier that works here, by trying what must not be possible through it. A few ms; done once.
import { existsSync, mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnScope } from "claw";
import { Processes, type SandboxTier } from "claw/kit";
import { buildPolicy } from "./policy.ts";
import type { RealTier, Tier } from "./tiers.ts";

export interface Probed {
  readonly tier: Tier | undefined;
  readonly tried: readonly Readonly<{ tier: SandboxTier; problem?: string }>[];
}

/** `folder` is empty, private and there for as long as this takes. */
export async function probe(list: readonly (RealTier | Tier)[], folder: string, scope: TurnScope): Promise<Probed> {
  const tried: { tier: SandboxTier; problem?: string }[] = [];
  for (const candidate of list) {
    const name = typeof candidate === "string" ? candidate : candidate.name;
    const problem = typeof candidate === "string" ? "it is not installed" : await problemOf(candidate, join(folder, name), scope);
    tried.push(problem === undefined ? { tier: name } : { tier: name, problem });
    if (problem === undefined && typeof candidate !== "string") return { tier: candidate, tried };
  }
  return { tier: undefined, tried };
}

// --- internal ---

/** Each line does what must not be possible, and says so when it is. The last says that the rest was reached, and works. */
const SCRIPT = `{ echo x > "$1/outside"; } 2>/dev/null && echo wrote outside
{ read -r x < "$1/secret/key"; } 2>/dev/null && echo read a secret
echo x > "$1/work/inside" && echo x > "$TMPDIR/inside" && echo held`;
/** Without processes of its own: the same numbers mean the same processes. */
const SHARED = `{ tr '\\0' '\\n' < "/proc/$2/environ" | read -r x; } 2>/dev/null && echo read the environment of claw
kill -0 "$2" 2>/dev/null && echo reached claw
${SCRIPT}`;
/** With a file system, processes and devices of its own. A network has devices besides the loopback and what tunnels bring along. */
const APART = `{ mv "$1/work/.claw" "$1/work/moved"; echo x > "$1/work/.claw/settings.json"; } 2>/dev/null && echo wrote what is guarded
[ "$(readlink /proc/self/ns/pid)" = "$3" ] && echo shares processes
read -r pid rest < /proc/self/stat && [ "$pid" = "$$" ] || echo sees the processes outside
while IFS=: read -r name rest; do
  case $name in *'|'* | *lo | *sit0 | *tunl* | *ip6tnl0 | *gre0 | *gretap0 | *erspan0 | *vti0 | *ip6gre0) ;; *) echo "has a network: $name" ;; esac
done < /proc/net/dev
${SCRIPT}`;
const SCRIPTS: Readonly<Record<RealTier, string>> = { bubblewrap: APART, namespaces: APART, landlock: SHARED, seatbelt: SCRIPT };

async function problemOf(tier: Tier, folder: string, scope: TurnScope): Promise<string | undefined> {
  try {
    const work = join(folder, "work");
    for (const name of ["work/.claw", "secret", "temp"]) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "secret/key"), "x\n");
    const rules = { enabled: true, network: false, allowWrite: [], allowRead: [], denyRead: [join(folder, "secret")] };
    const policy = buildPolicy({ rules, roots: [work], temp: join(folder, "temp"), user: join(folder, "secret"), home: join(folder, "secret") });
    const processes = await scope.use(Processes);
    const apart = process.platform === "linux" ? readlinkSync("/proc/self/ns/pid") : "";
    const env = { PATH: scope.env["PATH"] ?? "/usr/bin:/bin", TMPDIR: policy.temp };
    const target = { argv: ["/bin/sh", "-c", SCRIPTS[tier.name], "sh", folder, String(process.pid), apart], cwd: work, env };
    const end = await processes.run({ ...tier.confine(target, policy), timeoutMs: LIMIT_MS, name: `probe ${tier.name}` }, scope);
    if (end.aborted) return "it was interrupted while it was tried";
    if (end.timedOut) return `it took longer than ${LIMIT_MS / 1_000} s`;
    const said = end.output.trim();
    if (end.code === 0 && said === "held" && !existsSync(join(folder, "outside")) && existsSync(join(work, "inside"))) return undefined;
    return said.replaceAll(/\s*\n\s*/g, "; ").slice(0, 300) || `it ended with ${end.signal ?? `code ${end.code}`}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

const LIMIT_MS = 5_000;
