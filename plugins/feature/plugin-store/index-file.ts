// The store on disk: its index, written whole and renamed into place, and the folders of packages. Every change happens under the store's lock.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { ClawError } from "claw";
import { readStoreIndex, STORE_INDEX, STORE_SEALS, type StoredPlugin, type StoreLevel, sealedStore, sealOf, writeWholeFile } from "claw/kit";
import { locked } from "./lock.ts";

/** Where packages are. */
export const PACKAGES = "packages";
/** Where they are made ready. */
export const STAGING = ".staging";

/** Makes the store's own folders. A project's store, which has `claw.lock` for that, keeps itself out of version control. */
export async function prepare(root: string, level: StoreLevel): Promise<void> {
  await mkdir(join(root, STAGING), { recursive: true, mode: 0o700 });
  await mkdir(join(root, PACKAGES), { recursive: true });
  if (level === "project" && !existsSync(join(root, ".gitignore"))) await writeFile(join(root, ".gitignore"), "*\n");
}

/**
 * Changes the index under the lock; what `change` throws leaves it as it was. Afterwards what nobody needs is removed. `also` is told of the new list and the old one
 * while the lock is held, and whether the user had agreed to all of the old one.
 */
export async function changeIndex(
  { root, claw, home }: Readonly<{ root: string; claw: string; home: string }>,
  signal: AbortSignal,
  change: (plugins: readonly StoredPlugin[]) => Promise<readonly StoredPlugin[]>,
  also?: (plugins: readonly StoredPlugin[], before: readonly StoredPlugin[], sealed: boolean) => Promise<void>,
): Promise<void> {
  await locked(root, signal, async () => {
    const { plugins } = readStoreIndex(root);
    const sealed = plugins.length === 0 || sealedStore(home, root);
    const next = (await change(plugins)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    await writeWhole(join(root, STORE_INDEX), `${JSON.stringify({ version: 1, claw, plugins: next })}\n`);
    await also?.(next, plugins, sealed);
    await sweep(root, plugins, next);
  });
}

/** Notes that the user has agreed to what the project's store at `root` holds now. */
export async function seal(root: string, user: string, signal: AbortSignal): Promise<void> {
  await locked(user, signal, async () => {
    const path = join(user, STORE_SEALS);
    const text = await readFile(path, "utf8").catch(() => "{}");
    let seals: Record<string, unknown> = {};
    try {
      seals = Object(JSON.parse(text));
    } catch {}
    await writeWhole(path, `${JSON.stringify({ ...seals, [root]: sealOf(root) })}\n`);
  });
}

/** A new file beside the old one, then one rename: whoever reads sees the whole of either. Throws `CLAW_STORE_FAILED`. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  try {
    await writeWholeFile(path, text, mode);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const hint = code === "ENOSPC" ? "The disk is full. What was there before still is." : "What was there before still is.";
    throw new ClawError("CLAW_STORE_FAILED", `${path} could not be written: ${message}`, { hint, cause });
  }
}

/** Folders of packages that the index does not name, and of staging that nobody works in. */
export async function strays(root: string, plugins: readonly StoredPlugin[], now = Date.now()): Promise<readonly string[]> {
  const needed = new Set(plugins.map(({ folder }) => folder.split("/")[1]));
  const packages = (await readdir(join(root, PACKAGES)).catch(() => [])).filter((name) => !needed.has(name));
  const staged = (await readdir(join(root, STAGING)).catch(() => [])).filter((name) => !alive(Number(name.split("-")[0])));
  const old: string[] = [];
  for (const path of [...packages.map((name) => join(root, PACKAGES, name)), ...staged.map((name) => join(root, STAGING, name))]) {
    const { mtimeMs = now } = (await stat(path).catch(() => undefined)) ?? {};
    if (staged.includes(basename(path)) || now - mtimeMs > KEEP_MS) old.push(path);
  }
  return old;
}

/** The text of the `bun.lock` that was written when a package was installed; undefined when it needs nothing. */
export async function lockOf(root: string, { folder }: StoredPlugin): Promise<string | undefined> {
  const path = join(root, folder.split("/").slice(0, 2).join("/"), "bun.lock");
  return existsSync(path) ? readFile(path, "utf8") : undefined;
}

// --- internal ---

/** A session that runs may still load parts of a version that was replaced. */
const KEEP_MS = 3_600_000;

function alive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Best effort: what is left over is found the next time, and by `doctor`. */
async function sweep(root: string, before: readonly StoredPlugin[], after: readonly StoredPlugin[]): Promise<void> {
  const now = new Date();
  for (const { name, folder } of before) {
    const top = join(root, folder.split("/").slice(0, 2).join("/"));
    if (after.some((one) => one.folder === folder)) continue;
    if (after.some((one) => one.name === name)) await utimes(top, now, now).catch(() => {});
    else await rm(top, { recursive: true, force: true }).catch(() => {});
  }
  for (const path of await strays(root, after)) await rm(path, { recursive: true, force: true }).catch(() => {});
}
