// What the rules of skills in use let pass of a command line that is more than plain words: part by part, as a parser reads it. The mode has the last word.
import type { Decision, StepScope, ToolCall } from "claw";
import { absent, foldedTool, leavesSandbox, meansCommand, reachOfPart, Shell, type ShellPart, type ToolRule, takesLine, typed } from "claw/kit";

/**
 * Allows a line of which every part is covered or only reads in the workspace, unless the mode would refuse it. Of any other line the covered parts are
 * marked as allowed, and the mode judges the rest.
 */
export async function passesLine(rules: readonly ToolRule[], call: ToolCall, scope: StepScope): Promise<Decision | undefined> {
  if (!takesLine(call.tool) || leavesSandbox(call)) return undefined;
  const own = rules.filter(({ tool }) => tool === foldedTool(call.tool));
  // Without a reader of lines only plain words pass, and these need none.
  const shell = own.length === 0 ? undefined : await scope.use(Shell).catch(absent);
  const line = await shell?.judge(call, scope);
  if (shell === undefined || line === undefined) return undefined;
  const covered = (part: ShellPart): boolean => own.some(({ pattern }) => covers(pattern, part));
  const passing = new Set(line.problem === undefined ? line.parts.filter((part) => reachOfPart(part) !== "guarded" && covered(part)) : []);
  // Where files lie is not known while an earlier command of the step waits; what touches none that the line names can be judged all the same.
  const blind = passing.size === 0 && line.problem !== undefined && (await fileless(call.subject, covered, shell, scope));
  if (passing.size === 0 && !blind) return undefined;
  const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
  const opinion = await mode.decide(call, scope);
  if (opinion?.verdict === "deny") return undefined;
  if (blind || line.parts.every((part) => passing.has(part) || part.allowed || reachOfPart(part) === "read")) return { verdict: "allow" };
  shell.allow(call, passing);
  return undefined;
}

// --- internal ---

/** Whether every part is covered, or only prints what it is given, and none names a file to read or write. */
async function fileless(line: string, covered: (part: ShellPart) => boolean, shell: Shell, scope: StepScope): Promise<boolean> {
  const { parts, problem } = await shell.analyse(line, scope);
  if (problem !== undefined || !parts.some(covered)) return false;
  return parts.every((part) => part.reads.length === 0 && part.writes.length === 0 && (part.does === "read" || covered(part)));
}

/** Of a word that is known only when it runs nothing is known but that it is one, and not the first two: `git $(…)` is no `git commit`. */
function covers(pattern: string | undefined, { argv }: ShellPart): boolean {
  if (argv.length === 0 || argv[0] === undefined) return false;
  return pattern === undefined || meansCommand(pattern, argv.map((word) => (word === undefined ? LATER : typed([word]))).join(" "));
}

/** Only a `*` matches it. */
const LATER = "\x00";
