// What would be said of a call without hooks, and whether a hook's word can stand for the person's: never for what may make other programs run something,
// nor for leaving the sandbox.
import type { Decision, StepScope, ToolCall } from "claw";
import { absent, leavesSandbox, Permissions, reachOfPart, Shell, takesLine, Workspace } from "claw/kit";

/** What would become of the call without hooks: by a rule, or by the mode. */
export async function saidWithout(call: ToolCall, scope: StepScope): Promise<{ readonly verdict: Decision["verdict"]; readonly ruled: boolean }> {
  const explained = await (await scope.use(Permissions).catch(absent))?.explain(call, scope);
  if (explained !== undefined) return { verdict: explained.decision.verdict, ruled: !explained.by.startsWith("mode:") };
  const mode = await scope.get("permission-mode", scope.selection["permission-mode"]);
  return { verdict: (await mode.decide(call, scope))?.verdict ?? "ask", ruled: false };
}

export async function mayAllow(call: ToolCall, scope: StepScope): Promise<boolean> {
  if (leavesSandbox(call)) return false;
  if (takesLine(call.tool)) {
    const line = await (await scope.use(Shell).catch(absent))?.judge(call, scope);
    return line !== undefined && !line.parts.some((part) => reachOfPart(part) === "guarded");
  }
  if (call.paths.length === 0) return true;
  const places = await (await scope.use(Workspace).catch(absent))?.places(call, scope);
  return places !== undefined && (call.access === "read" || !places.some((place) => place.guarded));
}
