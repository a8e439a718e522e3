// Whether a repository could make git run something while git only reads. Its configuration is judged by the keys that are known to be harmless.
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isFolder, real, textOf } from "./ground.ts";

/** The repository that git finds from `folder`, with why it cannot be left alone. With `worktree` its files are looked at, and so its submodules entered. */
export function repositoryOf(folder: string, worktree: boolean): { readonly fault?: string } {
  const found = find(real(folder));
  if (found === undefined) return {};
  if (typeof found === "string") return { fault: found };
  const fault =
    faultOfConfig(join(found.common, "config")) ??
    (existsSync(join(found.git, "config.worktree")) ? "it has a configuration of its own for this tree" : undefined);
  if (fault !== undefined) return { fault };
  if (!worktree) return {};
  // Looking at files refreshes the index, and that runs this hook.
  if (existsSync(join(found.common, "hooks", "post-index-change"))) return { fault: "its hook post-index-change would run" };
  return linked(found.git) ? { fault: "it has submodules, each with a configuration of its own" } : {};
}

// --- internal ---

interface Found {
  /** The folder of this tree's own state, and that of what all its trees share. */
  readonly git: string;
  readonly common: string;
}

/** As git looks: `.git` in each folder upwards, or a folder that is a repository itself. */
function find(start: string): Found | string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const marker = join(folder, ".git");
    const stat = lstatSync(marker, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return withCommon(marker);
    if (stat !== undefined) {
      const path = stat.isFile() ? /^gitdir: (.+)\n?$/.exec(textOf(marker) ?? "")?.[1] : undefined;
      return path === undefined ? "its .git is a link" : withCommon(resolve(folder, path));
    }
    if (existsSync(join(folder, "HEAD")) && isFolder(join(folder, "objects")) && isFolder(join(folder, "refs")))
      return `${folder} is a repository without a tree`;
    if (folder === dirname(folder)) return undefined;
  }
}

function withCommon(git: string): Found {
  const common = textOf(join(git, "commondir"))?.trim();
  return { git, common: common === undefined ? git : resolve(git, common) };
}

/** Sections whose keys only git itself reads, and which name nothing that runs. `name` of two parts has a subsection between. */
// biome-ignore format: a table reads better in rows
const HARMLESS: readonly RegExp[] = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|abbrev|quotepath|compression|bigfilethreshold|untrackedcache|preloadindex|longpaths|protectntfs|protecthfs)$/,
  /^remote\.\*\.(url|fetch|pushurl|tagopt|prune|prunetags|gh-resolved|skipdefaultupdate|push)$/,
  /^branch\.(\*\.)?[\w-]+$/,
  /^user\.(name|email|signingkey|useconfigonly)$/,
  /^submodule\.\*\.(url|active|branch|path)$/,
  /^submodule\.active$/,
  /^(pull|push|rebase|rerere|gc|maintenance|fetch|init|advice|color|commitgraph|feature|pack|transfer|receive)(\.\*)?\.[\w-]+$/,
  /^merge\.(ff|conflictstyle|log|renames|stat|autostash)$/,
  /^diff\.(algorithm|renames|renamelimit|colormoved|mnemonicprefix|noprefix|context|interhunkcontext|wserrorhighlight|indentheuristic)$/,
  /^log\.(date|decorate|abbrevcommit|follow)$/,
  /^status\.(short|branch|showuntrackedfiles|relativepaths|aheadbehind)$/,
  /^commit\.(gpgsign|verbose|cleanup|status)$/,
  /^tag\.(gpgsign|sort)$/,
  /^extensions\.(objectformat|refstorage|compatobjectformat)$/,
  /^http\.(\*\.)?(extraheader|postbuffer|version|lowspeedlimit|lowspeedtime)$/,
  /^lfs\.repositoryformatversion$/,
  /^lfs\.\*\.access$/,
];
/** Keys of these sections that name programs all the same. */
const RUNS = /^(receive|transfer|pack|gc|fetch|core)\.(.*\.)?(.*(hook|command|cmd|program|helper|path|proc).*)$/;

function faultOfConfig(path: string): string | undefined {
  const source = textOf(path, 262_144);
  if (source === undefined) return existsSync(path) ? "its configuration cannot be read" : undefined;
  let section = "";
  for (const line of source.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const head = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*([#;].*)?$/.exec(line);
    if (head !== null) {
      section = `${head[1]?.toLowerCase()}${head[2] === undefined ? "" : ".*"}`;
      continue;
    }
    const key = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(=.*)?$/.exec(line)?.[1]?.toLowerCase();
    if (key === undefined || line.trimEnd().endsWith("\\")) return "its configuration is not understood";
    const name = `${section}.${key}`;
    if (!HARMLESS.some((pattern) => pattern.test(name)) || RUNS.test(name))
      return `its configuration sets ${name.replace(".*", "")}, which may run something`;
    if (name === "core.bare" && !/=\s*false\s*$/i.test(line)) return "it has no tree";
  }
  return undefined;
}

/** Whether the index names another repository, or leaves names to a file that it shares. */
function linked(git: string): boolean {
  try {
    if (readdirSync(git).some((name) => name.startsWith("sharedindex."))) return true;
    const path = join(git, "index");
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    return stat.size > 64 * 1024 * 1024 || readFileSync(path).includes(GITLINK);
  } catch {
    return true;
  }
}

/** The mode of such an entry, as the index has it. */
const GITLINK = Buffer.from([0, 0, 0xe0, 0]);
