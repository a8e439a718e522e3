// Guarded names that no mount can hold, because nothing is there yet, or a link: looked at before and after a command, and put out of effect when one
// has appeared. They are renamed where they are: nothing of anybody's is lost, and nothing acts on the new name.
import { readdirSync, readlinkSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { harmless } from "./git.ts";
import { entry } from "./paths.ts";

/** What was there before a command: gives, after it, what has been renamed and what has changed all the same, as lines for the model. */
export function watchLoose(loose: readonly string[], guarded: readonly string[]): () => readonly string[] {
  const before = new Map(loose.map((path) => [path, stateOf(path)]));
  const prints = new Map(guarded.map((path) => [path, printOf(path)]));
  return () => {
    const appeared = loose.filter((path) => entry(path) !== undefined && stateOf(path) !== before.get(path) && !(isGit(path) && harmless(path)));
    const lines = appeared.flatMap((path) => (isGit(path) && entry(path)?.isDirectory() ? gitInside(path) : [path])).map(setAside);
    const changed = guarded.filter((path) => printOf(path) !== prints.get(path));
    return changed.length === 0 ? lines : [...lines, `[${changed.join(", ")} changed, and can make other programs run something: look at it]`];
  };
}

// --- internal ---

const isGit = (path: string): boolean => basename(path) === ".git";

/** Of a git folder only what names programs. */
function gitInside(folder: string): string[] {
  return ["config", "hooks", "commondir", "modules"].map((name) => join(folder, name)).filter((path) => entry(path) !== undefined);
}

/** Nothing, a link to somewhere, or something else. */
function stateOf(path: string): string {
  try {
    return entry(path) === undefined ? "nothing" : `link to ${readlinkSync(path)}`;
  } catch {
    return "something";
  }
}

function setAside(path: string): string {
  for (let number = 1; number < 100; number++) {
    const aside = `${path}.held${number === 1 ? "" : `-${number}`}`;
    if (entry(aside) !== undefined) continue;
    try {
      renameSync(path, aside);
      return `[${path} can make other programs run something, so what the command put there is now ${basename(aside)}; rename it if it is wanted]`;
    } catch {
      break;
    }
  }
  return `[${path} appeared, and can make other programs run something: look at it before anything else]`;
}

/** Changes with the content of a file, and of the folder's entries. A tier that can close a path has nothing to compare. */
function printOf(path: string, depth = 3): string {
  const stat = entry(path);
  if (stat === undefined) return "";
  const own = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  if (!stat.isDirectory() || depth === 0) return own;
  return [
    own,
    ...readdirSync(path)
      .slice(0, 200)
      .map((name) => `${name} ${printOf(join(path, name), depth - 1)}`),
  ].join("\n");
}
