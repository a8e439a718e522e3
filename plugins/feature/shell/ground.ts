// The ground a line stands on: folders it may be in, variables it has set, and the files that its words name. Looks at the disk, changes nothing.
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Touched } from "claw/kit";
import { WILD, type Word } from "./words.ts";

/** What is the same for a whole line. `user` is the user's own folder, `shell` the grammar, `own` the folders whose programs are not to be trusted. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly user: string | undefined;
  readonly shell: "bash" | "sh";
  readonly own: readonly string[];
}
/** What changes along a line. `folders` are all that it may be in, `undefined` when nobody knows; `seen` those it may have been in. */
export interface State {
  folders: readonly string[] | undefined;
  readonly seen: Set<string>;
  readonly values: Map<string, Word | undefined>;
}

export function createState(folder: string | undefined): State {
  return { folders: folder === undefined ? undefined : [folder], seen: new Set(folder === undefined ? [] : [folder]), values: new Map() };
}

/** For what runs in a shell of its own, or perhaps not at all. `seen` is one for all. */
export function copyState(state: State): State {
  return { folders: state.folders, seen: state.seen, values: new Map(state.values) };
}

/** After this, `state` is what either of the two may be. */
export function mergeState(state: State, other: State): void {
  state.folders = union(state.folders, other.folders);
  for (const name of new Set([...state.values.keys(), ...other.values.keys()]))
    if (state.values.get(name) !== other.values.get(name)) state.values.set(name, undefined);
}

/** The absolute paths that a word may mean, or `undefined` when that cannot be said. Globs stay globs. */
export function pathsOf(word: Word, { folders }: State): readonly string[] | undefined {
  if (word.kind === "any") return undefined;
  if (word.text === "") return [];
  if (isAbsolute(word.text)) return [word.text];
  const below = word.text.replace(/^(\.\/+)+(?=.)/, "");
  return folders?.map((folder) => (below === "." ? folder : `${folder}/${below}`));
}

/** What reading these words touches, or why nobody knows. Of a glob: every name it may match. */
export function touchedBy(words: readonly Word[], state: State, tree: boolean): readonly Touched[] | string {
  const found: Touched[] = [];
  for (const word of words) {
    const paths = pathsOf(word, state);
    if (paths === undefined) return word.kind === "any" ? "what it reads is known only when it runs" : NOWHERE;
    for (const path of paths) {
      if (HARMLESS.test(path)) continue;
      const matches = word.kind === "glob" ? expand(path) : [path];
      if (matches === undefined) return "a pattern matches too much to look at";
      for (const match of matches) found.push(tree || word.kind === "below" ? { path: match, tree: true } : { path: match });
    }
  }
  return found;
}

/** The files that writing to these words changes, or why nobody knows. With `sinks`, those that only pass it on do not count. */
export function namedBy(words: readonly Word[], state: State, sinks = false): readonly string[] | string {
  const found: string[] = [];
  for (const word of words) {
    if (word.kind === "below") return "it names files that nobody has seen yet";
    const paths = pathsOf(word, state);
    if (paths === undefined) return word.kind === "any" ? "what it writes is known only when it runs" : NOWHERE;
    for (const path of paths) {
      if (sinks && SINKS.test(path)) continue;
      const matches = word.kind === "glob" ? expand(path) : [path];
      if (matches === undefined) return "a pattern matches too much to look at";
      found.push(...matches);
    }
  }
  return found;
}

/** A word as the files that are there make it: a glob that matches nothing stays as it is written, one that matches a name with a dash may be an option. */
export function settled(word: Word, state: State): Word {
  if (word.kind !== "glob") return word;
  const paths = pathsOf(word, state);
  const matches = paths?.map((path) => expand(path));
  if (paths === undefined || matches === undefined || matches.includes(undefined)) return /^[\x01-]/.test(word.text) ? UNKNOWN : word;
  if (matches.every((one) => one?.length === 0)) return { kind: "text", text: word.written };
  const folder = (index: number): number => (paths[index] as string).length - word.text.length;
  return matches.some((one, index) => one?.some((match) => match[folder(index)] === "-")) ? UNKNOWN : word;
}

/** The folders a shell may be in after `cd` to the word: as the shell counts `..`, and as the system does. */
export function foldersAfter(word: Word, state: State): readonly string[] | undefined {
  if (word.kind !== "text" || word.text === "") return undefined;
  const { text } = word;
  if (!text.includes("..")) return pathsOf(word, state)?.map(tidy);
  // A name before `..` may be a link: then the two counts differ.
  if (!/^(\.\.(\/|$))+(?!.*\.\.)/.test(text)) return undefined;
  return state.folders?.flatMap((folder) => [...new Set([tidy(`${folder}/${text}`), tidy(`${real(folder)}/${text}`)])]);
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

export function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}

/** The text of a small file; `undefined` when there is none, or none that can be read. */
export function textOf(path: string, most = 65_536): string | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() && stat.size <= most ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

export function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), path.slice(parent.length));
  }
}

// --- internal ---

const UNKNOWN: Word = { kind: "any", head: "", single: false };
const NOWHERE = "the folder it runs in is not known";
const MOST_MATCHES = 1_000;
/** More in one name take too long to match. */
const MOST_WILDCARDS = 8;
/** Files that reading, or writing, tells and changes nothing. */
const HARMLESS = /^\/dev\/(null|zero|stdin|u?random|fd\/\d+)$/;
const SINKS = /^\/dev\/(null|stdout|stderr|fd\/\d+)$/;

function union(one: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  const both = [...new Set([...one, ...other])];
  return both.length > 8 ? undefined : both;
}

function tidy(path: string): string {
  return normalize(path).replace(/(?<=.)\/$/, "");
}

/** All that a glob may match, or more: a wildcard here matches anything but a slash. As in a shell, a dot in front has to be written, and then `..` is one of the names. */
function expand(glob: string): readonly string[] | undefined {
  const at = glob.lastIndexOf("/", glob.indexOf(WILD));
  let found = [glob.slice(0, at)];
  for (const segment of glob.slice(at + 1).split("/")) {
    if (segment === "") continue;
    const pieces = segment.split(WILD);
    if (pieces.length > MOST_WILDCARDS) return undefined;
    const pattern = pieces.length > 1 ? new RegExp(`^${pieces.map(escaped).join("[^/]*")}$`, "s") : undefined;
    const among = (folder: string): readonly string[] =>
      pattern === undefined ? [segment] : names(folder || "/", segment).filter((name) => pattern.test(name));
    found = found.flatMap((folder) => among(folder).map((name) => `${folder}/${name}`));
    if (found.length > MOST_MATCHES) return undefined;
  }
  return found.filter(isThere);
}

function names(folder: string, segment: string): readonly string[] {
  try {
    const all = readdirSync(folder);
    return segment.startsWith(".") ? [".", "..", ...all] : all.filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
