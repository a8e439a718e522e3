// What the word after `claw plugin add` means. Pure but for a look at the disk.
import { existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, relative, resolve } from "node:path";
import { ClawError } from "claw";

/** `text` is the form that is kept: what was asked for, wherever claw is started. `inner` is a folder of the repository. */
export type Source =
  | Readonly<{ sort: "npm"; name: string; range: string; text: string }>
  | Readonly<{ sort: "git"; url: string; ref?: string; inner?: string; listed?: Listing; text: string }>
  | Readonly<{ sort: "tarball"; path?: string; url?: string; text: string }>
  | Readonly<{ sort: "folder"; path: string; listed?: Listing; text: string }>;
/** What a catalogue says of a package that has no manifest of its own. */
export type Listing = Readonly<Record<string, unknown>>;

/** Throws `CLAW_USAGE`. A path is kept absolute, or relative to `project` when it is inside of it. */
export function parseSource(word: string, cwd: string, project?: string): Source {
  const kept = (path: string): string => {
    const inside = project === undefined ? "" : relative(project, path);
    return inside !== "" && !inside.startsWith("..") && !isAbsolute(inside) ? `./${inside.replaceAll("\\", "/")}` : path;
  };
  const bare = word.replace(/^(npm|file|git\+file):(?!\/\/)/, "");
  if (/^https?:\/\/\S+\.(tgz|tar\.gz)(\?\S*)?$/i.test(word)) return { sort: "tarball", url: word, text: word };
  const git = gitOf(word);
  if (git !== undefined) return git;
  const path = resolve(cwd, bare.replace(/^~(?=$|[\\/])/, homedir()));
  if (PATHLIKE.test(bare) || (bare !== "" && !word.startsWith("npm:") && existsSync(path) && !NPM.test(bare))) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new ClawError("CLAW_USAGE", `there is nothing at ${path}`, { hint: WAYS });
    if (stat.isDirectory()) return { sort: "folder", path, text: kept(path) };
    if (/\.(tgz|tar\.gz)$/i.test(path)) return { sort: "tarball", path, text: kept(path) };
    const hint =
      "A plugin is added as a folder with a package.json. A single file can be named in `plugins` of the settings, or tried with --plugin-dir.";
    throw new ClawError("CLAW_USAGE", `${path} is neither a folder nor a tarball`, { hint });
  }
  const [, name = "", range = ""] = NPM.exec(bare) ?? [];
  if (name === "" || name.length > 214) throw new ClawError("CLAW_USAGE", `not a package, URL or folder: ${JSON.stringify(word)}`, { hint: WAYS });
  return { sort: "npm", name, range, text: range === "" ? name : `${name}@${range}` };
}

/** The repository that a word means. Throws `CLAW_USAGE` for a ref that git could take for something else. */
export function gitOf(word: string): Extract<Source, { sort: "git" }> | undefined {
  const hosted = /^(github|gitlab|bitbucket):([\w.-]+\/[\w.-]+)(#\S+)?$/.exec(word);
  const domain = { github: "github.com", gitlab: "gitlab.com", bitbucket: "bitbucket.org" }[hosted?.[1] ?? ""];
  const text = hosted === null ? word.replace(/^git\+/, "") : `https://${domain}/${hosted[2]}.git${hosted[3] ?? ""}`;
  const [url = "", ref] = text.split("#", 2);
  const known =
    /^(ssh|git|file|https?):\/\//.test(url) && (word.startsWith("git+") || /^(ssh|git|file):/.test(url) || url.endsWith(".git") || HOSTS.test(url));
  if (!known && !/^(git@[\w.-]+|[\w.-]+@[\w-]+\.[\w.-]+):[^\\]/.test(url)) return undefined;
  if (ref !== undefined && !/^[\w][\w./+-]*$/.test(ref)) throw new ClawError("CLAW_USAGE", `not a git branch, tag or commit: ${JSON.stringify(ref)}`);
  return { sort: "git", url, text, ...(ref === undefined ? {} : { ref }) };
}

/** The folder that a path from outside means inside of `folder`, links followed; undefined when there is none. */
export function within(folder: string, path: string): string | undefined {
  try {
    const [root, real] = [realpathSync(folder), realpathSync(resolve(folder, path))];
    const inside = relative(root, real);
    return !inside.startsWith("..") && !isAbsolute(inside) && statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}

// --- internal ---

const WAYS = "Give an npm name with or without @version, a git URL with or without #ref, a tarball or a folder (./name).";
const NPM = /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:@([\w.+~^<>=*|\s-]+))?$/i;
const PATHLIKE = /^(\.{1,2}$|\.{0,2}[\\/]|~(?=$|[\\/])|[A-Za-z]:[\\/])/;
/** Hosts whose https addresses are repositories. */
const HOSTS = /^https:\/\/(www\.)?(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|git\.sr\.ht)\/[^/]+\/[^/]+/;
