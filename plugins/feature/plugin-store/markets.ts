// Catalogues of plugins, as Claude Code's marketplaces are: added by the user, kept beside the store, and asked what `name@catalogue` means.
import { existsSync, statSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ClawError, type PluginScope, type TurnScope } from "claw";
import { didYouMean, headOf, type Marketplace, Processes } from "claw/kit";
import { writeWhole } from "./index-file.ts";
import { childEnv, rootOf } from "./limits.ts";
import { locked } from "./lock.ts";
import { gitOf, parseSource, type Source, within } from "./sources.ts";

/** What a word means, with the user's catalogues in mind. Throws what `parseSource` does, and `CLAW_USAGE` for what a catalogue has not. */
export async function resolveSource(word: string, cwd: string, project: string | undefined, scope: PluginScope): Promise<Source> {
  const [, name = "", market = ""] = /^([\w.-]+)@([\w.-]+)$/.exec(word) ?? [];
  const kept = market === "" ? undefined : (await read(scope))[market];
  if (kept === undefined) return parseSource(word, cwd, project);
  const folder = folderOf(market, kept, scope);
  const { plugins } = await catalogue(folder, market);
  const entry = plugins.find((one) => one["name"] === name);
  if (entry !== undefined) return sourceOf(entry, folder, word);
  const known = plugins.map((one) => String(one["name"]));
  throw new ClawError("CLAW_USAGE", `${market} has no plugin ${name}`, {
    hint: didYouMean(name, known) || "`claw plugin marketplace list` shows what it has.",
  });
}

export async function marketplaces(scope: PluginScope): Promise<readonly Marketplace[]> {
  const kept = await read(scope);
  return Promise.all(Object.entries(kept).map(([name, source]) => shown(name, source, scope)));
}

