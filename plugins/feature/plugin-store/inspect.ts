// What a fetched package is, from its files alone: whose family, its manifest, what it adds and wants. Runs none of its code.
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ClawError } from "claw";
import { type Capabilities, capabilitiesOf, checkEngine, checkManifest, entryOf, foreignManifest, readForeign, type StoredPlugin } from "claw/kit";

/** What is read from a package. */
export type Found = Pick<StoredPlugin, "name" | "version" | "entry" | "manifest" | "capabilities" | "brings"> &
  Partial<Pick<StoredPlugin, "description" | "engine" | "family">> & {
    /** What its code imports, by its own word: name → range. */
    readonly wants: Readonly<Record<string, string>>;
  };

/** Reads the package in `folder`, called `label` in errors. Throws `CLAW_MANIFEST_INVALID` or `CLAW_PLUGIN_API_MISMATCH`. */
export async function inspect(folder: string, label: string, claw: string): Promise<Found> {
  const pack = await readObject(join(folder, "package.json"), label);
  if (pack?.["claw"] !== undefined) return own(folder, label, claw, pack);
  const claude = await readObject(join(folder, ".claude-plugin", "plugin.json"), label);
  const agent = claude ?? (await readObject(join(folder, "plugin.json"), label));
  if (agent !== undefined) return foreign(folder, label, agent, claude === undefined ? "agent-plugin" : "claude");
  const hint = "Its author adds one: `claw plugin new` writes a package that has it. A plugin without one can be tried with --plugin-dir.";
  const what = pack === undefined ? "has no package.json" : 'has no field "claw" in its package.json';
  throw new ClawError("CLAW_MANIFEST_INVALID", `${label} is not a plugin: it ${what}`, { hint });
}

/** Throws `CLAW_MANIFEST_INVALID` for a name that could be no folder. */
export function checkName(name: unknown, label: string): string {
  if (typeof name === "string" && name.length <= 214 && /^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i.test(name)) return name;
  const hint = 'Names are as npm has them: "claw-echo" or "@me/echo".';
  throw new ClawError("CLAW_MANIFEST_INVALID", `${label}: not a name for a plugin: ${JSON.stringify(name) ?? "none"}`, { hint });
}

// --- internal ---

const MOST_MANIFEST = 1_000_000;

async function readObject(path: string, label: string): Promise<Record<string, unknown> | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  if (found.size > MOST_MANIFEST) throw new ClawError("CLAW_MANIFEST_INVALID", `${label}: its manifest has ${found.size} bytes`);
  try {
    const value: unknown = JSON.parse((await readFile(path, "utf8")).replace(/^\uFEFF/, ""));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new ClawError("CLAW_MANIFEST_INVALID", `${label}: ${path.split(/[\\/]/).at(-1)} is not a JSON object`);
}

async function own(folder: string, label: string, claw: string, pack: Record<string, unknown>): Promise<Found> {
  const name = checkName(pack["name"], label);
  const manifest = checkManifest(pack["claw"], name, `${label}: package.json`);
  const engine = (pack["engines"] as { claw?: unknown } | undefined)?.claw;
  checkEngine(engine, name, claw);
  const entry = entryOf(pack).replace(/^\.[\\/]/, "");
  if (/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(entry) || !existsSync(join(folder, entry))) {
    const hint = "`exports` of its package.json must name a file of it.";
    throw new ClawError("CLAW_MANIFEST_INVALID", `${label}: it says that it begins at ${JSON.stringify(entry)}, and has no such file`, { hint });
  }
  const wants = Object(pack["dependencies"]) as Record<string, string>;
  return {
    ...common(name, pack),
    ...{ entry, manifest, capabilities: capabilitiesOf(manifest), brings: await lies(folder), wants },
    ...(typeof engine === "string" && { engine }),
  };
}

async function foreign(folder: string, label: string, pack: Record<string, unknown>, family: "agent-plugin" | "claude"): Promise<Found> {
  const name = checkName(pack["name"], label);
  const parts = readForeign(folder);
  const { servers = {}, hooks, tools } = parts;
  const brings = { ...(await lies(folder)), ...names("hooks", Object.keys(Object(hooks))), ...names("servers", Object.keys(servers)) };
  return {
    ...common(name, pack),
    entry: "plugin.json",
    manifest: foreignManifest(parts),
    capabilities: implied(
      servers,
      brings["hooks"] !== undefined,
      tools.map(({ command }) => command),
    ),
    brings,
    family,
    wants: {},
  };
}

/** What hooks, servers and commands can do, whatever their package says. */
function implied(servers: Readonly<Record<string, unknown>>, hooks: boolean, commands: readonly string[]): Capabilities {
  const urls = Object.values(servers).flatMap((one) => (typeof Object(one).url === "string" ? [hostOf(Object(one).url)] : []));
  const local = Object.values(servers).flatMap((one) => (typeof Object(one).command === "string" ? [String(Object(one).command)] : []));
  const exec = hooks ? ["*"] : [...local, ...commands];
  return { ...(exec.length > 0 && { exec: [...new Set(exec)].sort() }), ...(urls.length > 0 && { net: [...new Set(urls)].sort() }) };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "*";
}

function common(name: string, pack: Record<string, unknown>) {
  const { version, description } = pack;
  const said = typeof description === "string" ? { description: description.slice(0, 500).toWellFormed() } : {};
  return { name, version: typeof version === "string" && /^[\w.+-]{1,100}$/.test(version) ? version : "0.0.0", ...said };
}

function names(sort: string, list: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return list.length === 0 ? {} : { [sort]: list.slice(0, 200).sort() };
}

/** Skills, agents and commands that others find in its folders. */
async function lies(folder: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const listed = async (sort: string): Promise<readonly string[]> => readdir(join(folder, sort)).catch(() => []);
  const skills = (await listed("skills")).filter((name) => existsSync(join(folder, "skills", name, "SKILL.md")));
  const pages = async (sort: string) => (await listed(sort)).filter((name) => name.endsWith(".md")).map((name) => name.slice(0, -3));
  return {
    ...names("skills", skills),
    ...names("agents", await pages("agents")),
    ...names("commands", await pages("commands")),
    ...names("output-styles", await pages("output-styles")),
  };
}
