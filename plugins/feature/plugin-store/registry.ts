// The registry of the user's npm configuration, for what the package manager in the binary has no word: searching. Reads `.npmrc`, writes nothing.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClawError, type Env, type TurnScope } from "claw";
import { type FoundPackage, headOf } from "claw/kit";

/** Asks for packages with the keyword `claw-plugin` that fit the words. Throws `CLAW_TOOL_FAILED`. */
export async function search(words: string, { env, signal }: TurnScope): Promise<readonly FoundPackage[]> {
  const { url, headers } = await registryOf(env);
  const address = `${url}/-/v1/search?text=${encodeURIComponent(`keywords:claw-plugin ${words}`.trim())}&size=25`;
  const fail = (why: string): never => {
    throw new ClawError("CLAW_TOOL_FAILED", `${url} could not be searched: ${why}`, { hint: "Check the registry in your .npmrc." });
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(SEARCH_MS)]);
  const response = await fetch(address, { headers, signal: limit }).catch((error: Error) => fail(error.message));
  if (!response.ok) return fail(`status ${response.status}`);
  const said = (await response.json().catch(() => fail("its answer is no JSON"))) as { objects?: unknown };
  const objects = Array.isArray(said.objects) ? said.objects.slice(0, MOST) : [];
  return objects.flatMap(({ package: found }: { package?: Record<string, unknown> }) => {
    if (typeof found?.["name"] !== "string" || typeof found["version"] !== "string") return [];
    const { username, name } = Object(found["publisher"] ?? found["_npmUser"]) as { username?: unknown; name?: unknown };
    const publisher = username ?? name;
    const description = headOf(String(found["description"] ?? ""), 200).toWellFormed();
    return [{ name: found["name"], version: found["version"], description, ...(typeof publisher === "string" && { publisher }) }];
  });
}

// --- internal ---

const SEARCH_MS = 20_000;
const MOST = 25;

/** Its address without a slash at the end, and what to say there. */
async function registryOf(env: Env): Promise<Readonly<{ url: string; headers: Record<string, string> }>> {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? homedir();
  const path = env["NPM_CONFIG_USERCONFIG"] ?? env["npm_config_userconfig"] ?? join(home, ".npmrc");
  const config = parse(await readFile(path, "utf8").catch(() => ""), env);
  const named = env["BUN_CONFIG_REGISTRY"] ?? env["npm_config_registry"] ?? env["NPM_CONFIG_REGISTRY"] ?? config.get("registry");
  const url = (named ?? (await bunfig(home)) ?? "https://registry.npmjs.org").replace(/\/+$/, "");
  const token = nearest(config, url, "_authToken") ?? env["BUN_CONFIG_TOKEN"];
  const basic = nearest(config, url, "_auth");
  const [user, password] = [nearest(config, url, "username"), nearest(config, url, "_password")];
  const pair = user !== undefined && password !== undefined ? btoa(`${user}:${atob(password)}`) : undefined;
  const said = token !== undefined ? `Bearer ${token}` : (basic ?? pair) !== undefined ? `Basic ${basic ?? pair}` : undefined;
  return { url, headers: { accept: "application/json", ...(said === undefined ? {} : { authorization: said }) } };
}

/** `key=value` lines; `${NAME}` is a variable of the environment. */
function parse(text: string, env: Env): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*[#;]/.test(line));
  return new Map(
    lines.flatMap((line) => {
      const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (key === undefined || value === undefined) return [];
      return [[key, value.replace(/^"(.*)"$/, "$1").replace(/\$\{(\w+)\??\}/g, (_, name: string) => env[name] ?? "")] as const];
    }),
  );
}

/** What is said of the address, or of a folder above it: `//host/path/:KEY`. */
function nearest(config: ReadonlyMap<string, string>, url: string, key: string): string | undefined {
  for (let at = url.replace(/^https?:/, ""); at.length > 2; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = config.get(`${at}/:${key}`) ?? config.get(`${at}:${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function bunfig(home: string): Promise<string | undefined> {
  const text = await readFile(join(home, ".bunfig.toml"), "utf8").catch(() => "");
  if (text === "") return undefined;
  const { registry } = Object((Bun.TOML.parse(text) as { install?: unknown }).install) as { registry?: unknown };
  return typeof registry === "string" ? registry : typeof Object(registry).url === "string" ? Object(registry).url : undefined;
}
