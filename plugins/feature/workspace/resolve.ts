// Where a path really leads, link by link as the kernel would go. Says nothing about whether one may go there.
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, parse, resolve, sep } from "node:path";
import { ClawError } from "claw";
import { explain } from "./fault.ts";

/** A resolved path. `spelled` are the other names it went by, if any: as it was given, and every link on the way. */
export interface Trail {
  readonly path: string;
  readonly spelled: readonly string[];
}

/**
 * Resolves `given` from `base`, an absolute path. Node's own `resolve` and Bun's `realpath` fold `..` before they look at links, which leads elsewhere
 * than the kernel goes; so each part is looked at by itself. What does not exist yet is kept as it is.
 */
export function follow(given: string, base: string): Trail {
  if (given === "" || given.includes("\0")) {
    throw new ClawError("CLAW_TOOL_FAILED", `${JSON.stringify(given)} is no path.`, { hint: "Give the path of a file." });
  }
  const start = isAbsolute(given) ? given : `${base}${sep}${given}`;
  const spelled = resolve(start);
  if (direct(start, spelled)) return { path: spelled, spelled: [] };
  const { root } = parse(start);
  const ahead = parts(start.slice(root.length));
  const links: string[] = [];
  let at = root;
  let missing = 0;
  while (ahead.length > 0) {
    const name = ahead.pop() as string;
    if (name === "..") {
      at = dirname(at);
      missing = Math.max(0, missing - 1);
      continue;
    }
    at = join(at, name);
    const stat = missing > 0 ? undefined : attempt(() => lstatSync(at, { throwIfNoEntry: false }), given);
    if (stat === undefined) missing += 1;
    else if (stat.isSymbolicLink()) {
      links.push(at);
      if (links.length > MOST_LINKS) throw new ClawError("CLAW_TOOL_FAILED", `${given} goes through too many symbolic links, perhaps in a circle.`);
      const target = attempt(() => readlinkSync(at), given);
      const from = isAbsolute(target) ? parse(target).root : "";
      at = from === "" ? dirname(at) : from;
      ahead.push(...parts(target.slice(from.length)));
    }
  }
  return { path: missing > 0 ? at : canonical(at), spelled: [spelled, ...links] };
}

/** Whether `path` is `folder` or in it. Both absolute and real. */
export function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

// --- internal ---

/** Whether a path, spelled without `..`, has no link in it: the usual case, asked in one go. */
function direct(start: string, spelled: string): boolean {
  if (process.platform !== "linux" || start.includes("..")) return false;
  try {
    return realpathSync.native(spelled) === spelled;
  } catch {
    return false;
  }
}

/** Linux's own limit. */
const MOST_LINKS = 40;

/** The parts of a path, last first. */
function parts(path: string): string[] {
  return path
    .split(sep === "\\" ? /[\\/]+/ : /\/+/)
    .filter((part) => part !== "" && part !== ".")
    .reverse();
}

/** What the system says, or why it does not. Between two questions anything may have changed. */
function attempt<T>(ask: () => T, given: string): T {
  try {
    return ask();
  } catch (thrown) {
    throw explain(thrown, given, "found");
  }
}

/** The name as the file system has it, where it ignores case. */
function canonical(path: string): string {
  if (process.platform === "linux") return path;
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
