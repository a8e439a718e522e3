// Names that can make claw, git, an editor or a shell run something. Whoever may write them decides what runs next.
import { lstatSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { codeOf } from "./fault.ts";

/** Whether a file of this name can make something run. Case, Unicode form and the spellings file systems take for the same name do not matter. */
export function guarded(path: string): boolean {
  const names = path.split(sep).map(plain);
  if (names.some((name) => FOLDERS.has(name) || (name.startsWith("git~") && /^git~\d+$/.test(name)))) return true;
  const last = names.at(-1) ?? "";
  return FILES.has(last) || (last.startsWith(".") && PATTERNS.some((pattern) => pattern.test(last))) || inGitFolder(path, names);
}

// --- internal ---

// biome-ignore format: catalogues read better in rows
const FOLDERS: ReadonlySet<string> = new Set([
  ".git", ".claw", ".claude", ".agents", ".claude-plugin", ".cursor", ".codex", ".gemini",
  ".vscode", ".idea", ".zed", ".fleet", ".devcontainer", ".nvim", ".vim", ".emacs.d",
  ".husky", ".yarn", ".cargo", ".bundle", ".direnv", ".mise", ".ssh", ".gnupg",
]);
// biome-ignore format: catalogues read better in rows
const FILES: ReadonlySet<string> = new Set([
  ".mcp.json", ".gitconfig", ".gitmodules", "head", "commondir",
  ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js", ".pnp.cjs", ".pnp.js", ".pnp.loader.mjs", "bunfig.toml", ".bunfig.toml",
  ".envrc", ".tool-versions", ".mise.toml", "mise.toml", ".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yml", ".huskyrc",
  ".profile", ".login", ".logout", ".inputrc", ".exrc", ".vimrc", ".gvimrc", ".nvimrc", ".nvim.lua", ".emacs", ".dir-locals.el", ".editrc", ".screenrc", ".tmux.conf",
  ".gdbinit", ".lldbinit", ".pythonrc", "sitecustomize.py", "usercustomize.py", ".ripgreprc", ".curlrc", ".wgetrc", ".netrc",
]);
const PATTERNS: readonly RegExp[] = [
  /^\.(ba|z|k|mk|c|tc|fi)?sh(rc|env)$/,
  /^\.(bash|zsh)_(profile|login|logout|aliases|functions)$/,
  /^\.z(profile|login|logout)$/,
];

/** A name of which the steps of `plain` would change nothing but the case, as of nearly every one; and each call asks for all names of its path. */
const ORDINARY = /^[\w.-]*[\w-]$/;

/** A name as the most forgiving file system compares it: no case, no invisible characters, no trailing dots or spaces, no NTFS stream. */
function plain(name: string): string {
  if (name === "" || ORDINARY.test(name)) return name.toLowerCase();
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "")
    .replace(/(?<=.):.*$/, "")
    .replace(/(?<=[^.\s])[.\s]+$/, "");
}

/** Git folders are not always called `.git`: bare repositories, submodules, `--separate-git-dir`. Their `config` and `hooks` name programs. */
function inGitFolder(path: string, names: readonly string[]): boolean {
  const last = names.at(-1) ?? "";
  const folders: string[] = [];
  if (last === "config" || last === "config.worktree") folders.push(dirname(path));
  if (names.at(-2) === "info") folders.push(dirname(dirname(path)));
  if (names.includes("hooks")) {
    for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
      if (plain(basename(folder)) === "hooks") folders.push(dirname(folder));
    }
  }
  return folders.some(hasHead);
}

function hasHead(folder: string): boolean {
  try {
    return lstatSync(join(folder, "HEAD"), { throwIfNoEntry: false }) !== undefined;
  } catch (thrown) {
    // A folder that cannot be looked into may well be one of git's.
    return codeOf(thrown) !== "ENOTDIR";
  }
}
