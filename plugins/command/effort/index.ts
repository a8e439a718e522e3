// The command `effort`: how hard the model thinks in this session. Putting that into requests is feature/effort's affair.
import { type CommandOutcome, defineCommand, definePlugin, type TurnScope } from "claw";
import { EFFORT_LEVELS, EFFORT_NOTE, sessionEffort } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "effort",
        summary: "Show or set how hard the model thinks in this session",
        args: v.union([v.strictTuple([]), v.strictTuple([v.picklist([...EFFORT_LEVELS, "auto"])])], "takes one of low, medium, high, auto"),
        run: ([level], scope) => (level === undefined ? show(scope) : set(level, scope)),
      }),
    );
  },
});

// --- internal ---

async function set(level: string, { session }: TurnScope): Promise<CommandOutcome> {
  await session.note(EFFORT_NOTE, level);
  const notice = level === "auto" ? "Effort is left to the settings." : `Effort is ${level} for the rest of this session.`;
  return { kind: "done", notice, data: { kind: "effort", action: "set", status: "ok", effort: level } };
}

async function show(scope: TurnScope): Promise<CommandOutcome> {
  const own = sessionEffort(scope.session);
  const setting = scope.settings("effort").findLast(({ trusted, value }) => trusted && EFFORT_LEVELS.some((level) => level === value));
  const effort = own ?? (setting === undefined ? "auto" : String(setting.value));
  const from = own !== undefined ? "this session" : setting === undefined ? "nothing sets it: the model decides" : setting.origin;
  const data = { kind: "effort", action: "show", status: "ok", effort, source: own !== undefined ? "session" : (setting?.source ?? "default") };
  return { kind: "done", notice: `Effort: ${effort} (${from})`, data };
}
