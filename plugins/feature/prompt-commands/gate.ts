// Whether a shell line of a Markdown command may run: what the gate would say of the same line as a call of the tool bash.
import { ClawError, type Setting, type StepScope, type ToolCall, type TurnScope } from "claw";
import { coveredByRules, foldedTool, listField, meansCommand, readToolRule, type ToolRule } from "claw/kit";

/** A line to be judged. `line` has the arguments as they are, `plain` with stand-ins; `rules` are the command's own. */
export interface Line {
  readonly command: string;
  readonly line: string;
  readonly plain: string;
  readonly rules: readonly string[];
}

/** Resolves when the line may run. Throws `CLAW_TOOL_FAILED` when a rule, the mode or the user refuses, or nobody can be asked. */
export async function admit({ command, line, plain, rules }: Line, scope: TurnScope): Promise<void> {
  const denied = rulesOf("deny", scope).find((rule) => touches(rule, line));
  if (denied !== undefined) throw refused(command, line, "a deny rule forbids it", "Take the line out of the command, or change the rule.");
  const call: ToolCall = { id: `prompt:${command}`, tool: "bash", input: { command: line }, access: "execute", subject: plain, paths: [] };
  const step: StepScope = { ...scope, step: 0, model: { id: scope.selection.model, context: 0, maxOutput: 0 } };
  const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
  const opinion = await mode.decide(call, step);
  if (opinion?.verdict === "deny") throw refused(command, line, opinion.reason, "Choose another mode with --permission-mode.");
  const own = rules.flatMap((rule) => readToolRule(rule) ?? []);
  const wary = rulesOf("ask", scope).some((rule) => touches(rule, line));
  if (!wary && (opinion?.verdict === "allow" || coveredByRules([...own, ...rulesOf("allow", scope)], call, [], scope.session.cwd))) return;
  const hint = `Allow it with --allowedTools, or in the command's \`allowed-tools\`: Bash(${line}).`;
  if (scope.ask === undefined) throw refused(command, line, "it needs approval, and nobody can be asked", hint);
  const question = { text: `The command /${command} runs this line to make its prompt:\n${line}`, choices: ["yes", "no"], call };
  const answer = await scope.ask.choose(question, scope.signal);
  if (answer.choice !== "yes") throw refused(command, line, answer.text ?? "the user said no", hint);
}

// --- internal ---

const OPTION = { allow: "allowedTools", deny: "disallowedTools", ask: "" } as const;

function refused(command: string, line: string, why: string, hint: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `/${command} was not sent, since its line \`${line}\` was refused: ${why}`, { hint });
}

/** Rules about command lines, of settings and flags. A layer nobody trusts may only tighten. */
function rulesOf(effect: keyof typeof OPTION, scope: TurnScope): readonly ToolRule[] {
  const layers = scope.settings("permissions").filter(({ trusted }: Setting) => trusted || effect !== "allow");
  const listed = layers
    .flatMap(({ value }) => (value as Partial<Record<string, unknown>> | null)?.[effect] ?? [])
    .filter((rule) => typeof rule === "string");
  const given = listField([scope.options[OPTION[effect]] ?? []].flat().filter((one) => typeof one === "string"));
  return [...listed, ...given].flatMap((text) => readToolRule(text) ?? []).filter((rule) => rule.tool === foldedTool("bash"));
}

/** Any part of the line that may be a command, with and without the word before it. */
function touches({ pattern }: ToolRule, line: string): boolean {
  if (pattern === undefined) return true;
  const parts = [line, ...line.split(/[;|&\n\r()`]/)].map((part) => part.replace(/["'\\]/g, "").trim());
  return parts.some((part) => part.split(/\s+/).some((_, at, words) => meansCommand(pattern, words.slice(at).join(" "))));
}
