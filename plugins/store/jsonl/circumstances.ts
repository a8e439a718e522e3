// What a session ran with: kept in its record, and when it goes on, restored where that is harmless and explained where not. Never a permission: what a
// session may do is for whoever opens it to say.
import { ClawError, Inspecting, type Json, type PluginScope, type Selection, type TurnScope } from "claw";

/** The kind of the note. */
export const CIRCUMSTANCES = "circumstances";

/** Keeps what the session runs with now, when that is not what its record says. */
export async function record(scope: TurnScope): Promise<void> {
  const now = await circumstances(scope);
  const before = scope.session.notes(CIRCUMSTANCES).at(-1);
  // What could not be kept has been announced for the message before it.
  if (JSON.stringify(before) !== JSON.stringify(now)) await scope.session.note(CIRCUMSTANCES, now).catch(() => undefined);
}

/** For a session that goes on: its model again, unless whoever opened it named one, and a word on the rest. */
export async function restore(scope: TurnScope): Promise<void> {
  const before = read(scope.session.notes(CIRCUMSTANCES).at(-1));
  if (before === undefined) return;
  const tell = (level: "info" | "warn", text: string): void => scope.bus.emit("notice.raised", { level, text });
  const { model, provider, "permission-mode": mode } = scope.selection;
  if ((before.model !== model || before.provider !== provider) && !named(scope, "model") && !named(scope, "provider")) {
    const failed = await usable(scope, before).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof ClawError ? thrown.message : String(thrown)),
    );
    if (failed === undefined) {
      scope.select({ model: before.model, provider: before.provider });
      tell("info", `Going on with the model ${before.model}, as this session did before; --model or /model chooses another.`);
    } else tell("warn", `This session ran with the model ${before.model}, which cannot be used now (${failed}). Going on with ${model}.`);
  }
  if (before.mode !== mode && !named(scope, "permissionMode"))
    tell(
      "info",
      `This session ran in the permission mode ${before.mode}; now it is ${mode}. A mode is never taken from a session: --permission-mode sets it.`,
    );
  const differences = await changes(scope, before);
  if (differences.length > 0) tell("warn", `Since this session ran: ${differences.join("; ")}.`);
}

// --- internal ---

interface Circumstances {
  readonly model: string;
  readonly provider: string;
  readonly mode: string;
  readonly tools: readonly string[];
  readonly plugins: Readonly<Record<string, string>>;
}

async function circumstances(scope: TurnScope): Promise<{ readonly [key: string]: Json }> {
  const { model, provider, "permission-mode": mode } = scope.selection;
  return { model, provider, mode, tools: tools(scope), plugins: await versions(scope) };
}

/** Servers' tools come and go while they are connected. */
function tools(scope: PluginScope): readonly string[] {
  return scope
    .names("tool")
    .filter((name) => !name.startsWith("mcp__"))
    .toSorted();
}

/** Plugins that did not come with claw, and claw itself. */
async function versions(scope: PluginScope): Promise<Readonly<Record<string, string>>> {
  const plugins = (await scope.use(Inspecting)).plugins();
  const own = plugins.find(({ name }) => name === scope.plugin || name === "@claw/store-jsonl");
  const foreign = plugins.filter(({ source, state }) => source !== "bundled" && state !== "off");
  return Object.fromEntries([...(own === undefined ? [] : [["claw", own.version]]), ...foreign.map(({ name, version }) => [name, version])]);
}

function read(data: Json | undefined): Circumstances | undefined {
  const { model, provider, mode, tools, plugins } = (data ?? {}) as Partial<Circumstances>;
  if (typeof model !== "string" || typeof provider !== "string" || typeof mode !== "string") return undefined;
  return { model, provider, mode, tools: Array.isArray(tools) ? tools : [], plugins: typeof plugins === "object" ? plugins : {} };
}

/** Whether the command line, the environment or the administrator says it. */
function named(scope: TurnScope, key: string): boolean {
  return scope.settings(key).some(({ source }) => source === "flag" || source === "environment" || source === "managed");
}

async function usable(scope: TurnScope, { provider, model }: Pick<Selection, "provider" | "model">): Promise<void> {
  await (await scope.get("provider", provider)).resolve(model);
}

async function changes(scope: TurnScope, before: Circumstances): Promise<readonly string[]> {
  const now = await versions(scope);
  const gone = before.tools.filter((name) => !tools(scope).includes(name));
  const other = Object.entries(before.plugins).flatMap(([name, version]) => {
    if (now[name] === version) return [];
    return [now[name] === undefined ? `the plugin ${name} is not there any more` : `${name} went from ${version} to ${now[name]}`];
  });
  return [...(gone.length === 0 ? [] : [`there is no tool ${gone.slice(0, 10).join(", ")} any more`]), ...other];
}
