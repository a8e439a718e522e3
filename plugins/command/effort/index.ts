// The command `effort`: how hard the model thinks in this session. The level that settings name is feature/effort's affair.
import { type CommandOutcome, defineCommand, definePlugin, type Session, type TurnScope } from "claw";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute, hooks }) {
    contribute(
      "command",
      defineCommand({
        name: "effort",
        summary: "Show or set how hard the model thinks in this session",
        args: v.union([v.strictTuple([]), v.strictTuple([v.picklist([...LEVELS, "auto"])])], "takes one of low, medium, high, auto"),
        run: ([level], scope) => (level === undefined ? show(scope) : set(level, scope)),
      }),
    );
    hooks.request.tap((request, { session }) => {
      const effort = levelOf(session);
      return effort === undefined ? undefined : { ...request, options: { ...request.options, effort } };
    }, "late");
  },
});

// --- internal ---

const LEVELS = ["low", "medium", "high"] as const;
const NOTE = "effort";

/** The level this session was given; `undefined` when that is left to the settings. */
function levelOf(session: Session): string | undefined {
  const level = session.notes(NOTE).at(-1);
  return LEVELS.find((one) => one === level);
}

async function set(level: string, { session }: TurnScope): Promise<CommandOutcome> {
  await session.note(NOTE, level);
  const notice = level === "auto" ? "Effort is left to the settings." : `Effort is ${level} for the rest of this session.`;
  return { kind: "done", notice, data: { kind: "effort", action: "set", status: "ok", effort: level } };
}

async function show(scope: TurnScope): Promise<CommandOutcome> {
  const own = levelOf(scope.session);
  const setting = scope.settings("effort").findLast(({ trusted, value }) => trusted && LEVELS.some((level) => level === value));
  const effort = own ?? (setting === undefined ? "auto" : String(setting.value));
  const from = own !== undefined ? "this session" : setting === undefined ? "nothing sets it: the model decides" : setting.origin;
  const data = { kind: "effort", action: "show", status: "ok", effort, source: own !== undefined ? "session" : (setting?.source ?? "default") };
  return { kind: "done", notice: `Effort: ${effort} (${from})`, data };
}
