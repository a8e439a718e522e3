// How hard the model thinks, as every request carries it, and the command `effort`. What a level means is the provider's affair.
import { type CommandOutcome, defineCommand, definePlugin, type PluginScope, type Session, type TurnScope } from "claw";
import * as v from "valibot";

const LEVELS = ["low", "medium", "high"] as const;
/** The kind of the session's notes that hold its level; any other value leaves it to the settings. */
const NOTE = "effort";

export default definePlugin({
  setup({ bus, contribute, hooks }) {
    const warned = new Set<string>();
    const warn = (origin: string, value: unknown): void => {
      const text = `${origin}: effort is low, medium or high, not ${JSON.stringify(value)}; it is passed over.`;
      if (!warned.has(text)) bus.emit("notice.raised", { level: "warn", text });
      warned.add(text);
    };
    hooks.request.tap((request, scope) => {
      const effort = ofSession(scope.session) ?? ofSettings(scope, warn);
      return effort === undefined ? undefined : { ...request, options: { ...request.options, effort } };
    });
    contribute(
      "command",
      defineCommand({
        name: "effort",
        summary: "Show or set how hard the model thinks in this session",
        args: v.union([v.strictTuple([]), v.strictTuple([v.picklist([...LEVELS, "auto"])])], "takes one of low, medium, high, auto"),
        run: ([level], scope) => (level === undefined ? show(scope) : set(level, scope)),
      }),
    );
  },
});

// --- internal ---

function ofSession(session: Session): string | undefined {
  const level = session.notes(NOTE).at(-1);
  return LEVELS.find((one) => one === level);
}

/** The level in force: that of the last layer that is trusted and names one. */
function ofSettings({ settings }: PluginScope, warn: (origin: string, value: unknown) => void): string | undefined {
  for (const { value, origin, trusted } of settings("effort").toReversed()) {
    if (!trusted) continue;
    if (LEVELS.some((level) => level === value)) return String(value);
    warn(origin, value);
  }
  return undefined;
}

async function set(level: string, { session }: TurnScope): Promise<CommandOutcome> {
  await session.note(NOTE, level);
  const notice = level === "auto" ? "Effort is left to the settings." : `Effort is ${level} for the rest of this session.`;
  return { kind: "done", notice, data: { kind: "effort", action: "set", status: "ok", effort: level } };
}

async function show(scope: TurnScope): Promise<CommandOutcome> {
  const own = ofSession(scope.session);
  const setting = scope.settings("effort").findLast(({ trusted, value }) => trusted && LEVELS.some((level) => level === value));
  const effort = own ?? (setting === undefined ? "auto" : String(setting.value));
  const from = own !== undefined ? "this session" : setting === undefined ? "nothing sets it: the model decides" : setting.origin;
  const data = { kind: "effort", action: "show", status: "ok", effort, source: own !== undefined ? "session" : (setting?.source ?? "default") };
  return { kind: "done", notice: `Effort: ${effort} (${from})`, data };
}
