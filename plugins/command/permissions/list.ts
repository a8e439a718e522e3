// The rules in force, each with where it stands, and the mode; and selecting another mode.
import { type CommandOutcome, Inspecting, type Json, type TurnScope } from "claw";
import { calledHere, Permissions, type RuleInForce } from "claw/kit";

export async function list(scope: TurnScope): Promise<CommandOutcome> {
  const permissions = await scope.use(Permissions);
  const [rules, { mode, key, setting }] = [await permissions.rules(scope), await permissions.mode(scope)];
  const from = setting === undefined ? key : `${key}, ${setting.origin}`;
  const lines = [`Mode: ${mode} (${from})`, ...(rules.length === 0 ? ["No rules."] : rules.map((rule) => lineOf(rule, rules)))];
  const more = `\`${await calledHere("permissions explain CALL", scope)}\` says what they make of a call.`;
  const data = {
    kind: "permissions",
    action: "list",
    status: "ok",
    mode,
    mode_source: setting?.source ?? "default",
    rules: rules.map((rule): Json => ({ ...rule })),
  };
  return { kind: "done", notice: [...lines, more].join("\n"), data };
}

/** Selects a mode for the session, by its name or an alias. Throws `CLAW_CONTRIBUTION_MISSING`, naming the nearest. */
export async function select(name: string, scope: TurnScope): Promise<CommandOutcome> {
  const { name: mode, summary } = await scope.get("permission-mode", name);
  const { config } = await scope.use(Inspecting);
  scope.select({ "permission-mode": mode });
  const data = { kind: "permissions", action: "select", status: "ok", mode, default: config.permissionMode };
  return { kind: "done", notice: `Permission mode is now ${mode}: ${summary}`, data };
}

// --- internal ---

function lineOf({ effect, rule, origin }: RuleInForce, rules: readonly RuleInForce[]): string {
  const width = Math.min(60, Math.max(...rules.map((one) => one.rule.length)));
  return `${effect.padEnd(5)}  ${rule.padEnd(width)}  ${origin}`;
}