export async function addMarketplace(word: string, scope: TurnScope): Promise<Marketplace> {
  const path = resolve(scope.cwd, word.replace(/^~(?=$|[\\/])/, homedir()));
  const github = /^[\w.-]+\/[\w.-]+(#\S+)?$/.test(word) && !existsSync(path);
  const git = gitOf(github ? `github:${word}` : word);
  if (git === undefined && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    const hint = "Give owner/repo on GitHub, a git URL or a folder with .claude-plugin/marketplace.json.";
    throw new ClawError("CLAW_USAGE", `not a marketplace: ${JSON.stringify(word)}`, { hint });
  }
  const root = rootOf("user", scope);
  const fresh = join(root, MARKETS, `.${crypto.randomUUID()}`);
  try {
    if (git !== undefined) await clone(git.text, fresh, scope);
    const { name } = await catalogue(git === undefined ? path : fresh, word);
    await locked(root, scope.signal, async () => {
      if (git !== undefined) await replace(fresh, join(root, MARKETS, name));
      await write({ ...(await read(scope)), [name]: git?.text ?? path }, scope);
    });
    return await shown(name, git?.text ?? path, scope);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

export async function updateMarketplaces(names: readonly string[], scope: TurnScope): Promise<readonly Marketplace[]> {
  const kept = await read(scope);
  for (const name of names) if (!(name in kept)) throw unknown(name, kept);
  const chosen = Object.entries(kept).filter(([name]) => names.length === 0 || names.includes(name));
  const done: Marketplace[] = [];
  for (const [name, source] of chosen) {
    const failed = await addMarketplace(source, scope).then(
      () => undefined,
      (error: Error) => error.message,
    );
    done.push({ ...(await shown(name, source, scope)), ...(failed !== undefined && { problem: failed }) });
  }
  return done;
}

/** Plugins that came from it stay. */
export async function removeMarketplace(name: string, scope: TurnScope): Promise<void> {
  const root = rootOf("user", scope);
  await locked(root, scope.signal, async () => {
    const { [name]: source, ...rest } = await read(scope);
    if (source === undefined) throw unknown(name, rest);
    await write(rest, scope);
    await rm(join(root, MARKETS, name), { recursive: true, force: true });
  });
}

// --- internal ---

type Kept = Readonly<Record<string, string>>;
type Entry = Readonly<Record<string, unknown>>;

const MARKETS = "marketplaces";
const FILES = [".claude-plugin/marketplace.json", ".agents/plugins/marketplace.json", "marketplace.json"];
const CLONE_MS = 120_000;
const MOST_BYTES = 5_000_000;

async function read(scope: PluginScope): Promise<Kept> {
  try {
    return Object(JSON.parse(await readFile(join(rootOf("user", scope), MARKETS, "list.json"), "utf8"))) as Kept;
  } catch {
    return {};
  }
}

async function write(kept: Kept, scope: PluginScope): Promise<void> {
  const folder = join(rootOf("user", scope), MARKETS);
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, "list.json"), `${JSON.stringify(kept)}\n`);
}

/** A folder of the user's is used where it is. */
function folderOf(name: string, source: string, scope: PluginScope): string {
  const clone = join(rootOf("user", scope), MARKETS, name);
  return existsSync(clone) ? clone : source;
}

/** Throws `CLAW_MANIFEST_INVALID`. */
async function catalogue(folder: string, label: string): Promise<{ readonly name: string; readonly plugins: readonly Entry[] }> {
  const path = FILES.map((file) => join(folder, file)).find((file) => existsSync(file));
  const bad = (why: string): ClawError => new ClawError("CLAW_MANIFEST_INVALID", `${label} is not a marketplace: ${why}`);
  if (path === undefined) throw bad(`it has no ${FILES[0]}`);
  if (statSync(path).size > MOST_BYTES) throw bad("its list is too large");
  const { name, plugins } = await readFile(path, "utf8")
    .then((text) => Object(JSON.parse(text.replace(/^\uFEFF/, ""))) as Record<string, unknown>)
    .catch((error: Error) => {
      throw bad(error.message);
    });
  if (typeof name !== "string" || !/^[\w][\w.-]{0,63}$/.test(name) || /^\d/.test(name) || name === "latest") throw bad("its name is none");
  if (!Array.isArray(plugins)) throw bad("it has no list of plugins");
  return { name, plugins: plugins.filter((one) => typeof Object(one).name === "string") };
}

async function shown(name: string, source: string, scope: PluginScope): Promise<Marketplace> {
  try {
    const { plugins } = await catalogue(folderOf(name, source, scope), name);
    const listed = plugins.map(({ name: one, description = "", version }) => ({
      ...{ name: String(one), description: headOf(String(description), 200).toWellFormed() },
      ...(typeof version === "string" && { version }),
    }));
    return { name, source, plugins: listed };
  } catch (error) {
    return { name, source, plugins: [], problem: (error as Error).message };
  }
}

/** Where an entry's package is: in the catalogue's own folder, or elsewhere. Throws `CLAW_MANIFEST_INVALID`. */
function sourceOf(entry: Entry, folder: string, text: string): Source {
  const said = entry["source"];
  if (typeof said === "string") {
    const path = within(folder, said);
    if (path === undefined) throw new ClawError("CLAW_MANIFEST_INVALID", `${text}: ${said} is not a folder of its marketplace`);
    return { sort: "folder", path, listed: entry, text };
  }
  const { source, repo, url, ref, path, package: name, version } = Object(said) as Readonly<Record<string, string | undefined>>;
  const at = ref === undefined ? "" : `#${ref}`;
  const inner = path === undefined || path.split(/[\\/]/).includes("..") || /^[\\/]/.test(path) ? {} : { inner: path };
  const git = source === "github" ? gitOf(`github:${repo}${at}`) : source === "url" || source === "git-subdir" ? gitOf(`git+${url}${at}`) : undefined;
  if (git !== undefined) return { ...git, ...inner, listed: entry, text };
  if (source === "npm" && name !== undefined) return { ...parseSource(`npm:${name}${version === undefined ? "" : `@${version}`}`, folder), text };
  if (source === "archive" && url !== undefined && /^https?:/.test(url)) return { sort: "tarball", url, text };
  throw new ClawError("CLAW_MANIFEST_INVALID", `${text}: its marketplace says no place that claw can take it from (${String(source)})`);
}

function unknown(name: string, kept: Kept): ClawError {
  const hint = didYouMean(name, Object.keys(kept)) || "`claw plugin marketplace list` shows all.";
  return new ClawError("CLAW_USAGE", `there is no marketplace ${JSON.stringify(name)}`, { hint });
}

async function replace(from: string, to: string): Promise<void> {
  const old = `${to}.${crypto.randomUUID()}`;
  if (existsSync(to)) await rename(to, old);
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
}

async function clone(text: string, into: string, scope: TurnScope): Promise<void> {
  const [url = "", ref] = text.split("#", 2);
  await mkdir(join(into, ".."), { recursive: true });
  const words = ["clone", "--quiet", "--template=", "--depth=1", "--no-recurse-submodules", ...(ref === undefined ? [] : [`--branch=${ref}`])];
  const argv = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", ...words, "--", url, into];
  const env = { ...(await childEnv(scope)), GIT_TERMINAL_PROMPT: "0", GIT_LFS_SKIP_SMUDGE: "1" };
  const end = await (await scope.use(Processes)).run({ argv, cwd: scope.home, env, timeoutMs: CLONE_MS, keep: 4_000, name: "git" }, scope);
  if (end.code === 0) return;
  const why = end.timedOut ? `it took longer than ${CLONE_MS / 1_000} s` : headOf(end.output.trim(), 500);
  throw new ClawError("CLAW_TOOL_FAILED", `${text} could not be cloned: ${why}`, { hint: "Check the address, and that git may read it." });
}
