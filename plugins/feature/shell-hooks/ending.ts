// Hooks of a session's end. The processes of a session end with it, so these are claw's own children: it waits for them, and not for long.
import type { TurnScope } from "claw";
import { Processes, projectRoot, Sandbox, signalGroup } from "claw/kit";
import type { Book } from "./book.ts";
import { environmentOf, execute, findShell, lineOf, type Payload, told } from "./execute.ts";
import type { Hook } from "./read.ts";
import { common } from "./together.ts";

/** Never rejects. */
export async function endSession(reason: string, scope: TurnScope, book: Book): Promise<void> {
  const payload = { ...common("SessionEnd", scope), reason };
  const due = await book.due("SessionEnd", reason, scope).catch(() => []);
  await Promise.all(
    due.map(async (hook) => {
      const started = performance.now();
      book.count(hook);
      const problem = await endOne(hook, payload, scope).catch((thrown: unknown) => String(thrown));
      const outcome = problem === undefined ? "none" : "failed";
      const more = problem === undefined ? {} : { reason: problem };
      scope.bus.emit("hook.ended", { event: "SessionEnd", hook: hook.run, origin: hook.origin, outcome, ms: performance.now() - started, ...more });
    }),
  );
}

// --- internal ---

/** claw's own end is limited to two seconds. */
const MOST_MS = 1_500;

/** What went wrong, if anything did. */
async function endOne(hook: Hook, payload: Payload, scope: TurnScope): Promise<string | undefined> {
  const timeoutMs = Math.min(hook.timeoutMs, MOST_MS);
  if (hook.type === "http") return (await execute({ ...hook, timeoutMs }, payload, scope)).problem;
  if (hook.source === "project" && (await confined(scope))) return "a folder's hooks run in the sandbox, which is gone when a session ends";
  const { CLAW_RUN: _, ...env } = (await scope.use(Processes)).environment(scope);
  const said = told(hook, payload);
  const child = Bun.spawn([...findShell(scope.env["PATH"]), lineOf(hook)], {
    cwd: scope.session.cwd,
    env: { ...env, ...environmentOf(hook, said, projectRoot(scope.session.cwd)) },
    stdio: [new Blob([JSON.stringify(said)]), "ignore", "ignore"],
    detached: true,
  });
  const limit = setTimeout(() => signalGroup(child.pid, "SIGKILL"), timeoutMs);
  const code = await child.exited.finally(() => clearTimeout(limit));
  return code === 0 ? undefined : `exit code ${code}`;
}

async function confined(scope: TurnScope): Promise<boolean> {
  const sandbox = await scope.use(Sandbox).catch(() => undefined);
  return (await sandbox?.inspect(scope).catch(() => undefined))?.active === true;
}
