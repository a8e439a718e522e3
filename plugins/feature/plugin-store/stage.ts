// From a source to a package that somebody can be asked about: fetched beside the store, looked over, measured, compared with what is installed.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, Inspecting, type TurnScope } from "claw";
import {
  type Capabilities,
  type ListedPlugin,
  nearest,
  packageFiles,
  packageHash,
  type StagedPlugin,
  type StoredPlugin,
  type StoreLevel,
} from "claw/kit";
import { fetchPackage } from "./fetch.ts";
import { PACKAGES, prepare, STAGING } from "./index-file.ts";
import { inspect } from "./inspect.ts";
import { type Limits, rootOf } from "./limits.ts";
import type { Source } from "./sources.ts";

/** What to stage, and by what lock. `installed` are the plugins of all stores. */
export interface Order extends Readonly<{ source: Source; level: StoreLevel; claw: string; limits: Limits; installed: readonly ListedPlugin[] }> {
  readonly lock?: string;
  readonly pinned?: string;
}
/** A staged package with the folder it was made ready in. */
export type Staging = StagedPlugin & Readonly<{ work: string; root: string }>;

export async function stage(order: Order, scope: TurnScope): Promise<Staging> {
  const { source, level, claw, limits, installed } = order;
  const root = rootOf(level, scope);
  await prepare(root, level).catch((cause: NodeJS.ErrnoException) => {
    throw new ClawError("CLAW_STORE_FAILED", `${root} cannot be written: ${cause.message}`, { cause });
  });
  const work = join(root, STAGING, `${process.pid}-${crypto.randomUUID().slice(0, 8)}`);
  const dispose = async (): Promise<void> => rm(work, { recursive: true, force: true });
  try {
    await mkdir(work, { recursive: true });
    const fetched = await fetchPackage({ ...order, work, cache: join(rootOf("user", scope), "cache") }, scope);
    const { folder, label, told, dependencies } = fetched;
    const { wants: _, ...found } = await inspect(folder, label, claw);
    const all = await packageFiles(join(work, "node_modules"), limits.bytes);
    const own = await packageFiles(folder, limits.bytes, ["node_modules"]);
    const plugin: StoredPlugin = {
      ...found,
      ...{ source: source.text, sort: source.sort, resolved: fetched.resolved, integrity: await packageHash(folder, own) },
      ...{ folder: `${PACKAGES}/${slug(found)}/node_modules/${found.name}`, enabled: true, dependencies, at: Date.now() },
      ...{ bytes: own.bytes, files: own.files.length },
      ...(told?.publisher !== undefined && { publisher: told.publisher }),
    };
    const before = installed.find((one) => one.name === plugin.name && one.level === level);
    const warnings = [...fetched.warnings, ...(await doubts(plugin, before, installed, scope))];
    const wider = widened(before?.capabilities ?? {}, plugin.capabilities);
    const common = { plugin, level, bytes: all.bytes, warnings, wider, work, root };
    return { ...common, ...(before === undefined ? {} : { before }), [Symbol.asyncDispose]: dispose };
  } catch (thrown) {
    await dispose().catch(() => {});
    throw full(thrown);
  }
}

/** What `after` declares beyond `before`, as in "net api.example.com". */
export function widened(before: Capabilities, after: Capabilities): readonly string[] {
  return Object.entries(after).flatMap(([sort, wants]) => {
    const had = before[sort as keyof Capabilities] ?? [];
    if (had.includes("*")) return [];
    return wants.filter((one) => !had.includes(one)).map((one) => (one === "*" ? sort : `${sort} ${one}`));
  });
}

/** A full disk, in words. */
export function full(thrown: unknown): unknown {
  if ((thrown as NodeJS.ErrnoException).code !== "ENOSPC") return thrown;
  return new ClawError("CLAW_STORE_FAILED", "the disk is full; nothing was changed", { hint: "Make room, then try again.", cause: thrown });
}

// --- internal ---

function slug({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name.replace(/^@/, "").replace(/[^\w.-]+/g, "+")}@${version}-${crypto.randomUUID().slice(0, 8)}`;
}

/** What to look at twice. Throws `CLAW_USAGE` for a name that is one of claw's own. */
async function doubts(
  plugin: StoredPlugin,
  before: ListedPlugin | undefined,
  installed: readonly ListedPlugin[],
  scope: TurnScope,
): Promise<string[]> {
  const { name, family, manifest, publisher } = plugin;
  const bundled = (await scope.use(Inspecting)).plugins().filter(({ source }) => source === "bundled");
  if (bundled.some((one) => one.name === name)) {
    const hint = "Only claw itself has plugins of that name. Its author must choose another.";
    throw new ClawError("CLAW_USAGE", `${name} is the name of a plugin in the binary; nothing was added`, { hint });
  }
  const bare = (one: string): string => one.replace(/^@[^/]*\//, "");
  const known = [...bundled, ...installed].map((one) => one.name).filter((one) => one !== name);
  const alike = known.find((one) => bare(one) === bare(name) || one === name) ?? known.find((one) => close(bare(name), bare(one)));
  const opens = ["callInput", "permit", "runner"].filter((hook) => hook in (manifest.hooks ?? {}));
  return [
    ...(alike === undefined ? [] : [`Its name looks like that of ${alike}, which is another plugin.`]),
    ...(name.startsWith("@claw/") ? ["Its name begins with @claw/, and it is not in the binary."] : []),
    ...(before?.publisher !== undefined && publisher !== undefined && before.publisher !== publisher
      ? [`It was published by ${publisher}; the installed ${before.version} was published by ${before.publisher}.`]
      : []),
    ...(opens.length > 0 ? [`It has a say in which calls run (${opens.join(", ")}).`] : []),
    ...(family === "claude" && plugin.brings["hooks"] ? [`Its hooks run commands: ${plugin.brings["hooks"].join(", ")}.`] : []),
  ];
}

/** One letter more, less, other or swapped, in names long enough for that to be a slip. */
function close(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length > 3 && long.length - short.length <= 1 && nearest(a, [b]).length > 0 && similar(a, b);
}

function similar(a: string, b: string): boolean {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  const [restA, restB] = [a.slice(from), b.slice(from)];
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1);
}
