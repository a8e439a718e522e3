// Walks, matches, and keeps the newest. The ignore rules and the boundary are services'.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { didYouMean, Tree, visibleTo, Workspace } from "claw/kit";
import { depthOf, searchOf } from "./pattern.ts";

export async function run(input: { readonly pattern: string; readonly path?: string | undefined }, scope: CallScope): Promise<ToolResult> {
  const { folder, rest, problem } = searchOf(input.pattern, input.path);
  if (problem !== undefined) throw new ClawError("CLAW_TOOL_INPUT_INVALID", `The pattern ${input.pattern} cannot match: ${problem}.`);
  const place = await (await scope.use(Workspace)).locate(folder, scope);
  await mustBeFolder(place.path, folder);
  const found = await search(place.path, rest, scope);
  if (found.files === 0) {
    const named = await literal(place.path, rest);
    if (named === "folder") return said(`${join(folder, rest)} is a folder. Use ${join(folder, rest)}/** for what is in it.`, 0);
    if (named === "file" && (await visibleTo(scope, place.path, [rest])).length > 0) found.newest.push({ path: rest, mtimeMs: 0 });
  }
  if (found.newest.length === 0) return said(nothing(input.pattern, folder, rest, found.late), 0);
  const base = await realpath(scope.cwd);
  const lines = found.newest.map(({ path }) => shown(base, join(place.path, path)));
  const files = Math.max(found.files, lines.length);
  if (found.late) lines.push(`[the search was cut short: there may be newer and more files; search a smaller folder]`);
  else if (files > lines.length)
    lines.push(`[the ${lines.length} newest of ${files.toLocaleString("en-US")} files; a narrower pattern shows the rest]`);
  return said(lines.join("\n"), files);
}

// --- internal ---

const MOST = 100;
const LIMIT_MS = 20_000;
const MOST_WALKED = 1_000_000;
/** How many files are asked for their time at once. */
const AT_ONCE = 512;

interface Match {
  readonly path: string;
  readonly mtimeMs: number;
}
interface Matches {
  readonly newest: Match[];
  readonly files: number;
  /** The time or the most files were up before the walk was. */
  readonly late: boolean;
}

/** The newest matches. However many there are, only a few are held. */
async function search(root: string, rest: string, scope: CallScope): Promise<Matches> {
  const glob = new Bun.Glob(rest);
  const tree = await scope.use(Tree);
  const limit = AbortSignal.timeout(LIMIT_MS);
  let newest: Match[] = [];
  let files = 0;
  let walked = 0;
  try {
    const signal = AbortSignal.any([scope.signal, limit]);
    for await (const batch of tree.walk(root, { depth: depthOf(rest), most: MOST_WALKED, signal })) {
      walked += batch.length;
      const matching = await visibleTo(
        scope,
        root,
        batch.filter((path) => glob.match(path)),
      );
      files += matching.length;
      for (let at = 0; at < matching.length; at += AT_ONCE) {
        newest.push(...(await timed(root, matching.slice(at, at + AT_ONCE))));
        if (newest.length > MOST * 10) newest = sorted(newest);
      }
      scope.signal.throwIfAborted();
    }
  } catch (error) {
    if (scope.signal.aborted || !limit.aborted) throw error;
  }
  return { newest: sorted(newest), files, late: limit.aborted || walked >= MOST_WALKED };
}

function timed(root: string, paths: readonly string[]): Promise<Match[]> {
  // What is gone again, or cannot be asked, is old.
  const timeOf = (path: string) =>
    stat(join(root, path)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  return Promise.all(paths.map(async (path) => ({ path, mtimeMs: await timeOf(path) })));
}

function sorted(matches: readonly Match[]): Match[] {
  return matches.toSorted((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1)).slice(0, MOST);
}

async function mustBeFolder(path: string, given: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (found !== undefined) {
    throw new ClawError("CLAW_TOOL_FAILED", `${given} is a file, not a folder.`, { hint: "Read it with read_file, or search its folder." });
  }
  const near = didYouMean(basename(path), await readdir(dirname(path)).catch(() => []));
  throw new ClawError("CLAW_TOOL_FAILED", `There is no folder ${given}.`, near === "" ? {} : { hint: near });
}

/** What is there under the very name that the pattern spells, as `[id]` in a name does. */
async function literal(root: string, rest: string): Promise<"file" | "folder" | undefined> {
  const found = await stat(join(root, rest)).catch(() => undefined);
  if (found?.isDirectory()) return "folder";
  return found?.isFile() ? "file" : undefined;
}

function nothing(pattern: string, folder: string, rest: string, late: boolean): string {
  if (late) return `No files found before the search was cut short; search a smaller folder.`;
  const deeper = rest.includes("/") || rest.includes("**") ? "" : ` To search subfolders too, use **/${rest}.`;
  return `No files match ${pattern} in ${folder} (ignored files are not listed).${deeper}`;
}

/** Relative to the session's folder when in it, else whole. Names with control characters are quoted. */
function shown(base: string, path: string): string {
  const below = relative(base, path);
  const outside = below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below);
  const name = outside ? path : below.split(sep).join("/");
  return /[\x00-\x1f\x7f]/.test(name) ? JSON.stringify(name) : name;
}

function said(text: string, files: number): ToolResult {
  return { content: [{ type: "text", text: text.toWellFormed() }], details: { files } };
}
