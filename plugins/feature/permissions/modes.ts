// Which mode a session starts in when flags, environment and settings have their say, the settings of other tools included.
import { ClawError, Inspecting, type Setting, type TurnScope } from "claw";
import { STRICTEST_FIRST } from "claw/kit";
import { parsePermissions } from "./policy.ts";

const BYPASS = "danger-full-access";

/**
 * The mode to switch to before the first request; `undefined` keeps what is selected. Throws `CLAW_USAGE` or `CLAW_CONFIG_INVALID`.
 * A mode that whoever opened the session selected itself is never changed.
 */
export async function startMode(scope: TurnScope): Promise<string | undefined> {
  const { config } = await scope.use(Inspecting);
  const selected = await canonical(scope, scope.selection["permission-mode"]);
  if (selected !== (await canonical(scope, config.permissionMode))) return undefined;
  if (scope.options["dangerously-skip-permissions"] === true) {
    const flag = scope.options["permission-mode"];
    if (typeof flag === "string" && (await canonical(scope, flag)) !== BYPASS) {
      throw new ClawError("CLAW_USAGE", `--dangerously-skip-permissions contradicts --permission-mode ${flag}`, {
        hint: "Give one of them.",
      });
    }
    return selected === BYPASS ? undefined : BYPASS;
  }
  const wanted = await wantedMode(scope, selected);
  return wanted === selected ? undefined : wanted;
}

/** Whether `mode` lets less happen. A mode that the common table does not rank is never taken for stricter. */
export function stricter(mode: string, than: string): boolean {
  const order: readonly string[] = STRICTEST_FIRST;
  return order.includes(mode) && (!order.includes(than) || order.indexOf(mode) < order.indexOf(than));
}

// --- internal ---

interface Wish {
  readonly mode: string;
  readonly key: string;
  readonly setting: Setting;
}

/** What all layers say together, lowest first; in one layer `permissionMode` has the last word. Who is not trusted may only tighten. */
async function wantedMode(scope: TurnScope, selected: string): Promise<string> {
  const wishes: Wish[] = [];
  for (const setting of scope.settings("permissions")) {
    const mode = parsePermissions(setting).value.defaultMode;
    if (mode !== undefined) wishes.push({ mode, key: "permissions.defaultMode", setting });
  }
  for (const setting of scope.settings("permissionMode")) {
    if (typeof setting.value === "string") wishes.push({ mode: setting.value, key: "permissionMode", setting });
  }
  let mode = selected;
  for (const wish of wishes.sort((a, b) => rank(a.setting) - rank(b.setting))) {
    const named = await canonical(scope, wish.mode, wish);
    if (named !== undefined && (wish.setting.trusted || stricter(named, mode))) mode = named;
  }
  return mode;
}

const SOURCES: readonly Setting["source"][] = ["user", "project", "local", "environment", "flag", "managed"];

function rank({ source }: Setting): number {
  return SOURCES.indexOf(source);
}

/** The mode's own name. One that nobody knows is an error where it is trusted, and no wish at all where it is not. */
async function canonical(scope: TurnScope, name: string): Promise<string>;
async function canonical(scope: TurnScope, name: string, wish: Wish): Promise<string | undefined>;
async function canonical(scope: TurnScope, name: string, wish?: Wish): Promise<string | undefined> {
  try {
    return (await scope.get("permission-mode", name)).name;
  } catch (thrown) {
    if (wish === undefined || !(thrown instanceof ClawError) || thrown.code !== "CLAW_CONTRIBUTION_MISSING") throw thrown;
    if (!wish.setting.trusted) return undefined;
    throw new ClawError("CLAW_CONFIG_INVALID", `${wish.setting.origin}: ${wish.key}: ${thrown.message}`, thrown.info);
  }
}
