// Path patterns: what a rule's pattern means on disk, and whether a place lies under it. gitignore-like; both the spelled and the real path count.
import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, posix, resolve, sep } from "node:path";
import type { Place } from "claw/kit";

/** Where the patterns of one session start from, and what was made of them so far. `user` is the user's own folder; `led` where paths lead, as of `lookAnew`. */
export interface Roots {
  readonly cwd: string;
  readonly user: string;
  readonly known: Map<string, readonly Shape[]>;
  readonly led: Map<string, string>;
}
/** A pattern made absolute. `head` is its literal start, `tail` the rest. */
interface Shape {
  readonly head: string;
  readonly tail: string;
  readonly matches: (path: string) => boolean;
}

export function createRoots(cwd: string, user: string): Roots {
  return { cwd, user, known: new Map(), led: new Map() };
}

/** Before a call is judged: links may lead elsewhere by now. */
export function lookAnew(roots: Roots): void {
  roots.led.clear();
}

/** Whether an allow rule covers the place. Only where it really is counts. A guarded place needs a rule that names it to the letter. */
export function coversPlace(pattern: string, base: string | undefined, place: Place, roots: Roots): boolean {
  const path = slashed(place.path);
  const shapes = shapesOf(pattern, base ?? roots.cwd, roots, false);
  return shapes.some((shape) => (place.guarded ? shape.tail === "" && shape.head === path : shape.matches(path)));
}

/** Whether a deny or ask rule touches the place: as it was spelled or as it really is, from either folder, in any case. */
export function touchesPlace(pattern: string, base: string | undefined, place: Place, roots: Roots): boolean {
  const spelled = resolve(roots.cwd, place.given.replace(/^~(?=$|[\\/])/, roots.user));
  const paths = [...new Set([place.path, spelled].map((path) => loose(slashed(path))))];
  return shapesOf(pattern, base ?? roots.cwd, roots, true).some((shape) => {
    if (paths.some(shape.matches)) return true;
    if (shape.head === "") return false;
    // A rule that names a link also means what it leads to, now.
    const head = slashed(real(shape.head, roots.led));
    return head !== shape.head && paths.some(matcher(loose(escaped(head) + shape.tail)));
  });
}

/** Whether a file that the pattern of a deny or ask rule names may lie below a folder. */
export function mayHold(pattern: string, base: string | undefined, folder: Place, roots: Roots): boolean {
  const path = loose(slashed(folder.path));
  return shapesOf(pattern, base ?? roots.cwd, roots, true).some((shape) => {
    const head = loose(slashed(shape.head || "/"));
    if (shape.tail === "") return below(head, path) && existsSync(shape.head);
    return below(head, path) || below(path, head);
  });
}

/** The user's own folder, as the environment says it. */
export function userFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home !== undefined && isAbsolute(home) ? home : homedir();
}

// --- internal ---

function shapesOf(pattern: string, base: string, roots: Roots, wide: boolean): readonly Shape[] {
  const key = `${wide}\0${base}\0${pattern}`;
  const known = roots.known.get(key);
  if (known !== undefined) return known;
  const starts = wide ? [base, real(base), roots.cwd, real(roots.cwd)] : [real(base)];
  const users = wide ? [roots.user, real(roots.user)] : [real(roots.user)];
  const globs = globsOf(pattern, [...new Set(starts)], [...new Set(users)], wide);
  const shapes = [...new Set(globs)].map((glob): Shape => {
    const parts = glob.split("/");
    const literal = parts.findIndex((part) => /[*?[{]/.test(part.replace(/\\./g, "")));
    const at = literal < 0 ? parts.length : literal;
    const head = parts.slice(0, at).join("/").replace(/\\(.)/g, "$1");
    const tail = parts.slice(at).map((part) => `/${part}`);
    return { head, tail: tail.join(""), matches: matcher(wide ? loose(glob) : glob) };
  });
  roots.known.set(key, shapes);
  return shapes;
}

/** Absolute globs. With `wide`, `/x` also means `x` at the start folders, brackets may be meant as they stand, and a bare name matches wherever it lies. */
function globsOf(pattern: string, starts: readonly string[], users: readonly string[], wide: boolean): readonly string[] {
  // Parentheses are plain in paths; a pattern language that knows `+(x)` must not see them.
  const plain = pattern.replace(/(?<!\\)[()]/g, "\\$&").replace(/(?<=.)\/+$/, "");
  const literal = plain.replace(/(?<!\\)[[\]]/g, "\\$&");
  const at = (folders: readonly string[], rest: string): string[] => folders.map((folder) => `${escaped(slashed(folder))}/${rest}`);
  const absolute = (one: string): readonly string[] => {
    if (one.startsWith("//")) return [one.slice(1)];
    if (one === "~" || one.startsWith("~/")) return at(users, one.slice(1));
    if (one.startsWith("/")) return [one, ...(wide ? at(starts, one) : [])];
    const bare = !one.includes("/") && one !== "." && one !== "..";
    if (!bare) return at(starts, one);
    return wide ? [`/**/${one}`] : at(starts, `**/${one}`);
  };
  const spellings = wide && literal !== plain ? [plain, literal] : [plain];
  return spellings.flatMap(absolute).map((glob) => posix.normalize(glob).replace(/(?<=.)\/+$/, ""));
}

/** A glob that matches a folder covers all that is below it, and `folder/**` covers the folder itself. */
function matcher(glob: string): (path: string) => boolean {
  const folder = glob.endsWith("/**") ? glob.slice(0, -3) : glob;
  const [itself, below] = [new Bun.Glob(folder || "/"), new Bun.Glob(`${folder === "/" ? "" : folder}/**`)];
  return (path) => itself.match(path) || below.match(path);
}

function below(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** With every symlink resolved, as far as the path exists. Asks before it resolves: a throw costs more than all the rest. */
function real(path: string, led?: Map<string, string>): string {
  const found = led?.get(path) ?? resolved(path, led);
  led?.set(path, found);
  return found;
}

function resolved(path: string, led?: Map<string, string>): string {
  const parent = dirname(path);
  try {
    if (existsSync(path)) return realpathSync.native(path);
  } catch {
    // Gone or barred meanwhile: its folder may still be known.
  }
  return parent === path ? path : join(real(parent, led), basename(path));
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
