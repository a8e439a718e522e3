// Bringing a project's store to what its `claw.lock` says: the same versions, the same files.
import { existsSync } from "node:fs";
import { ClawError, type TurnScope } from "claw";
import { type ListedPlugin, projectRoot } from "claw/kit";
import { lockPath, type Pin, readPins } from "./claw-lock.ts";
import type { Limits } from "./limits.ts";
import { resolveSource } from "./markets.ts";
import { type Staging, stage, widened } from "./stage.ts";

type At = Readonly<{ claw: string; limits: Limits; installed: readonly ListedPlugin[] }>;

/** Throws `CLAW_STORE_FAILED` with `frozen` for what is not exactly what was locked; what was staged by then is removed. */
export async function sync(
  frozen: boolean,
  at: At,
  scope: TurnScope,
): Promise<Readonly<{ staged: readonly Staging[]; extra: readonly ListedPlugin[] }>> {
  const pins = readPins(lockPath(scope));
  const own = at.installed.filter(({ level }) => level === "project");
  const staged: Staging[] = [];
  try {
    for (const [name, pin] of Object.entries(pins)) {
      const there = own.find((one) => one.name === name);
      if (there?.integrity === pin.integrity && existsSync(there.path)) continue;
      const one = await fetchPinned(pin, at, scope);
      staged.push(one);
      compare(name, pin, one, frozen);
    }
  } catch (thrown) {
    for (const one of staged) await one[Symbol.asyncDispose]();
    throw thrown;
  }
  return { staged, extra: own.filter(({ name }) => !(name in pins)) };
}

// --- internal ---

async function fetchPinned(pin: Pin, { claw, limits, installed }: At, scope: TurnScope): Promise<Staging> {
  const root = projectRoot(scope.cwd);
  const source = await resolveSource(pin.source, root, root, scope);
  const pinned = source.sort === "npm" || source.sort === "git" ? { pinned: pin.resolved } : {};
  return stage({ source, level: "project", claw, limits, installed, ...pinned, ...(pin.bun === undefined ? {} : { lock: pin.bun }) }, scope);
}

/** A folder of the project may have moved on, unless the lock is frozen; what came over the network may not. */
function compare(name: string, pin: Pin, { plugin }: Staging, frozen: boolean): void {
  const refuse = (why: string): never => {
    const hint = "`claw plugin add --project` of it anew shows what it is now, and asks.";
    throw new ClawError("CLAW_STORE_FAILED", `${name}: ${why}; nothing was changed`, { hint });
  };
  if (plugin.name !== name) refuse(`claw.lock says ${name}, the package says ${plugin.name}`);
  const loose = !frozen && plugin.sort === "folder";
  if (plugin.integrity !== pin.integrity && !loose) refuse("its files are not those that claw.lock names");
  const wider = widened(pin.capabilities, plugin.capabilities);
  if (wider.length > 0 && !loose) refuse(`it declares more than was agreed to: ${wider.join(", ")}`);
}
