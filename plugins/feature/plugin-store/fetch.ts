// Getting a package into a folder of its own, by where it comes from. What comes is not judged here, and none of it runs.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { headOf, Processes, packageFiles, packageSize, tooLarge } from "claw/kit";
import { ask, install, installed, type Told } from "./bun.ts";
import { inspect } from "./inspect.ts";
import { childEnv, type Limits, PROVIDED } from "./limits.ts";
import { type Listing, type Source, within } from "./sources.ts";
import { unpack } from "./tar.ts";
import { copy, dropBins } from "./tree.ts";

/** What was asked for, and where it goes. `lock` and `pinned` are what a lock says: a `bun.lock`, and a version or commit. */
export interface Order extends Readonly<{ source: Source; work: string; cache: string; claw: string; limits: Limits }> {
  readonly lock?: string;
  readonly pinned?: string;
}
/** A package in `work/node_modules/<name>`, with what it needs beside it. `resolved` is a version, commit or checksum. */
export interface Fetched extends Readonly<{ folder: string; label: string; resolved: string; dependencies: Readonly<Record<string, string>> }> {
  readonly told?: Told;
  readonly warnings: readonly string[];
}

/** Throws `CLAW_USAGE`, `CLAW_TOOL_FAILED` or `CLAW_MANIFEST_INVALID`. */
export async function fetchPackage(order: Order, scope: TurnScope): Promise<Fetched> {
  const { source } = order;
  if (source.sort === "npm") return fromRegistry(order, source, scope);
  if (source.sort === "folder" && source.listed === undefined) return settle(order, source.path, source.text, "", scope);
  const scratch = await mkdtemp(join(tmpdir(), "claw-plugin-"));
  try {
    const into = join(scratch, "package");
    const resolved = await bring(source, into, order, scope);
    const folder = source.sort === "git" && source.inner !== undefined ? within(into, source.inner) : into;
    if (folder === undefined) throw new ClawError("CLAW_MANIFEST_INVALID", `${source.text}: its repository has no such folder; nothing was added`);
    if ("listed" in source && source.listed !== undefined) await describe(folder, source.listed);
    return await settle(order, folder, source.text, resolved, scope);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// --- internal ---

const YOUNG_MS = 3 * 86_400_000;

async function fromRegistry(order: Order, { name, range }: Extract<Source, { sort: "npm" }>, scope: TurnScope): Promise<Fetched> {
  const { work, lock, pinned, limits } = order;
  const answer = await ask(name, pinned ?? range, work, limits, scope);
  if ("missing" in answer)
    throw new ClawError("CLAW_TOOL_FAILED", `${answer.missing}; nothing was added`, { hint: "`claw plugin search WORD` looks for one." });
  const told = "told" in answer ? answer.told : undefined;
  if ((told?.bytes ?? 0) > limits.bytes) throw tooLarge(`${name} (${packageSize(told?.bytes ?? 0)})`, limits.bytes);
  const version = told?.version ?? pinned ?? (range === "" ? "latest" : range);
  const offline = told === undefined;
  await install({ ...order, dependencies: { [name]: version }, offline, ...(lock === undefined ? {} : { lock }) }, order.claw, scope).catch(
    (error) => {
      if (told === undefined && "unreachable" in answer && error instanceof ClawError && error.code === "CLAW_TOOL_FAILED")
        throw new ClawError("CLAW_TOOL_FAILED", `the registry cannot be reached, and ${name} is not in the cache: ${answer.unreachable}`, {
          hint: "Try again when it can.",
        });
      throw error;
    },
  );
  const modules = join(work, "node_modules");
  await dropBins(modules);
  const folder = join(modules, name);
  if (!existsSync(folder)) throw new ClawError("CLAW_MANIFEST_INVALID", `${name} is not in what the registry sent; nothing was added`);
  const pack = JSON.parse(await readFile(join(folder, "package.json"), "utf8").catch(() => "{}")) as { name?: unknown; version?: unknown };
  const is = `${String(pack.name)}@${String(pack.version)}`;
  if (pack.name !== name || (told !== undefined && pack.version !== told.version)) {
    const hint = "Do not install it; tell the registry.";
    throw new ClawError("CLAW_MANIFEST_INVALID", `the registry says ${name}@${version}, and the package in it says ${is}; nothing was added`, {
      hint,
    });
  }
  const warnings = [
    ...(told === undefined ? ["The registry could not be reached: this is from the cache, and may be old."] : []),
    ...(told?.deprecated ? [`Its author says not to use it: ${headOf(told.deprecated, 200)}`] : []),
    ...(told?.published !== undefined && Date.now() - told.published < YOUNG_MS
      ? ["This version is less than three days old: nobody has looked at it for long."]
      : []),
  ];
  const known = told === undefined ? {} : { told };
  return { folder, label: is, resolved: String(pack.version), dependencies: await installed(modules, name), warnings, ...known };
}

/** Copies what was fetched to its place, and installs what it needs beside it. */
async function settle(order: Order, from: string, label: string, resolved: string, scope: TurnScope): Promise<Fetched> {
  const { work, claw, limits, lock } = order;
  const found = await inspect(from, label, claw);
  const modules = join(work, "node_modules");
  const wants = Object.fromEntries(
    Object.entries(found.wants).filter(([name, range]) => name !== PROVIDED && name !== found.name && typeof range === "string"),
  );
  const local = Object.entries(wants).find(([, range]) => /^(file|link|workspace|portal):|^\.{0,2}\//.test(range));
  if (local !== undefined) {
    const hint = "What a plugin needs must come from a registry or from git.";
    throw new ClawError("CLAW_MANIFEST_INVALID", `${label} depends on ${local[0]} at ${local[1]}, which is outside of it`, { hint });
  }
  if (Object.keys(wants).length > 0) await install({ ...order, dependencies: wants, ...(lock === undefined ? {} : { lock }) }, claw, scope);
  await dropBins(modules);
  const folder = join(modules, found.name);
  await rm(folder, { recursive: true, force: true });
  await copy(from, await packageFiles(from, limits.bytes, [".git", "node_modules"]), folder);
  return { folder, label, resolved, dependencies: await installed(modules, found.name), warnings: [] };
}

async function bring(source: Exclude<Source, { sort: "npm" }>, into: string, order: Order, scope: TurnScope): Promise<string> {
  if (source.sort === "git") return clone(source, into, order, scope);
  if (source.sort === "tarball") return tarball(source, into, order, scope);
  await copy(source.path, await packageFiles(source.path, order.limits.bytes, [".git", "node_modules"]), into);
  return "";
}

/** Gives a package without a manifest the one that its catalogue has for it. */
async function describe(folder: string, listing: Listing): Promise<void> {
  if (["package.json", "plugin.json", ".claude-plugin/plugin.json"].some((name) => existsSync(join(folder, name)))) return;
  await mkdir(join(folder, ".claude-plugin"), { recursive: true });
  const { source: _, ...manifest } = listing;
  await writeFile(join(folder, ".claude-plugin", "plugin.json"), JSON.stringify(manifest));
}

async function clone({ url, ref }: Extract<Source, { sort: "git" }>, into: string, { limits, pinned }: Order, scope: TurnScope): Promise<string> {
  const processes = await scope.use(Processes);
  const env = { ...(await childEnv(scope)), GIT_TERMINAL_PROMPT: "0", GIT_LFS_SKIP_SMUDGE: "1" };
  const git = async (cwd: string, ...words: readonly string[]): Promise<string> => {
    const argv = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", ...words];
    const end = await processes.run({ argv, cwd, env, timeoutMs: limits.fetchMs, keep: 4_000, name: "git" }, scope);
    if (end.code === 0) return end.output.trim();
    if (end.aborted) throw new ClawError("CLAW_ABORTED", "nothing was added");
    const why = end.timedOut ? `it took longer than ${limits.fetchMs / 1_000} s` : headOf(end.output.trim(), 500);
    const hint = "Check the address and the ref, and that git may read it.";
    throw new ClawError("CLAW_TOOL_FAILED", `${url} could not be cloned: ${why}; nothing was added`, { hint });
  };
  const wanted = pinned ?? ref;
  const depth = wanted === undefined ? ["--depth=1"] : ["--no-checkout"];
  await git(tmpdir(), "clone", "--quiet", "--template=", "--no-recurse-submodules", ...depth, "--", url, into);
  if (wanted !== undefined) {
    const commit = await git(into, "rev-parse", "--verify", "--quiet", "--end-of-options", `${wanted}^{commit}`).catch(() =>
      git(into, "rev-parse", "--verify", "--end-of-options", `origin/${wanted}^{commit}`),
    );
    await git(into, "checkout", "--quiet", "--detach", commit);
  }
  return git(into, "rev-parse", "HEAD");
}

async function tarball({ path, url }: Extract<Source, { sort: "tarball" }>, into: string, { limits }: Order, scope: TurnScope): Promise<string> {
  const label = basename((path ?? url ?? "").split("?")[0] ?? "");
  const bytes = path === undefined ? await download(url ?? "", limits, scope) : await readWhole(path, limits);
  await mkdir(into, { recursive: true });
  await unpack(bytes, `${into}.part`, limits.bytes, label);
  await rm(into, { recursive: true });
  await rename(`${into}.part`, into);
  return `sha512-${new Bun.CryptoHasher("sha512").update(bytes).digest("base64")}`;
}

async function readWhole(path: string, { bytes }: Limits): Promise<Uint8Array> {
  const file = Bun.file(path);
  if (file.size > bytes) throw tooLarge(path, bytes);
  return file.bytes();
}

async function download(url: string, { bytes, fetchMs }: Limits, scope: TurnScope): Promise<Uint8Array> {
  const fail = (why: string): never => {
    throw new ClawError("CLAW_TOOL_FAILED", `${url} could not be fetched: ${why}; nothing was added`, { hint: "Check the address." });
  };
  const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(fetchMs)]);
  const response = await fetch(url, { signal }).catch((error: Error) => fail(error.message));
  if (!response.ok || response.body === null) return fail(`status ${response.status}`);
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of response.body) {
    total += piece.length;
    if (total > bytes) throw tooLarge(url, bytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
