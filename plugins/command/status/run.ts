// The facts of `status`, and how they are laid out for people.
import { type CommandOutcome, Inspecting, type Inspection, type Json, type PluginScope, type TurnScope } from "claw";
import { gitHead, type ModeInForce, Permissions, Sandbox, type SandboxState, sandboxLine } from "claw/kit";

export async function status(scope: TurnScope, plugin: PluginScope): Promise<CommandOutcome> {
  const inspection = await plugin.use(Inspecting);
  const { selection, session } = scope;
  const git = gitHead(scope.cwd);
  const plugins = count(inspection);
  const warnings = inspection.warnings();
  const mode = await modeOf(scope, inspection);
  const sandbox = await sandboxOf(scope);
  const data = {
    kind: "status",
    action: "show",
    status: warnings.length > 0 || plugins.off > 0 ? "degraded" : "ok",
    provider: selection.provider,
    model: selection.model,
    resolved_model: await resolved(scope),
    model_source: sourceOf(inspection, "model"),
    permission_mode: mode.mode,
    permission_mode_source: mode.setting?.source ?? (mode.key === "permissionMode" ? "default" : "session"),
    permission_mode_key: mode.key,
    compactor: selection.compactor,
    session: { id: session.id, path: session.path ?? null, messages: session.messages.length },
    workspace: { cwd: scope.cwd, project_root: git?.root ?? null, git_branch: git?.branch ?? null },
    loaded_config_files: files(inspection),
    plugins,
    sandbox: sandbox === undefined ? null : { tier: sandbox.tier, active: sandbox.active, network: sandbox.network, summary: sandboxLine(sandbox) },
    warnings: [...warnings],
  };
  return { kind: "done", notice: render(data), data };
}

// --- internal ---

type Data = { readonly [key: string]: Json };

/** The mode in force: settings of other tools count too, which only the rules' plugin knows. Without it, or with rules that cannot be read, what is selected. */
async function modeOf(scope: TurnScope, inspection: Inspection): Promise<ModeInForce> {
  try {
    return await (await scope.use(Permissions)).mode(scope);
  } catch {
    const setting = inspection.layers()["permissionMode"]?.findLast((layer) => layer.trusted);
    return { mode: scope.selection["permission-mode"], key: "permissionMode", ...(setting === undefined ? {} : { setting }) };
  }
}

/** The model that the name or alias stands for; `null` when there are no credentials to ask with. */
async function resolved({ get, selection }: TurnScope): Promise<string | null> {
  try {
    return (await (await get("provider", selection.provider)).resolve(selection.model)).id;
  } catch {
    return null;
  }
}

/** As probed, now if nobody has yet; nothing when there is no such plugin or its setting is wrong. */
async function sandboxOf(scope: TurnScope): Promise<SandboxState | undefined> {
  try {
    return await (await scope.use(Sandbox)).inspect(scope);
  } catch {
    return undefined;
  }
}

function sourceOf(inspection: Inspection, key: string): string {
  return inspection.layers()[key]?.findLast((layer) => layer.trusted)?.source ?? "default";
}

function files(inspection: Inspection): string[] {
  const origins = Object.values(inspection.layers()).flatMap((layers) => layers.map((layer) => layer.origin));
  return [...new Set(origins)].filter((origin) => origin.startsWith("/") || /^[A-Za-z]:\\/.test(origin));
}

function count(inspection: Inspection) {
  const states = inspection.plugins().map((plugin) => plugin.state);
  const of = (state: string): number => states.filter((one) => one === state).length;
  return { listed: of("listed"), active: of("active"), off: of("off") };
}

function render(data: Data): string {
  const session = data["session"] as Data;
  const workspace = data["workspace"] as Data;
  const plugins = data["plugins"] as Data;
  const model = data["resolved_model"] === null ? `${data["model"]}` : `${data["resolved_model"]}`;
  const config = data["loaded_config_files"] as readonly string[];
  const rows: readonly (readonly [string, string])[] = [
    ["Model", `${model} via ${data["provider"]} (${data["model_source"]})`],
    [
      "Permission mode",
      `${data["permission_mode"]} (${data["permission_mode_source"]}${data["permission_mode_key"] === "permissions.defaultMode" ? ": permissions.defaultMode" : ""})`,
    ],
    ["Session", `${session["id"]}, ${session["messages"]} messages${session["path"] === null ? ", not saved" : ""}`],
    ["Folder", String(workspace["cwd"])],
    ["Git branch", String(workspace["git_branch"] ?? "no repository")],
    ["Config", config.length === 0 ? "no files" : config.join("\n                 ")],
    ...(data["sandbox"] === null ? [] : [["Sandbox", String((data["sandbox"] as Data)["summary"])] as const]),
    ["Plugins", `${plugins["active"]} active, ${plugins["listed"]} ready, ${plugins["off"]} off`],
    ...(data["warnings"] as readonly string[]).map((warning) => ["Warning", warning] as const),
  ];
  return rows.map(([left, right]) => `${left.padEnd(15)}  ${right}`).join("\n");
}
