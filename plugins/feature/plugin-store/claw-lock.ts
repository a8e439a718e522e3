// `claw.lock` in a project: which plugins it pins, exactly. It says what was agreed to, and is kept with the project's code.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ClawError, type PluginScope } from "claw";
import { projectRoot, type StoredPlugin } from "claw/kit";
import { lockOf, writeWhole } from "./index-file.ts";

/** One pinned plugin. `bun` is the `bun.lock` of what it needs. */
export interface Pin extends Pick<StoredPlugin, "version" | "source" | "resolved" | "integrity" | "capabilities"> {
  readonly bun?: string;
}
export type Pins = Readonly<Record<string, Pin>>;

export function lockPath(scope: Pick<PluginScope, "cwd">): string {
  return join(projectRoot(scope.cwd), "claw.lock");
}

/** Throws `CLAW_USAGE` where there is none, `CLAW_CONFIG_INVALID` for one that cannot be read. */
export function readPins(path: string): Pins {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ClawError("CLAW_USAGE", `there is no ${path}`, { hint: "`claw plugin add --project NAME` makes one.", cause });
  }
  try {
    const { version, plugins } = JSON.parse(text) as { version: unknown; plugins: Pins };
    if (version !== 1) throw new Error(`its version is ${String(version)}`);
    for (const [name, pin] of Object.entries(plugins)) {
      const whole = [pin.version, pin.source, pin.resolved, pin.integrity].every((one) => typeof one === "string");
      if (!whole || typeof pin.capabilities !== "object") throw new Error(`the entry of ${name} is incomplete`);
    }
    return plugins;
  } catch (cause) {
    const hint = "Take it back from version control, or remove it and add the plugins again.";
    throw new ClawError("CLAW_CONFIG_INVALID", `${path} is not a lock of claw: ${(cause as Error).message}`, { hint, cause });
  }
}

/** Writes what is installed in the project's store at `root`, and `kept`: what was pinned, and is not installed here yet. */
export async function writePins(root: string, plugins: readonly StoredPlugin[], kept: Pins): Promise<void> {
  const pins: Record<string, Pin> = { ...kept };
  for (const plugin of plugins) {
    const { name, version, source, resolved, integrity, capabilities } = plugin;
    const bun = await lockOf(root, plugin);
    pins[name] = { version, source, resolved, integrity, capabilities, ...(bun !== undefined && { bun }) };
  }
  const path = join(resolve(dirname(dirname(root))), "claw.lock");
  const sorted = Object.fromEntries(Object.entries(pins).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeWhole(path, `${JSON.stringify({ version: 1, plugins: sorted }, undefined, 2)}\n`, 0o644);
}
