// Path patterns: what a rule's pattern means on disk, and whether a place lies under it. gitignore-like; both the spelled and the real path count.
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, posix, resolve, sep } from "node:path";
import type { Place } from "claw/kit";

/** Where the patterns of one session start from. `user` is the user's own folder. */
export interface Roots {
  readonly cwd: string;
  readonly user: string;
}

/** Whether an allow rule covers the place. Only where it really is counts. A guarded place needs a rule that names it to the letter. */
export function coversPlace(pattern: string, base: string | undefined, place: Place, roots: Roots): boolean {
  const path = slashed(place.path);
  const starts = [base ?? roots.cwd].map(real);
  const globs = globsOf(pattern, starts, roots, false);
  if (place.guarded) return globs.some((glob) => !/[*?[{]/.test(glob.replace(/\\./g, "")) && glob.replace(/\\(.)/g, "$1") === path);
  return globs.some((glob) => under(glob, path));
}

/** Whether a deny or ask rule touches the place: as it was spelled or as it really is, from either folder, in any case. */
export function touchesPlace(pattern: string, base: string | undefined, place: Place, roots: Roots): boolean {
  const spelled = resolve(roots.cwd, place.given.replace(/^~(?=$|[\\/])/, roots.user));
  const paths = [...new Set([place.path, spelled])].map((path) => loose(slashed(path)));
  const starts = [...new Set([base ?? roots.cwd, roots.cwd].flatMap((folder) => [folder, real(folder)]))];
  const globs = new Set(globsOf(pattern, starts, roots, true).flatMap((glob) => [glob, realGlob(glob), glob.replace(/[[\]]/g, "\\$&")]));
  return [...globs].some((glob) => paths.some((path) => under(loose(glob), path)));
}

/** The user's own folder, as the environment says it. */
export function userFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home !== undefined && isAbsolute(home) ? home : homedir();
}

// --- internal ---

/** Absolute globs. With `wide`, `/x` also means `x` at the start folders, and a bare name matches wherever it lies. */
function globsOf(pattern: string, starts: readonly string[], roots: Roots, wide: boolean): readonly string[] {
  // Parentheses are plain in paths; a pattern language that knows `+(x)` must not see them.
  const plain = pattern.replace(/(?<!\\)[()]/g, "\\$&").replace(/(?<=.)\/+$/, "");
  const at = (folder: string, rest: string): string => posix.normalize(`${escaped(slashed(folder))}/${rest}`);
  if (plain.startsWith("//")) return [posix.normalize(plain.slice(1))];
  if (plain === "~" || plain.startsWith("~/"))
    return [at(roots.user, plain.slice(1)), ...(wide ? [at(real(roots.user), plain.slice(1))] : [])];
  if (plain.startsWith("/")) return [posix.normalize(plain), ...(wide ? starts.map((start) => at(start, plain)) : [])];
  const bare = !plain.includes("/") && plain !== "." && plain !== "..";
  if (!bare) return starts.map((start) => at(start, plain));
  return wide ? [`/**/${plain}`] : starts.map((start) => at(start, `**/${plain}`));
}

/** A glob that matches a folder covers all that is below it, and `folder/**` covers the folder itself. */
function under(glob: string, path: string): boolean {
  const whole = glob.replace(/\/+$/, "") || "/";
  const folder = whole.endsWith("/**") ? whole.slice(0, -3) : whole;
  return new Bun.Glob(folder || "/").match(path) || new Bun.Glob(`${folder}/**`).match(path);
}

/** The glob with its literal start resolved, so that a rule that names a link also means what the link leads to. */
function realGlob(glob: string): string {
  const parts = glob.split("/");
  const literal = parts.findIndex((part) => /[*?[{]/.test(part.replace(/\\./g, "")));
  const head = (literal < 0 ? parts : parts.slice(0, literal)).join("/").replace(/\\(.)/g, "$1");
  const tail = literal < 0 ? [] : parts.slice(literal);
  return [escaped(slashed(real(head || "/"))).replace(/\/$/, ""), ...tail].join("/");
}

/** With every symlink resolved, as far as the path exists. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}

function slashed(path: string): string {
  const forward = sep === "\\" ? path.replaceAll("\\", "/") : path;
  return forward.startsWith("/") ? forward : `/${forward}`;
}

function escaped(path: string): string {
  return path.replace(/[\\*?[\]{}()!]/g, "\\$&");
}

function loose(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
