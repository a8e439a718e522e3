// Prompts of servers: what each offers, and what the user's `/mcp__SERVER__PROMPT words` becomes.
import { ClawError, type Input, type TurnScope } from "claw";
import { didYouMean, type Fields, fields, type McpPrompt, splitWords } from "claw/kit";
import { promptInput } from "./content.ts";
import type { Server } from "./server.ts";
import { shownLine } from "./tool.ts";

/** A prompt, with what its server calls it. */
export interface RemotePrompt extends McpPrompt {
  readonly remote: string;
}

/** Those of one server. Connects first when need be. */
export async function promptsOf(server: Server, signal: AbortSignal): Promise<readonly RemotePrompt[]> {
  await server.connect();
  if (server.state === "ready" && !server.prompts) return [];
  const listed = await server.all("prompts/list", "prompts", { signal }, MOST);
  const found = new Map<string, RemotePrompt>();
  for (const { name: remote, title, description, arguments: args } of listed) {
    if (typeof remote !== "string" || remote === "") continue;
    const name = `mcp__${server.at.definition.slug}__${remote.replace(/[^\w.-]/g, "_")}`;
    const about = shownLine(description ?? title, 500);
    if (!found.has(name.toLowerCase()))
      found.set(name.toLowerCase(), { server: server.name, name, remote, description: about, arguments: argumentsOf(args) });
  }
  return [...found.values()];
}

/** The input that a prompt of the server makes. Throws `CLAW_USAGE` for one there is not and for words that are missing. */
export async function usePrompt(server: Server, name: string, rest: string, input: Input, keep: number, scope: TurnScope): Promise<Input> {
  const prompts = await promptsOf(server, scope.signal);
  const prompt = prompts.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (prompt === undefined) {
    const names = prompts.map((one) => `/${one.name}`);
    throw new ClawError("CLAW_USAGE", `MCP server ${server.name} has no prompt /${name}`, {
      hint: didYouMean(`/${name}`, names) || `Known: ${names.slice(0, 20).join(", ") || "none"}.`,
    });
  }
  const result = await server.request("prompts/get", { name: prompt.remote, arguments: fill(prompt, rest) }, { signal: scope.signal });
  const { text, blocks } = await promptInput(result, { server: server.name, keep, scope });
  if (text === "" && blocks.length === 0) throw new ClawError("CLAW_TOOL_FAILED", `MCP server ${server.name}: its prompt /${name} is empty`);
  return { ...input, text, blocks: [...(input.blocks ?? []), ...blocks] };
}

// --- internal ---

const MOST = 200;
const MOST_ARGUMENTS = 20;

function argumentsOf(given: unknown): McpPrompt["arguments"] {
  const listed = (Array.isArray(given) ? given.filter(fields) : []).filter(({ name }) => typeof name === "string" && name !== "");
  return listed.slice(0, MOST_ARGUMENTS).map(({ name, description, required }: Fields) => ({
    name: String(name),
    required: required === true,
    ...(typeof description === "string" ? { description: shownLine(description, 200) } : {}),
  }));
}

/** `name=value` wherever it stands, others in order; the last takes all that is left. */
function fill({ name, arguments: wanted }: McpPrompt, rest: string): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  const free: string[] = [];
  for (const word of splitWords(rest)) {
    const at = word.indexOf("=");
    const key = at === -1 ? undefined : wanted.find((one) => one.name === word.slice(0, at))?.name;
    if (key === undefined) free.push(word);
    else given[key] = word.slice(at + 1);
  }
  const open = wanted.filter((one) => !Object.hasOwn(given, one.name));
  for (const [index, one] of open.entries()) {
    const value = index === open.length - 1 ? free.splice(0).join(" ") : free.shift();
    if (value !== undefined && value !== "") given[one.name] = value;
  }
  const missing = wanted.filter((one) => one.required && !Object.hasOwn(given, one.name)).map((one) => one.name);
  const usage = `/${name} ${wanted.map((one) => (one.required ? `<${one.name}>` : `[${one.name}]`)).join(" ")}`.trim();
  if (missing.length > 0) throw new ClawError("CLAW_USAGE", `/${name} needs ${missing.join(", ")}`, { hint: `Write ${usage}` });
  if (free.length > 0) throw new ClawError("CLAW_USAGE", `/${name} takes no words`, { hint: `Write ${usage}` });
  return given;
}
