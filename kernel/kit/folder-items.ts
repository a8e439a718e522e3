// What a folder brings that acts on its own, item by item: shown when trust is asked for, and compared with what was trusted.
import { readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Env } from "claw";
import { DEFINITION_SORTS, type DefinitionSort, markdownFiles, projectDefinitions } from "./definitions.ts";
import { fields } from "./fields.ts";
import { type FolderContent, settingsOf, statOf, there } from "./folder-content.ts";
import { realPath } from "./paths.ts";
import { projectRoot } from "./settings.ts";

export function folderContent(cwd: string, home: string, env: Env): FolderContent {
  const folder = realPath(cwd);
  const root = projectRoot(folder);
  const items: string[] = [];
  const paths = new Set<string>();
  const found: Found = { root, items, add: (path) => paths.add(path) };
  for (const path of settingsOf(root, home, env)) fromSettings(path, found);
  fromServers(join(root, ".mcp.json"), found);
  for (const sort of DEFINITION_SORTS) for (const path of projectDefinitions(sort, { cwd: folder, home, env })) fromDefinitions(sort, path, found);
  const files = Object.fromEntries([...paths].sort().map((path) => [relative(root, path).split(sep).join("/"), hashOf(path)]));
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(Object.entries(files))).digest("hex");
  return { folder, items, files, hash };
}

/** What is another than it was, a line each: `+` what is new, `-` what is gone, `~` a file that changed. */
export function contentChanges(before: Pick<FolderContent, "items" | "files">, after: Pick<FolderContent, "items" | "files">): readonly string[] {
  return [
    ...after.items.filter((item) => !before.items.includes(item)).map((item) => `+ ${item}`),
    ...before.items.filter((item) => !after.items.includes(item)).map((item) => `- ${item}`),
    ...Object.entries(after.files).flatMap(([path, hash]) => (path in before.files && before.files[path] !== hash ? [`~ ${path} has changed`] : [])),
    ...Object.keys(after.files).flatMap((path) => (path in before.files ? [] : [`~ ${path} is new`])),
  ];
}

// --- internal ---

/** Files beyond these are told by size and time. */
const LARGEST = 8_000_000;

const MOST_FILES = 5_000;

const DEEPEST = 8;

interface Found {
  readonly root: string;
  readonly items: string[];
  add(path: string): void;
}

function fromSettings(path: string, found: Found): void {
  const text = textOf(path);
  if (text === undefined) return;
  const name = relative(found.root, path);
  const value = parsed(text);
  // Of another program's settings only the hooks are read.
  const entries = Object.entries(value ?? {}).filter(([key]) => name.startsWith(".claw") || key === "hooks");
  const items = value === undefined ? [`settings in ${name} that cannot be read`] : entries.flatMap(([key, one]) => fromKey(key, one, found));
  if (items.length === 0) return;
  found.add(path);
  found.items.push(...items.map((item) => `${item}  (${name})`));
}

/** What one key of a settings file would do. What only tightens needs no trust. */
function fromKey(key: string, value: unknown, found: Found): readonly string[] {
  if (key === "$schema" || key === "version") return [];
  if (key === "hooks" && fields(value)) return Object.entries(value).flatMap(([event, entries]) => fromHooks(event, entries, found));
  if (key === "mcpServers" && fields(value)) return Object.entries(value).map(([name, one]) => serverLine(name, one, found));
  if (key === "plugins" && fields(value)) return Object.entries(value).flatMap(([name, slice]) => (slice === false ? [] : [fromPlugin(name, found)]));
  if (key === "permissions" && fields(value)) {
    const { allow, additionalDirectories: folders, defaultMode: mode } = value;
    const rules = Array.isArray(allow) ? allow.map((rule) => `allows without asking: ${word(rule)}`) : [];
    const added = Array.isArray(folders) ? folders.map((one) => `counts as the workspace: ${word(one)}`) : [];
    return [...rules, ...added, ...(mode === undefined ? [] : [`starts in permission mode ${word(mode)}`])];
  }
  const text = JSON.stringify(value) ?? "";
  for (const one of strings(value)) scripts(one, found);
  return [`sets ${key}: ${text}`];
}

