// What `mcp` does by its first word; listing, showing and testing servers. Changing files is edit.ts.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { calledHere, clipLine, didYouMean, Mcp, type McpPrompt, type McpServer, plain } from "claw/kit";
import { readAdding, readJson, readWhere, usage } from "./words.ts";

export async function run([verb = "list", ...rest]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  if (verb === "add") {
    const tail = scope.options["--"];
    return (await import("./edit.ts")).add(readAdding(rest, Array.isArray(tail) ? (tail as readonly string[]) : []), "add", scope);
  }
  if (verb === "add-json") return (await import("./edit.ts")).add(readJson(rest), "add-json", scope);
  const { free, project, said } = readWhere(rest);
  if (verb === "remove" || verb === "rm") return (await import("./edit.ts")).remove(free[0] ?? "", said ? project : undefined, scope);
  const service = await scope.use(Mcp);
  if (verb === "login" || verb === "logout") return (await import("./login.ts")).run(verb, free.join(" "), scope);
  if (verb === "list") return list(await service.connect(scope), scope);
  const known = await service.list(scope);
  const name = free.join(" ");
  const found = known.filter((server) => server.name === name);
  if (found.length === 0) {
    const names = [...new Set(known.map((server) => server.name))];
    throw usage(`there is no server ${JSON.stringify(name)}`, didYouMean(name, names) || `Known: ${names.join(", ") || "none"}.`);
  }
  if (found.every(({ state }) => state === "off")) return show(verb, found, []);
  const servers = await service.connect(scope, name);
  const { prompts } = servers.some((server) => server.prompts) ? await service.prompts(scope, name) : { prompts: [] };
  return show(verb, servers, prompts);
}

// --- internal ---

const SIGNS: Readonly<Record<McpServer["state"], string>> = { ready: "✓", idle: "·", connecting: "…", failed: "✗", off: "-" };

function standing({ state, problem, tools, ms }: McpServer): string {
  if (state === "ready") {
    const bytes = tools.reduce((sum, tool) => sum + tool.bytes, 0);
    return `ready in ${ms} ms, ${tools.length} tools (${(bytes / 1_000).toFixed(1)} kB of each request)`;
  }
  return problem === undefined ? state : `${state}: ${plain(problem).replace(/\s*\n\s*/g, " ")}`;
}

async function list(servers: readonly McpServer[], scope: TurnScope): Promise<CommandOutcome> {
  const width = Math.min(30, Math.max(0, ...servers.map(({ name }) => name.length)));
  const lines = servers.map((server) => {
    const { name, state, transport, target, source, origin } = server;
    const where = source === "user" || source === "flag" ? source : origin;
    return [
      `${SIGNS[state]} ${name.padEnd(width)}  ${transport.padEnd(5)}  ${clipLine(standing(server), 300)}`,
      `  ${" ".repeat(width)}  ${clipLine(target, 120)}  (${where})`,
    ].join("\n");
  });
  const add = await calledHere("mcp add NAME", scope);
  const none = `No MCP servers. \`${add} -- COMMAND ARGS\` or \`${add} URL\` adds one.`;
  const failed = servers.filter(({ state }) => state === "failed");
  const broken = servers.filter(
    ({ state, trusted, shadowedBy, problem }) => state === "off" && trusted && shadowedBy === undefined && problem !== undefined,
  );
  const data = {
    kind: "mcp",
    action: "list",
    status: failed.length + broken.length > 0 ? "degraded" : "ok",
    working_directory: scope.cwd,
    count: servers.length,
    configured_servers: servers.length,
    total_configured: servers.length,
    valid_count: servers.length - broken.length,
    invalid_count: broken.length,
    servers: servers.map(facts),
  };
  return { kind: "done", notice: lines.length === 0 ? none : lines.join("\n"), data };
}

/** `test` fails where no server of that name answers. */
function show(verb: string, servers: readonly McpServer[], prompts: readonly McpPrompt[]): CommandOutcome {
  const blocks = servers.map((server) => {
    const { name, transport, target, source, origin, title, resources, tools } = server;
    const rows: readonly (readonly [string, string])[] = [
      ["Name", name],
      ["State", standing(server)],
      [transport === "stdio" ? "Command" : "URL", transport === "stdio" ? target : `${target} (${transport})`],
      ["From", `${source}: ${origin}`],
      ...(title === undefined ? [] : [["Calls itself", title] as const]),
      ...(server.state === "ready" ? [["Resources", resources ? "yes" : "no"] as const] : []),
    ];
    const listed = tools.map((tool) => `  ${tool.name}  ${tool.access}  ${clipLine(tool.description.replace(/\s+/g, " "), 100)}`);
    const callable = server.state === "ready" ? prompts.map((prompt) => clipLine(`  ${promptLine(prompt)}`, 200)) : [];
    const lists = [...(listed.length === 0 ? [] : ["Tools", ...listed]), ...(callable.length === 0 ? [] : ["Prompts", ...callable])];
    return [...rows.map(([key, value]) => `${key.padEnd(13)} ${value}`), ...lists].join("\n");
  });
  const notice = blocks.join("\n\n");
  const ready = servers.some(({ state }) => state === "ready");
  const about = { kind: "mcp", action: verb === "test" ? "test" : "get", status: ready ? "ok" : "error" };
  const data = { ...about, servers: servers.map(facts), prompts: prompts.map((one) => ({ ...one })) };
  return verb === "test" && !ready ? { kind: "exit", code: 1, notice, data } : { kind: "done", notice, data };
}

function promptLine({ name, description, arguments: wanted }: McpPrompt): string {
  const words = wanted.map((one) => (one.required ? ` <${one.name}>` : ` [${one.name}]`)).join("");
  return `/${name}${words}${description === "" ? "" : `  ${description}`}`;
}

function facts(server: McpServer): { readonly [key: string]: Json } {
  const { name, state, transport, target, source, origin, trusted, shadowedBy, problem, title, tools, resources, prompts, ms, calls } = server;
  return {
    name,
    state,
    valid: problem === undefined || state === "failed",
    scope: { id: source, label: source },
    path: origin,
    transport: { id: transport, label: transport },
    target,
    trusted,
    ...{ shadowed_by: shadowedBy ?? null, problem: problem ?? null, title: title ?? null, ms: ms ?? null },
    ...{ calls, resources, prompts, tools: tools.map((tool) => ({ ...tool })) },
  };
}
