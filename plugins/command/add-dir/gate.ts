// What the mode would say of a call if the added folders were part of the workspace. Loosens nothing else: rules have spoken before, and what is guarded stays so.
import { sep } from "node:path";
import { ClawError, type Decision, type StepScope, type ToolCall } from "claw";
import { absent, decideByLevel, decideLine, type LevelMode, leavesSandbox, type Place, Shell, STRICTEST_FIRST, takesLine, Workspace } from "claw/kit";

/** An allowance, or no opinion. A mode that is not one of claw's own judges for itself. */
export async function allowed(call: ToolCall, folders: ReadonlySet<string>, scope: StepScope): Promise<Decision | undefined> {
  const mode = STRICTEST_FIRST.find((one) => one === scope.selection["permission-mode"]);
  if (mode === undefined || leavesSandbox(call)) return undefined;
  const within = ({ path }: Place): boolean =>
    [...folders].some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`));
  const ours = (place: Place): boolean => !place.inside && within(place);
  const moved = (place: Place): Place => (ours(place) ? { ...place, inside: true } : place);
  const said = takesLine(call.tool) ? await ofLine(mode, call, ours, moved, scope) : await ofPlaces(mode, call, ours, moved, scope);
  return said?.verdict === "allow" ? said : undefined;
}

// --- internal ---

type Test = (place: Place) => boolean;
type Move = (place: Place) => Place;

async function ofPlaces(mode: LevelMode, call: ToolCall, ours: Test, moved: Move, scope: StepScope): Promise<Decision | undefined> {
  if (call.paths.length === 0) return undefined;
  const places = await (await scope.use(Workspace)).places(call, scope).catch((thrown: unknown) => {
    // A path that leads nowhere is told by whoever opens it.
    if (thrown instanceof ClawError && thrown.code === "CLAW_TOOL_INPUT_INVALID") return [];
    throw thrown;
  });
  return places.some(ours) ? decideByLevel(mode, call, places.map(moved)) : undefined;
}

async function ofLine(mode: LevelMode, call: ToolCall, ours: Test, moved: Move, scope: StepScope): Promise<Decision | undefined> {
  const line = await (await scope.use(Shell).catch(absent))?.judge(call, scope);
  if (line === undefined || line.problem !== undefined || !line.parts.some(({ from, to }) => [...from, ...to].some(ours))) return undefined;
  return decideLine(mode, call, { ...line, parts: line.parts.map((part) => ({ ...part, from: part.from.map(moved), to: part.to.map(moved) })) });
}
