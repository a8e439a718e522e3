// Loading a plugin once in a claw of its own: how long it takes, what its tools cost, and whether it comes back at all.
import type { TurnScope } from "claw";
import { headOf, type ListedPlugin, type LoadTrial, Processes } from "claw/kit";
import { childEnv, type Limits } from "./limits.ts";

/** Runs the plugin's code, in a process that is ended when it takes too long. */
export async function tryLoading({ name, level }: ListedPlugin, { trialMs }: Limits, scope: TurnScope): Promise<LoadTrial> {
  const processes = await scope.use(Processes);
  const self = Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
  const argv = [...self, ...(level === "project" ? ["--trust"] : []), "--output-format", "json", "plugin", "measure", name];
  const env = { ...(await childEnv(scope)), CLAW_CONFIG_HOME: scope.home };
  const started = performance.now();
  const end = await processes.run({ argv, cwd: scope.cwd, env, timeoutMs: trialMs, apart: true, name: "trial" }, scope);
  const ms = Math.round(performance.now() - started);
  if (end.timedOut) return { ms, tokens: 0, problem: `it did not come back within ${trialMs / 1_000} s of loading` };
  const line = end.output.trim().split("\n").at(-1) ?? "";
  try {
    const { ms: took, tokens, error } = JSON.parse(line) as { ms?: number; tokens?: number; error?: { message?: string } };
    if (error?.message !== undefined) return { ms, tokens: 0, problem: headOf(error.message, 500) };
    if (typeof took === "number" && typeof tokens === "number") return { ms: Math.round(took * 10) / 10, tokens };
  } catch {}
  const why = headOf(`${end.output} ${end.stderr ?? ""}`.replace(/\s+/g, " ").trim(), 300);
  return { ms, tokens: 0, problem: `it ended claw with code ${end.code ?? end.signal}${why === "" ? "" : `: ${why}`}` };
}
