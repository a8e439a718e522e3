// Bun's package manager, which is in the binary: installing what a package needs, and what the registry says of one. No script of any package runs.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { headOf, type ProcessEnd, Processes, tooLarge } from "claw/kit";
import { childEnv, type Limits, PROVIDED } from "./limits.ts";

/** What the registry says of one version. All of it is from outside. */
export interface Told {
  readonly version: string;
  readonly latest: string;
  readonly publisher?: string;
  readonly bytes?: number;
  readonly deprecated?: string;
  readonly published?: number;
}
/** How the registry was asked: `none` when it could not be reached. */
export type Answer = Readonly<{ told: Told } | { missing: string } | { unreachable: string }>;

/** Installs `dependencies` below `work`. With `lock`, exactly what that says. Throws `CLAW_TOOL_FAILED`. */
export async function install(
  {
    work,
    cache,
    dependencies,
    lock,
    offline = false,
    limits,
  }: Readonly<{
    work: string;
    cache: string;
    dependencies: Readonly<Record<string, string>>;
    lock?: string;
    offline?: boolean;
    limits: Limits;
  }>,
  claw: string,
  scope: TurnScope,
): Promise<void> {
  const provided = join(work, "provided");
  await mkdir(provided, { recursive: true });
  // What claw itself provides must not come from a registry, where the name is somebody else's.
  await writeFile(join(provided, "package.json"), JSON.stringify({ name: PROVIDED, version: claw }));
  const pack = { private: true, dependencies, overrides: { [PROVIDED]: "file:./provided" } };
  await writeFile(join(work, "package.json"), `${JSON.stringify(pack, undefined, 2)}\n`);
  if (lock !== undefined) await writeFile(join(work, "bun.lock"), lock);
  const words = ["install", ...FLAGS, `--cache-dir=${cache}`, ...(lock === undefined ? [] : ["--frozen-lockfile"])];
  const first = await bun([...words, ...(offline ? ["--offline"] : [])], work, limits, scope);
  const end = first.code === 0 || offline || !UNREACHABLE.test(first.output) ? first : await bun([...words, "--offline"], work, limits, scope);
  if (end.code !== 0) throw failure(`${Object.keys(dependencies).join(", ")} could not be installed`, (end === first ? first : end).output);
  await rm(provided, { recursive: true, force: true });
}

/** Asks the registry of the user's npm configuration for `name`, at a version, range or tag. */
export async function ask(name: string, range: string, work: string, limits: Limits, scope: TurnScope): Promise<Answer> {
  const end = await bun(["info", range === "" ? name : `${name}@${range}`, "--json"], work, limits, scope, true);
  const said = parse(end.output);
  if (end.code === 0 && typeof said?.["version"] === "string") return { told: told(said, said["version"]) };
  const why = `${end.output}\n${end.stderr ?? ""}`.trim();
  if (/No matching version/i.test(why)) return { missing: `${name} has no version ${range}` };
  if (/\b404\b/.test(why)) return { missing: `the registry has no package ${name}` };
  if (/\b40[13]\b/.test(why)) return { missing: `the registry refuses to show ${name}: it wants other credentials, in your .npmrc` };
  return { unreachable: headOf(why, 300) };
}

/** Versions of what is in `node_modules` besides `name`. */
export async function installed(modules: string, name: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  if (!existsSync(modules)) return found;
  for (const entry of await readdir(modules)) {
    const names = entry.startsWith("@") ? (await readdir(join(modules, entry))).map((one) => `${entry}/${one}`) : [entry];
    for (const one of names.filter((other) => other !== name && !other.startsWith("."))) {
      const pack = parse(await readFile(join(modules, one, "package.json"), "utf8").catch(() => ""));
      found[one] = typeof pack?.["version"] === "string" ? pack["version"] : "?";
    }
  }
  return found;
}

// --- internal ---

const FLAGS = [
  ...["--ignore-scripts", "--omit=dev", "--omit=peer", "--linker=hoisted", "--backend=copyfile"],
  ...["--no-progress", "--no-summary", "--save-text-lockfile"],
];
const UNREACHABLE =
  /ConnectionRefused|ConnectionClosed|ConnectionReset|FailedToOpenSocket|DNS|ENOTFOUND|ECONNREFUSED|Timeout|Unable to connect|UNABLE|Network|\b50[234]\b/i;
const WATCH_MS = 200;

/** Runs Bun, and ends it when what it writes below `work` grows over the limit. */
async function bun(words: readonly string[], work: string, limits: Limits, scope: TurnScope, apart = false): Promise<ProcessEnd> {
  const processes = await scope.use(Processes);
  const temporary = join(work, "tmp");
  await mkdir(temporary, { recursive: true });
  const env = { ...(await childEnv(scope)), BUN_BE_BUN: "1", BUN_TMPDIR: temporary };
  const grown = new AbortController();
  const watch = setInterval(async () => {
    if ((await weigh(work)) > limits.bytes * 1.5) grown.abort();
  }, WATCH_MS);
  try {
    const signal = AbortSignal.any([scope.signal, grown.signal]);
    const options = { argv: [process.execPath, ...words], cwd: work, env, timeoutMs: limits.fetchMs, keep: 200_000, apart, name: "bun" };
    const end = await processes.run(options, { ...scope, signal });
    if (grown.signal.aborted) throw tooLarge("the package", limits.bytes);
    if (end.aborted) throw new ClawError("CLAW_ABORTED", "nothing was added");
    if (end.timedOut) throw failure(`the registry took longer than ${limits.fetchMs / 1_000} s`, end.output);
    return end;
  } finally {
    clearInterval(watch);
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Bytes below a folder, as far as it can be read while it changes. */
async function weigh(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? await weigh(path) : ((await stat(path).catch(() => undefined))?.size ?? 0);
  }
  return bytes;
}

function failure(message: string, output: string): ClawError {
  const lines = output.split("\n").filter((line) => /error|warn|\b40\d\b|fail|ENOSPC|space/i.test(line));
  const why = headOf((lines.length > 0 ? lines.join("; ") : output.trim()).replace(/\s+/g, " "), 600);
  const hint = /ENOSPC|NoSpaceLeft|no space/i.test(output) ? "The disk is full." : "Check the name, and the registry and credentials in your .npmrc.";
  return new ClawError("CLAW_TOOL_FAILED", `${message}: ${why}; nothing was added`, { hint });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function told(said: Record<string, unknown>, version: string): Told {
  const latest = (said["dist-tags"] as { latest?: unknown } | undefined)?.latest;
  const { name: user } = Object(said["_npmUser"]) as { name?: unknown };
  const bytes = (said["dist"] as { unpackedSize?: unknown } | undefined)?.unpackedSize;
  const published = Date.parse(String((said["time"] as Record<string, unknown> | undefined)?.[version] ?? ""));
  const { deprecated } = said;
  return {
    version,
    latest: typeof latest === "string" ? latest : version,
    ...(typeof user === "string" && { publisher: user }),
    ...(typeof bytes === "number" && { bytes }),
    ...(typeof deprecated === "string" && { deprecated }),
    ...(Number.isFinite(published) && { published }),
  };
}
