// One permission rule: how it is written, and which tool it means. What it matches is in `match.ts`.
import { ClawError } from "claw";
import { didYouMean, foldedTool, SHORT_TOOL_NAMES } from "claw/kit";

export type Effect = "allow" | "ask" | "deny";
/** `tool` is folded; one that ends in `*` means every tool that starts so. No `pattern`: every call of the tool. */
export interface Rule {
  readonly text: string;
  readonly tool: string;
  readonly pattern?: string;
  /** The file, flag or variable it stands in. */
  readonly origin: string;
  /** The folder that relative path patterns start from, besides the session's own. */
  readonly base?: string;
}

/** `Tool` or `Tool(pattern)`. Throws `CLAW_CONFIG_INVALID`, naming `origin` and the rule. */
export function parseRule(text: string, origin: string, base?: string): Rule {
  const shape = /^([^()\s]+)(?:\((.*)\))?$/s.exec(text.trim());
  const name = shape?.[1] ?? "";
  if (shape === null || !/^[A-Za-z][\w.-]*\*?$/.test(name)) throw malformed(text, origin, "a rule is Tool or Tool(pattern)");
  if (name.endsWith("*") && !name.startsWith("mcp__")) throw malformed(text, origin, "only mcp__ names may end in *");
  const pattern = shape[2]?.trim();
  if (pattern?.startsWith("!")) throw malformed(text, origin, "a pattern cannot be negated; write a rule of the other kind");
  const any = pattern === undefined || pattern === "" || pattern === "*" || pattern === ":*";
  return { text: text.trim(), tool: foldTool(name), ...(any ? {} : { pattern }), origin, ...(base === undefined ? {} : { base }) };
}

/** The rules or names of a list as options have it: split at commas and blanks outside parentheses. */
export function splitList(lists: readonly string[]): readonly string[] {
  return lists.flatMap((list) => {
    const parts: string[] = [];
    let depth = 0;
    let part = "";
    for (const char of list) {
      if (char === "(") depth += 1;
      if (char === ")") depth = Math.max(0, depth - 1);
      if (depth === 0 && /[,\s]/.test(char)) {
        parts.push(part);
        part = "";
      } else part += char;
    }
    return [...parts, part].filter((one) => one !== "");
  });
}

/** A tool's name without what the families of tools write differently: case, `_` and `-`, and the short names of the common tools. */
export function foldTool(name: string): string {
  const lower = name.toLowerCase();
  // The parts of these names are somebody else's: folding could make two of them one.
  if (lower.startsWith("mcp__")) return lower.endsWith("*") || lower.includes("__", 5) ? lower : `${lower}__*`;
  return foldedTool(name);
}

/** Whether a folded name means the tool. */
export function meansTool(folded: string, tool: string): boolean {
  return folded.endsWith("*") ? tool.toLowerCase().startsWith(folded.slice(0, -1)) : folded === foldTool(tool);
}

/** Whether a rule is about the tool: one about `Agent` is about every way to start one, one about `Edit` about all that change files. */
export function rulesTool({ tool: folded }: Pick<Rule, "tool">, tool: string): boolean {
  return meansTool(folded, tool) || (WIDER[folded]?.includes(foldTool(tool)) ?? false);
}

/** Throws `CLAW_USAGE` for a name in `flag` that no tool has. */
export function checkNames(names: readonly string[], flag: string, tools: readonly string[]): void {
  for (const name of names) {
    const hint = strangeName(name, tools);
    if (hint !== undefined) throw new ClawError("CLAW_USAGE", `--${flag}: unknown tool "${name}"`, { hint });
  }
}

/** What to say of a name that no tool has; `undefined` when one has it. Tools of MCP servers come later, so their names are not checked. */
export function strangeName(name: string, tools: readonly string[]): string | undefined {
  const folded = foldTool(name);
  if (folded.startsWith("mcp__") || ELSEWHERE.has(folded) || COMMON.has(folded) || tools.some((tool) => meansTool(folded, tool))) return undefined;
  return didYouMean(name, [...tools, ...Object.keys(SHORT_TOOL_NAMES)]) || `Known tools: ${tools.join(", ")}.`;
}

// --- internal ---

const WIDER: Readonly<Record<string, readonly string[]>> = { agent: ["taskcreate"], editfile: ["writefile", "notebookedit"] };
/** The folded names themselves: a tool that is switched off is no mistake either. */
const COMMON: ReadonlySet<string> = new Set(Object.values(SHORT_TOOL_NAMES));
/** Tools that other families have and claw may not: naming one in a script written for them is no mistake. */
const ELSEWHERE: ReadonlySet<string> = new Set(
  ["LS", "NotebookRead", "NotebookEdit", "BashOutput", "KillBash", "KillShell", "SlashCommand", "TodoRead", "TodoWrite"]
    .concat(["WebFetch", "WebSearch", "Agent", "Skill", "ToolSearch", "AskUserQuestion", "EnterPlanMode", "ExitPlanMode"])
    .map((name) => name.toLowerCase()),
);

function malformed(text: string, origin: string, why: string): ClawError {
  return new ClawError("CLAW_CONFIG_INVALID", `${origin}: permission rule "${text}" is malformed: ${why}`, {
    hint: "Examples: Read(./src/**), Bash(git status *), WebFetch(domain:example.com), mcp__server__tool.",
  });
}
