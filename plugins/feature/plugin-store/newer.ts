// Which newer versions there are: of packages by the registry, of repositories by their host, of folders by what lies in them now.
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TurnScope } from "claw";
import { type ListedPlugin, type NewerVersion, Processes, packageFiles, packageHash, projectRoot } from "claw/kit";
import { ask } from "./bun.ts";
import { STAGING } from "./index-file.ts";
import { childEnv, type Limits } from "./limits.ts";
import { resolveSource } from "./markets.ts";

/** Never rejects for one plugin: what cannot be told is its `problem`. */
export async function newer(plugins: readonly ListedPlugin[], limits: Limits, scope: TurnScope): Promise<readonly NewerVersion[]> {
  const found = await Promise.all(
    plugins.map((plugin) =>
      judge(plugin, limits, scope).catch((error: Error) => ({ plugin, wanted: plugin.version, latest: plugin.version, problem: error.message })),
    ),
  );
  return found.filter(({ plugin, wanted, latest, problem }) => problem !== undefined || wanted !== shown(plugin) || latest !== shown(plugin));
}

// --- internal ---

/** What stands for the installed version: a commit or checksum, cut, where there is no version to compare. */
function shown({ sort, version, resolved, integrity }: ListedPlugin): string {
  return sort === "npm" ? version : sort === "git" ? resolved.slice(0, 12) : integrity.slice(7, 19);
}

async function judge(plugin: ListedPlugin, limits: Limits, scope: TurnScope): Promise<NewerVersion> {
  const project = plugin.level === "project" ? projectRoot(scope.cwd) : undefined;
  if (plugin.sort === "folder" && !existsSync(plugin.source) && project === undefined)
    return { plugin, wanted: shown(plugin), latest: shown(plugin), problem: `${plugin.source} is gone` };
  const source = await resolveSource(plugin.source, project ?? scope.cwd, project, scope);
  if (source.sort === "npm") {
    const work = join(plugin.root, STAGING, `${process.pid}-${crypto.randomUUID().slice(0, 8)}`);
    try {
      await mkdir(work, { recursive: true });
      const answer = await ask(source.name, source.range, work, limits, scope);
      if ("told" in answer) return { plugin, wanted: answer.told.version, latest: answer.told.latest };
      throw new Error("missing" in answer ? answer.missing : `the registry cannot be reached: ${answer.unreachable}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  if (source.sort === "git") {
    const argv = ["git", "ls-remote", "--exit-code", "--", source.url, source.ref ?? "HEAD"];
    const env = { ...(await childEnv(scope)), GIT_TERMINAL_PROMPT: "0" };
    const end = await (await scope.use(Processes)).run(
      { argv, cwd: plugin.root, env, timeoutMs: 60_000, keep: 4_000, apart: true, name: "git" },
      scope,
    );
    // A commit by its number stands still.
    if (end.code === 2) return { plugin, wanted: shown(plugin), latest: shown(plugin) };
    if (end.code !== 0) throw new Error(`${source.url} cannot be reached: ${(end.stderr ?? "").trim()}`);
    const commit = end.output.trim().split(/\s/)[0]?.slice(0, 12) ?? "";
    return { plugin, wanted: commit, latest: commit };
  }
  if (source.sort === "tarball") return { plugin, wanted: shown(plugin), latest: shown(plugin) };
  const now = (await packageHash(source.path, await packageFiles(source.path, limits.bytes, [".git", "node_modules"]))).slice(7, 19);
  return { plugin, wanted: now, latest: now };
}
