// The names of deferred tools, as the system prompt tells them: nothing else of a tool is sent until it is found.

/** The part for `names`. `later`: others have been told of before. */
export function listing(names: readonly string[], later: boolean): string {
  const plain: string[] = [];
  const servers = new Map<string, string[]>();
  for (const name of names) {
    const server = serverOf(name);
    if (server === undefined) plain.push(name);
    else servers.set(server, [...(servers.get(server) ?? []), name]);
  }
  const lines = plain.length === 0 ? [] : [cut(plain, MOST_GROUP)];
  let left = MOST_SERVERS;
  for (const [server, tools] of servers) {
    const short = tools.map((tool) => tool.slice(server.length));
    const line = `${server}*: ${left > 0 ? cut(short, Math.min(MOST_GROUP, left)) : `${short.length} tools`}`;
    left -= line.length;
    lines.push(line);
  }
  const head = later
    ? "Tools that came later, for ToolSearch too:"
    : "# More tools\n\nThese exist, but only by name. Load one with ToolSearch before its first use:";
  return `${head}\n${lines.join("\n")}`.toWellFormed();
}

// --- internal ---

/** Characters of the names of one server, and of all of them. Whoever needs more searches by words. */
const MOST_GROUP = 700;
const MOST_SERVERS = 2_000;

/** `mcp__github__` of `mcp__github__create_issue`. */
function serverOf(name: string): string | undefined {
  return name.startsWith("mcp__") ? /^mcp__.+?__(?=.)/.exec(name)?.[0] : undefined;
}

function cut(names: readonly string[], most: number): string {
  const shown: string[] = [];
  let size = 0;
  for (const name of names) {
    size += name.length + 2;
    if (size > most && shown.length > 0) return `${shown.join(", ")} and ${names.length - shown.length} more`;
    shown.push(name);
  }
  return shown.join(", ");
}
