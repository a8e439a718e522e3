// What one session's commands may reach, in terms that every tier can put into practice: paths looked at now, links resolved.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { gitAround } from "./git.ts";
import { DOORS, GUARDED, RESOLVERS, SECRETS, SYSTEM_SECRETS } from "./names.ts";
import { entry, outermost, real, within } from "./paths.ts";
import type { Rules } from "./rules.ts";

/** `write` and `read` show a path as it is, `folder` and `file` show an empty one in its place. Later ones lie on top of earlier ones. */
export interface Mount {
  readonly kind: "write" | "read" | "folder" | "file";
  readonly path: string;
}
export interface Policy {
  readonly temp: string;
  /** All of it. Domains come by another way than the policy: see `gateway.ts`. */
  readonly network: boolean;
  readonly writable: readonly string[];
  readonly guarded: readonly string[];
  /** Guarded names that are absent, or links: a mount cannot hold them, so they are looked at afterwards. */
  readonly loose: readonly string[];
  readonly hidden: readonly string[];
  readonly mounts: readonly Mount[];
}
export interface PolicyOptions {
  readonly rules: Rules;
  /** The session's folder and those added to it; empty when nothing may be written. */
  readonly roots: readonly string[];
  readonly temp: string;
  /** The user's own folder, and claw's. */
  readonly user: string;
  readonly home: string;
}

export function buildPolicy({ rules, roots, temp, user, home }: PolicyOptions): Policy {
  const folders = roots.flatMap((root) => real(root) ?? []);
  const git = folders.map(gitAround);
  const extra = folders.length === 0 ? [] : rules.allowWrite.flatMap((path) => real(path) ?? []);
  const place = real(temp) ?? temp;
  const writable = outermost([...folders, ...extra, ...git.flatMap((parts) => parts.writable)]);
  const named = folders.flatMap((root) => [...GUARDED, ".git"].map((name) => join(root, name)));
  const [solid, loose] = [new Set(git.flatMap((parts) => parts.guarded)), new Set(git.flatMap((parts) => parts.absent))];
  for (const path of named) {
    const found = entry(path);
    if (found === undefined || found.isSymbolicLink()) loose.add(path);
    else if (!path.endsWith(`${sep}.git`)) solid.add(path);
  }
  const hidden = hiddenPaths(rules, user, home, [...folders, place]);
  const guarded = outermost([...solid]);
  const pins = guarded.flatMap((path) => between(path, writable));
  const back = RESOLVERS.filter((path) => existsSync(path));
  const kinds = new Map<string, Mount["kind"]>();
  for (const path of hidden) kinds.set(path, entry(path)?.isDirectory() ? "folder" : "file");
  for (const path of back) kinds.set(path, "read");
  for (const path of [...writable, ...pins, place]) kinds.set(path, "write");
  for (const path of guarded) kinds.set(path, "read");
  for (const path of sockets()) if (![...writable, ...hidden].some((folder) => within(path, folder))) kinds.set(path, "file");
  const mounts = [...kinds].map(([path, kind]) => ({ kind, path })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { temp: place, network: rules.network === true, writable, guarded, loose: [...loose], hidden, mounts };
}

// --- internal ---

function hiddenPaths(rules: Rules, user: string, home: string, kept: readonly string[]): string[] {
  const secrets = [...SECRETS.map((name) => join(user, name)), ...SYSTEM_SECRETS, home, ...rules.denyRead, ...DOORS];
  const shown = rules.allowRead.flatMap((path) => real(path) ?? []);
  const found = secrets.flatMap((path) => real(path) ?? []);
  const wanted = found.filter((path) => !kept.includes(path) && !shown.some((one) => within(path, one)) && path !== "/");
  return outermost(wanted).filter((path) => !(path.startsWith("/etc/") && !readable(path)));
}

function readable(path: string): boolean {
  try {
    return entry(path)?.isDirectory() === true || readFileSync(path).length >= 0;
  } catch {
    return false;
  }
}

/** The folders between a path and the writable one it is in: what is mounted on them cannot be moved out of the way. */
function between(path: string, writable: readonly string[]): string[] {
  const top = writable.find((folder) => within(path, folder));
  const found: string[] = [];
  for (let folder = dirname(path); top !== undefined && folder !== top && within(folder, top); folder = dirname(folder)) found.push(folder);
  return found;
}

/** Sockets with a name in the file system that programs outside listen on: a read-only mount does not keep anybody from connecting. */
function sockets(): string[] {
  try {
    const paths = readFileSync("/proc/net/unix", "latin1").matchAll(/ (\/[^\n]*)$/gm);
    return [...new Set(Array.from(paths, ([, path]) => path ?? ""))].filter((path) => entry(path)?.isSocket() === true && real(path) === path);
  } catch {
    return [];
  }
}
