// Definitions on disk: the folders in which skills, agents, commands and output styles are looked for, nearest first. Reads no definition itself.
import { realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { PluginScope, PluginStatus } from "claw";
import { namesIn } from "./paths.ts";
import { projectRoot } from "./settings.ts";

/** What can be defined by files. The word is the folder's name. */
export type DefinitionSort = "skills" | "agents" | "commands" | "output-styles";
export const DEFINITION_SORTS: readonly DefinitionSort[] = ["skills", "agents", "commands", "output-styles"];
/** Whose a definition is. `bundled` ones are in the binary and have no folder. */
export type DefinitionSource = "project" | "user" | "plugin" | "bundled";
/** A folder to look in. It may not exist. What stands in one that is not `trusted` is listed, and never acts. */
export interface DefinitionFolder {
  readonly path: string;
  readonly source: DefinitionSource;
  /** The plugin whose folder it is. */
  readonly plugin?: string;
  readonly trusted: boolean;
}
/** A Markdown file below a folder. Folders between become a namespace: `git/push.md` is `git:push`. */
export interface DefinitionFile {
  readonly name: string;
  readonly path: string;
}

/** Whether the user has vouched for the session's folder. The one place that decides it for definitions. */
export function trustedFolder(scope: Pick<PluginScope, "options" | "cwd" | "home">): boolean {
  return scope.options["trust"] === true || [scope.options[VOUCHED] ?? []].flat().includes(scope.cwd);
}

/** The option that names the folders whose content the user has vouched for at an earlier start. No command line can set it. */
export const VOUCHED = " vouched";

/** The folders of a project, from `cwd` up to its top, where definitions of the sort are looked for. None that are the user's own. */
export function projectDefinitions(sort: DefinitionSort, scope: Pick<PluginScope, "cwd" | "home" | "env">): readonly string[] {
  const own = userFolders(sort, scope);
  return projectFolders(sort, scope.cwd).filter((path) => !own.includes(path));
}

/**
 * Where to look for definitions of a sort, nearest first: of a name, the first found wins. The project's (from `scope.cwd` up to the git root), the user's,
 * then those of `plugins` (`Inspection.plugins()`) that are on. `--bare` leaves the project's and the user's out; plugins are then only those asked for.
 */
export function definitionFolders(
  sort: DefinitionSort,
  scope: Pick<PluginScope, "options" | "cwd" | "home" | "env">,
  plugins: readonly PluginStatus[],
): readonly DefinitionFolder[] {
  const folders: DefinitionFolder[] = [];
  const add = (folder: DefinitionFolder): void => void (folders.some(({ path }) => path === folder.path) || folders.push(folder));
  if (scope.options["bare"] !== true) {
    const own = userFolders(sort, scope);
    const trusted = trustedFolder(scope);
    // A project may hold the user's own folders, as a home folder does.
    for (const path of projectDefinitions(sort, scope)) add({ path, source: "project", trusted });
    for (const path of own) add({ path, source: "user", trusted: true });
  }
  for (const { name, source, state } of plugins) {
    if (state !== "off" && source !== "bundled" && source !== "") add({ path: join(source, sort), source: "plugin", plugin: name, trusted: true });
  }
  return folders;
}

/** The Markdown files below a folder, sorted by name; none for a folder that is not there. `most` bounds how many entries are looked at. */
export function markdownFiles(folder: string, most = 2_000): readonly DefinitionFile[] {
  const found: DefinitionFile[] = [];
  let seen = 0;
  const walk = (at: string, depth: number): void => {
    for (const name of namesIn(at).toSorted()) {
      seen += 1;
      if (seen > most || name.startsWith(".")) continue;
      const path = join(at, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory() === true && depth < DEEPEST) walk(path, depth + 1);
      else if (stat?.isFile() === true && name.endsWith(".md")) found.push({ path, name: relative(folder, path).slice(0, -3).split(sep).join(":") });
    }
  };
  walk(folder, 0);
  return found;
}

/** Whether a definition's file lies in what its folder belongs to, the project or the plugin: what a link leads to elsewhere would go to the model. */
export function containedDefinition(path: string, { source, path: folder }: DefinitionFolder, cwd: string): boolean {
  if (source === "user") return true;
  const root = realpathSync(source === "project" ? projectRoot(cwd) : dirname(folder));
  return realpathSync(path).startsWith(`${root}${sep}`);
}

/** Marks what an earlier one of the same name hides, with its path. Order stays. */
export function shadowed<T extends { readonly name: string; readonly path: string }>(
  list: readonly T[],
): readonly (T & { readonly shadowedBy?: string })[] {
  const first = new Map<string, string>();
  return list.map((one) => {
    const winner = first.get(one.name);
    if (winner === undefined) first.set(one.name, one.path);
    return winner === undefined ? one : { ...one, shadowedBy: winner };
  });
}

// --- internal ---

const OWN = [".claw", ".agents", ".claude"];
const DEEPEST = 5;

function projectFolders(sort: DefinitionSort, cwd: string): readonly string[] {
  const root = projectRoot(cwd);
  const found: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const own of OWN) found.push(join(folder, own, sort));
    if (folder === root || folder === dirname(folder)) return found;
  }
}

function userFolders(sort: DefinitionSort, { home, env }: Pick<PluginScope, "home" | "env">): readonly string[] {
  const user = env["HOME"] ?? env["USERPROFILE"];
  const config = env["XDG_CONFIG_HOME"] ?? (user === undefined ? undefined : join(user, ".config"));
  return [
    join(home, sort),
    ...(user === undefined ? [] : [join(user, ".agents", sort), join(user, ".claude", sort)]),
    ...(config === undefined ? [] : [join(config, "agents", sort)]),
  ];
}
