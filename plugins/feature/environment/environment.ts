// The text of the environment part. Reads a few small files; starts no process.
import { arch, platform, release } from "node:os";
import { basename } from "node:path";
import type { Options, PluginScope } from "claw";
import { headOf, plainLine } from "claw/kit";
import { repositoryOf } from "./repository.ts";

export interface Place {
  readonly cwd: string;
  readonly env: PluginScope["env"];
  readonly options: Options;
  readonly now: Date;
}

/** At most 1 kB of lines. */
export function describe({ cwd, env, options, now }: Place): string {
  const repository = repositoryOf(cwd);
  const added = [options["add-dir"] ?? []].flat().filter((folder) => typeof folder === "string");
  const shell = env["SHELL"] ?? env["ComSpec"] ?? "";
  const lines: readonly (readonly [string, string, number])[] = [
    ["Folder", cwd, 300],
    ["Other folders", added.join(", "), 150],
    ["Git", repository === undefined ? "not a repository" : git(repository, cwd), 300],
    ["Platform", `${platform()} ${arch()}, ${release()}`, 80],
    ["Shell", basename(shell.replaceAll("\\", "/")), 40],
    ["Today", day(now), 20],
  ];
  return `# Environment\n${lines.flatMap(([name, value, most]) => (value === "" ? [] : [`${name}: ${plain(value, most)}`])).join("\n")}`;
}

// --- internal ---

function git({ root, branch, commit, doing, main }: NonNullable<ReturnType<typeof repositoryOf>>, cwd: string): string {
  const at = branch === undefined ? (commit === undefined ? "no branch" : `detached at ${commit}`) : `branch ${branch}`;
  return [
    at,
    ...(main === undefined || main === branch ? [] : [`default branch ${main}`]),
    ...(doing === undefined ? [] : [`in the middle of a ${doing}`]),
    ...(root === cwd ? [] : [`root ${root}`]),
  ].join(", ");
}

/** A name in the file system must not become a line of its own. */
function plain(value: string, most: number): string {
  return headOf(plainLine(value) ? value : value.toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?"), most);
}

/** In UTC, and says so: the first question about local time costs a process 8 ms. */
function day(now: Date): string {
  return `${now.toISOString().slice(0, 10)} (UTC)`;
}
