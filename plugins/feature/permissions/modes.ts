// Which mode a session starts in when flags, environment and settings have their say, the settings of other tools included.
import { ClawError, Inspecting, type Setting, type TurnScope } from "claw";
import { locate, type ModeInForce, stricter } from "claw/kit";
import { parsePermissions } from "./policy.ts";

const BYPASS = "danger-full-access";

/**
 * The mode to switch to before the first request; `undefined` keeps what is selected. Throws `CLAW_USAGE` or `CLAW_CONFIG_INVALID`.
 * A mode that whoever opened the session selected itself is never changed.
 */
export async function startMode(scope: TurnScope): Promise<string | undefined> {
  const selected = await canonical(scope, scope.selection["permission-mode"]);
  const { mode } = await modeInForce(scope);
  return mode === selected ? undefined : mode;
}

/** The mode that a session of this scope starts in, and who says so. */
export async function modeInForce(scope: TurnScope): Promise<ModeInForce> {
  const { config } = await scope.use(Inspecting);
  const selected = await canonical(scope, scope.selection["permission-mode"]);
  if (selected !== (await canonical(scope, config.permissionMode))) return { mode: selected, key: SELECTED };
  if (scope.options["dangerously-skip-permissions"] === true) {
    const flag = scope.options["permission-mode"];
    if (typeof flag === "string" && (await canonical(scope, flag)) !== BYPASS) {
      throw new ClawError("CLAW_USAGE", `--dangerously-skip-permissions contradicts --permission-mode ${flag}`, {
        hint: "Give one of them.",
      });
    }
    const setting = { value: true, source: "flag", origin: "--dangerously-skip-permissions", trusted: true } as const;
    return { mode: BYPASS, key: "--dangerously-skip-permissions", setting };
  }
  return wantedMode(scope, selected);
}

/** What says so when the session itself does. */
export const SELECTED = "selected in this session";

// --- internal ---

interface Wish {
  readonly mode: string;
  readonly key: string;
  readonly setting: Setting;
}

/** What all layers say together, lowest first; in one layer `permissionMode` has the last word. Who is not trusted may only tighten. */
async function wantedMode(scope: TurnScope, selected: string): Promise<ModeInForce> {
  const wishes: Wish[] = [];
  for (const setting of scope.settings("permissions")) {
    const mode = (await parsePermissions(setting).catch(ifTrusted(setting)))?.value.defaultMode;
    if (mode !== undefined) wishes.push({ mode, key: "permissions.defaultMode", setting });
  }
  for (const setting of scope.settings("permissionMode")) {
    if (typeof setting.value === "string") wishes.push({ mode: setting.value, key: "permissionMode", setting });
  }
  let found: ModeInForce = { mode: selected, key: "permissionMode" };
  for (const { mode, key, setting } of wishes.sort((a, b) => rank(a.setting) - rank(b.setting))) {
    const named = await canonical(scope, mode, { mode, key, setting });
    if (named !== undefined && (setting.trusted || stricter(named, found.mode))) found = { mode: named, key, setting };
  }
  return found;
}

/** What is wrong with a layer that nobody trusts stops nothing: it is said where its rules are read. */
function ifTrusted({ trusted }: Setting): (thrown: unknown) => undefined {
  return (thrown) => {
    if (trusted) throw thrown;
    return undefined;
  };
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
    const place = await locate(wish.setting.origin, wish.key.split("."));
    throw new ClawError("CLAW_CONFIG_INVALID", `${place}: ${wish.key}: ${thrown.message}`, thrown.info);
  }
}
