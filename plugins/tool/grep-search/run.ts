// One search: where, with which engine, and what came of it.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { didYouMean, Tree, visibleTo, Workspace } from "claw/kit";
import { flagsOf } from "./argv.ts";
import type { Embedded } from "./embedded.ts";
import type { Found, Search } from "./engine.ts";
import type { Input } from "./input.ts";
import { type FileMatches, globTest, matchesOf } from "./matches.ts";
import { findNative, searchNative } from "./native.ts";
import { report } from "./report.ts";

export async function run(input: Input, scope: CallScope, embedded: Embedded): Promise<ToolResult> {
  const given = input.path ?? ".";
  const { path } = await (await scope.use(Workspace)).locate(given, scope);
  const kind = await kindOf(path, given);
  const [folder, file] = kind === "file" ? [dirname(path), basename(path)] : [path, ""];
  // A file that is named is searched, whatever glob and type say.
  const { glob, type, ...plain } = input;
  const asked: Input = kind === "file" ? plain : input;
  const tree = await scope.use(Tree);
  const top = await tree.repository(folder);
  const search: Search = { flags: flagsOf(asked), folder, file, signal: scope.signal, ...(top === undefined ? {} : { top }) };
  const found = await searched(search, scope, () => embedded.search(search, tree));
  const base = await realpath(scope.cwd);
  const met = matchesOf(found.output, input.output_mode);
  const seen = new Set(
    await visibleTo(
      scope,
      found.base,
      met.map((match) => match.path),
    ),
  );
  const all = met.filter((match) => seen.has(match.path));
  const files = asked.glob === undefined ? all : narrowed(all, asked.glob, found.base, [folder, base]);
  if (files.length === 0) {
    if (found.code !== 0 && found.code !== 1 && found.stderr !== "") throw refused(found.stderr);
    const only = [asked.type === undefined ? "" : `only type ${asked.type}`, asked.glob === undefined ? "" : `only ${asked.glob}`];
    const where = [...only, "ignored files are not searched"].filter((part) => part !== "").join("; ");
    const text = `No matches for ${JSON.stringify(input.pattern)} in ${given}${found.cut ? " before the search was cut short" : ""} (${where}).`;
    return { content: [{ type: "text", text: text.toWellFormed() }], details: { files: 0, complete: !found.cut } };
  }
  return report(files, input, (at) => shown(base, join(found.base, at)), found.cut);
}

// --- internal ---

/** With the ripgrep on PATH when it works; a failure is judged by the embedded one, whose version is known. */
async function searched(search: Search, scope: CallScope, embedded: () => Promise<Found>): Promise<Found> {
  const program = findNative(scope);
  if (program !== undefined) {
    const found = await searchNative(program, search, scope).catch(() => undefined);
    search.signal.throwIfAborted();
    if (found !== undefined && (found.cut || found.output !== "" || found.code === 1 || (found.code === 2 && found.stderr === ""))) return found;
  }
  return embedded();
}

async function kindOf(path: string, given: string): Promise<"file" | "folder"> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return "folder";
  if (found?.isFile()) return "file";
  if (found !== undefined) throw new ClawError("CLAW_TOOL_FAILED", `${given} is neither a file nor a folder.`);
  const near = didYouMean(basename(path), await readdir(dirname(path)).catch(() => []));
  throw new ClawError("CLAW_TOOL_FAILED", `${given} does not exist.`, near === "" ? {} : { hint: near });
}

/** A path is judged as it is called below each of `bases`, and whole. */
function narrowed(files: readonly FileMatches[], glob: string, from: string, bases: readonly string[]): FileMatches[] {
  const wanted = globTest(glob);
  return files.filter((file) => {
    const path = join(from, file.path);
    return wanted([...bases.map((base) => posix(relative(base, path))), posix(path).replace(/^\//, "")]);
  });
}

function refused(stderr: string): ClawError {
  const reason = stderr
    .replace(/^rg: /, "")
    .split("\n")
    .filter((line) => !line.includes("PCRE2") && line.trim() !== "")
    .join("\n");
  const hint = /look-?around|backreference/i.test(stderr)
    ? "Patterns are matched by an engine without look-around and backreferences."
    : "Escape characters that are meant literally, such as \\{ \\( \\[.";
  return new ClawError("CLAW_TOOL_INPUT_INVALID", reason, { hint });
}

/** Relative to the session's folder when in it, else whole. */
function shown(base: string, path: string): string {
  const below = relative(base, path);
  return below === "" || below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below) ? path : posix(below);
}

function posix(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}
