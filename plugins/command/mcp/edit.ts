// Adding and removing servers: in the user's settings, or in the project's `.mcp.json`. Comments and order stay; a file that is no JSON is left alone.
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { didYouMean, editSettings, fields, Mcp, plain, projectRoot, trustedFolder } from "claw/kit";
import { type Adding, usage } from "./words.ts";

/** Replaces one of the same name in the same place, and says so. */
export async function add({ name, entry, project }: Adding, action: string, scope: TurnScope): Promise<CommandOutcome> {
  const path = project ? projectFile(scope) : userFile(scope);
  const before = project ? await changeProject(path, name, entry) : await changeUser(scope, name, entry);
  const lines = [`${before === undefined ? "Added" : "Replaced"} ${name} in ${path}:`, `  ${plain(JSON.stringify(masked(entry)))}`];
  if (project && !trustedFolder(scope)) lines.push("It acts only where the folder is trusted (--trust).");
  const secret = JSON.stringify(entry).match(/"(?:[\w-]*(?:token|key|secret|password|authorization)[\w-]*)":"(?!\$\{)[^"]{8,}"/i);
  if (secret !== null && project)
    lines.push("It holds what looks like a secret, in a file that others may get: write ${NAME} instead, and set that variable.");
  lines.push(`\`claw mcp test ${name}\` tries it. It is there from the next session on.`);
  const data = { kind: "mcp", action, status: "ok", name, path, replaced: before !== undefined, entry: masked(entry) };
  return { kind: "done", notice: lines.join("\n"), data };
}

/** `project` when it was said which of the two is meant. */
export async function remove(name: string, project: boolean | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const removed: string[] = [];
  if (project !== true && (await changeUser(scope, name, undefined)) !== undefined) removed.push(userFile(scope));
  if (project !== false && removed.length === 0 && (await changeProject(projectFile(scope), name, undefined)) !== undefined)
    removed.push(projectFile(scope));
  const [path] = removed;
  if (path !== undefined)
    return { kind: "done", notice: `Removed ${name} from ${path}`, data: { kind: "mcp", action: "remove", status: "ok", name, path } };
  const known = await (await scope.use(Mcp)).list(scope);
  const elsewhere = known.find((server) => server.name === name);
  if (elsewhere !== undefined) throw usage(`${name} is not there to be removed`, `It stands in ${elsewhere.origin}: change it there.`);
  const names = [...new Set(known.map((server) => server.name))];
  throw usage(`there is no server ${JSON.stringify(name)}`, didYouMean(name, names) || `Known: ${names.join(", ") || "none"}.`);
}

// --- internal ---

function userFile({ home }: TurnScope): string {
  return join(home, "settings.json");
}
function projectFile({ cwd }: TurnScope): string {
  return join(projectRoot(cwd), ".mcp.json");
}

/** Gives what stood there. */
async function changeUser({ home }: TurnScope, name: string, entry: Json | undefined): Promise<unknown> {
  let before: unknown;
  await editSettings(home, "the server", ({ mcpServers = {} }) => {
    if (!fields(mcpServers)) return undefined;
    before = Object.hasOwn(mcpServers, name) ? mcpServers[name] : undefined;
    if (entry === undefined) return before === undefined ? [] : [{ path: ["mcpServers", name] }];
    return [{ path: ["mcpServers", name], value: entry }];
  });
  return before;
}

/** The same in `.mcp.json`, which is made when there is none. */
async function changeProject(path: string, name: string, entry: Json | undefined): Promise<unknown> {
  const { applyEdits, modify, parse } = await import("jsonc-parser");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? "" : Promise.reject(error)));
  const errors: import("jsonc-parser").ParseError[] = [];
  const whole: unknown = text.trim() === "" ? {} : parse(text, errors, { allowTrailingComma: true });
  const bare = fields(whole) && !("mcpServers" in whole) && Object.keys(whole).length > 0;
  const servers = fields(whole) ? (bare ? whole : (whole["mcpServers"] ?? {})) : undefined;
  if (errors.length > 0 || !fields(servers)) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}: it is no JSON with mcpServers, and was left alone`, {
      hint: "Mend the file, then try again.",
    });
  }
  const before = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (entry === undefined && before === undefined) return undefined;
  const keys = bare ? [name] : ["mcpServers", name];
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes("\r\n") ? "\r\n" : "\n" };
  const after = applyEdits(text === "" ? "{}" : text, modify(text === "" ? "{}" : text, keys, entry, { formattingOptions }));
  await replace(path, after.endsWith("\n") ? after : `${after}\n`);
  return before;
}

async function replace(path: string, text: string): Promise<void> {
  const fresh = join(dirname(path), `.mcp.json.${crypto.randomUUID()}`);
  try {
    await writeFile(fresh, text, { flag: "wx" });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Values that may be secret are shown by name only; the command line is shown whole, since it will be run. */
function masked(entry: Adding["entry"]): { readonly [key: string]: Json } {
  const hide = (value: unknown): Json =>
    fields(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, /^\$\{[^}]*\}$/.test(String(one)) ? String(one) : "***"]))
      : "***";
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, key === "env" || key === "headers" ? hide(value) : value]));
}