function fromHooks(event: string, entries: unknown, found: Found): readonly string[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry) => {
    const inner = typeof entry === "string" ? [entry] : fields(entry) && Array.isArray(entry["hooks"]) ? entry["hooks"] : [];
    const matcher = fields(entry) && typeof entry["matcher"] === "string" && entry["matcher"] !== "" ? ` (${entry["matcher"]})` : "";
    return inner.map((one: unknown) => {
      const run = fields(one) ? word(one["command"] ?? one["url"]) : word(one);
      scripts(run, found);
      return `runs at ${event}${matcher}: ${run}`;
    });
  });
}

function fromServers(path: string, found: Found): void {
  const text = textOf(path);
  if (text === undefined) return;
  found.add(path);
  const value = parsed(text);
  const servers = value?.["mcpServers"] ?? value;
  if (!fields(servers)) found.items.push("MCP servers that cannot be read  (.mcp.json)");
  else found.items.push(...Object.entries(servers).map(([name, one]) => `${serverLine(name, one, found)}  (.mcp.json)`));
}

function serverLine(name: string, value: unknown, found: Found): string {
  const server = fields(value) ? value : {};
  for (const one of strings(server)) scripts(one, found);
  if (typeof server["url"] === "string") return `connects to MCP server ${name}: ${server["url"]}`;
  const args = Array.isArray(server["args"]) ? server["args"].map(word) : [];
  const variables = fields(server["env"]) ? Object.entries(server["env"]).map(([key, one]) => `${key}=${word(one)} `) : [];
  return `starts MCP server ${name}: ${variables.join("")}${[word(server["command"]), ...args].join(" ")}`;
}

function fromPlugin(name: string, found: Found): string {
  if (/^[.~/\\]/.test(name)) tree(resolve(found.root, ".claw", name), found);
  return `loads plugin ${name}`;
}

const SORTS: { readonly [S in DefinitionSort]: string } = { skills: "skill", agents: "agent", commands: "command", "output-styles": "output style" };

function fromDefinitions(sort: DefinitionSort, folder: string, found: Found): void {
  if (!there(folder)) return;
  const own = markdownFiles(folder).filter(({ name }) => sort !== "skills" || name.endsWith("SKILL"));
  for (const { path } of own) found.items.push(`offers ${SORTS[sort]} ${relative(found.root, path)}`);
  if (own.length > 0) tree(folder, found);
}

/** Files of the project that a command line names: what it runs is theirs to say. */
function scripts(line: string, found: Found): void {
  const plainer = line.replace(/\$\{?(?:CLAW|CLAUDE)_PROJECT_DIR\}?/g, () => found.root);
  for (const piece of plainer.split(/[\s"'`;|&()<>]+/).slice(0, 200)) {
    if (piece === "" || piece.startsWith("-") || piece.length > 1_000) continue;
    const path = resolve(found.root, piece);
    const away = relative(found.root, path);
    if (away === "" || away.startsWith("..") || isAbsolute(away)) continue;
    if (statOf(path)?.isFile() === true) found.add(path);
  }
}

function tree(folder: string, found: Found): void {
  let seen = 0;
  const walk = (at: string, depth: number): void => {
    const stat = statOf(at);
    if (stat?.isFile() === true) found.add(at);
    if (stat?.isDirectory() !== true || depth > DEEPEST) return;
    for (const name of readdirSync(at).sort()) {
      if (name === "node_modules" || name === ".git") continue;
      seen += 1;
      if (seen <= MOST_FILES) walk(join(at, name), depth + 1);
    }
  };
  walk(folder, 0);
}

function hashOf(path: string): string {
  const stat = statOf(path);
  if (stat === undefined || stat.size > LARGEST) return `${stat?.size ?? 0}.${stat?.mtimeMs ?? 0}`;
  try {
    return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return "unreadable";
  }
}

function textOf(path: string): string | undefined {
  const stat = statOf(path);
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > LARGEST) return "?";
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "?";
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = Bun.JSONC.parse(text.replace(/^\uFEFF/, ""));
    return fields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function strings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

function word(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "?");
}
