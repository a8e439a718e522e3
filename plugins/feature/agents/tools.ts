// Which tools a sub-agent has: what its definition names, of what whoever starts it has. Pure.
import type { ToolCall } from "claw";
import { type AgentDefinition, coveredByRules, foldedTool, type Place, readToolRule, type ToolRule } from "claw/kit";

/** What a definition leaves of the tools. */
export interface Equipment {
  allows(tool: string): boolean;
  /** Rules of which one must cover the call, when the definition names its tool only with patterns: `Bash(git *)`. */
  rules(tool: string): readonly ToolRule[] | undefined;
  /** The agents it may start, when it names them: `Agent(Explore, reviewer)`. */
  readonly types?: readonly string[];
}

export function equip({ tools, disallowedTools = [] }: Pick<AgentDefinition, "tools" | "disallowedTools">): Equipment {
  const named = tools?.flatMap(read);
  // A pattern here takes the whole tool away: what it leaves could not be told for sure.
  const without = disallowedTools.flatMap(read);
  const free = (rules: readonly ToolRule[]): boolean => rules.some(({ pattern }) => pattern === undefined);
  const of = (tool: string): readonly ToolRule[] => named?.filter((rule) => means(rule, tool)) ?? [];
  const agents = named?.filter((rule) => rule.tool === "agent") ?? [];
  const types = agents.flatMap(({ pattern }) => pattern?.split(/[\s,]+/).filter((word) => word !== "") ?? []);
  return {
    allows: (tool) => !without.some((rule) => means(rule, tool)) && (named === undefined || of(tool).length > 0),
    rules: (tool) => (named === undefined || starts(tool) || free(of(tool)) ? undefined : of(tool)),
    ...(agents.length === 0 || free(agents) ? {} : { types }),
  };
}

/** Whether every one of `limits` lets the call pass. */
export function covered(limits: readonly Equipment[], call: ToolCall, places: readonly Place[], cwd: string): boolean {
  return limits.every((limit) => {
    const rules = limit.rules(call.tool);
    return rules === undefined || coveredByRules(rules, call, places, cwd);
  });
}

/** Whether the tool starts sub-agents. */
export function starts(tool: string): boolean {
  return tool === "Agent" || tool === "TaskCreate";
}

/** Tools that belong to the user's own session: its mode, its result, its screen. */
export const OUTER: ReadonlySet<string> = new Set(["EnterPlanMode", "ExitPlanMode", "StructuredOutput", "SendUserMessage"]);

// --- internal ---

function read(text: string): readonly ToolRule[] {
  const rule = readToolRule(text.replace(/__\*$/, ""));
  return rule === undefined ? [] : [rule];
}

function means(rule: ToolRule, tool: string): boolean {
  const folded = foldedTool(tool);
  // Starting one in the background is starting one.
  if (tool === "TaskCreate" && rule.tool === "agent") return true;
  return rule.tool === folded || (folded.startsWith("mcp__") && folded.startsWith(`${rule.tool}__`));
}
