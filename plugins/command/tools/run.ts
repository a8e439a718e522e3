// The tools for people and programs: all of them in a table, or one with its description and schema.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { calledHere, didYouMean, foldedTool, listTools, type ToolFacts, type ToolState, tokensOf } from "claw/kit";

export async function run(name: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const tools = await listTools(scope);
  return name === undefined ? list(tools, scope) : show(name, tools);
}

// --- internal ---

type Data = { readonly [key: string]: Json };
const NOTES: Readonly<Record<Exclude<ToolState, "sent">, string>> = {
  deferred: "sent by name only until ToolSearch finds it",
  "left out": "not offered: a rule, an option or its plugin says so, or nothing needs it",
  broken: "cannot be used",
};

async function list(tools: readonly ToolFacts[], scope: TurnScope): Promise<CommandOutcome> {
  const rows = tools.map(({ name, level, access, bytes, state, plugin = "?" }) => [
    name,
    access.join("/"),
    level,
    String(bytes),
    `~${tokensOf(bytes)}`,
    state,
    plugin,
  ]);
  const table = [["Tool", "Access", "Needs", "Bytes", "Tokens", "State", "From"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => (NUMBERS.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  const sum = (state: ToolState): Data => {
    const of = tools.filter((tool) => tool.state === state);
    const bytes = of.reduce((total, tool) => total + tool.bytes, 0);
    return { count: of.length, bytes, estimated_tokens: tokensOf(bytes) };
  };
  const [sent, deferred] = [sum("sent"), sum("deferred")];
  const notes = Object.entries(NOTES).flatMap(([state, text]) => (tools.some((tool) => tool.state === state) ? [`${state}: ${text}`] : []));
  const told = [
    `Each request carries ${sent["count"]} of ${tools.length} tools: ${sent["bytes"]} bytes, about ${sent["estimated_tokens"]} tokens.`,
    ...notes,
    `\`${await calledHere("tools NAME", scope)}\` shows one.`,
  ];
  const data: Data = { kind: "tools", action: "list", status: "ok", count: tools.length, sent, deferred, tools: tools.map(facts) };
  return { kind: "done", notice: [...lines, "", ...told].join("\n"), data };
}

/** Columns of numbers. */
const NUMBERS: ReadonlySet<number> = new Set([3, 4]);

function show(name: string, tools: readonly ToolFacts[]): CommandOutcome {
  const folded = foldedTool(name);
  const found = tools.find((tool) => tool.name === name) ?? tools.find((tool) => foldedTool(tool.name) === folded);
  if (found === undefined) {
    const names = tools.map((tool) => tool.name);
    throw new ClawError("CLAW_USAGE", `there is no tool ${JSON.stringify(name)}`, { hint: didYouMean(name, names) || "`claw tools` lists all." });
  }
  const { state, access, level, spec, bytes, plugin = "a plugin without a manifest", source, problem } = found;
  const rows: readonly (readonly [string, string])[] = [
    ["Tool", found.name],
    ["From", source === undefined || source === "bundled" ? plugin : `${plugin}, ${source}`],
    ["Needs", `${level} (access ${access.join(" or ")})`],
    ["Costs", `${bytes} bytes, about ${tokensOf(bytes)} tokens a request`],
    ["State", state === "sent" ? state : `${state}: ${problem ?? NOTES[state]}`],
  ];
  const head = rows.map(([left, right]) => `${left.padEnd(5)}  ${right}`).join("\n");
  const notice = problem === undefined ? `${head}\n\n${spec.description}\n\n${JSON.stringify(spec.schema, null, 2)}` : head;
  const tool = { ...facts(found), description: spec.description, input_schema: spec.schema };
  return { kind: "done", notice, data: { kind: "tools", action: "show", status: problem === undefined ? "ok" : "error", tool } };
}

function facts({ name, plugin, source, state, access, level, bytes, problem }: ToolFacts): Data {
  return {
    ...{ name, plugin: plugin ?? null, source: source ?? null, state, deferred: state === "deferred" },
    ...{ access, permission: level, bytes, estimated_tokens: tokensOf(bytes), problem: problem ?? null },
  };
}
