// Running Config: which settings there are to change, what each may be, and where a change is kept.
import { join } from "node:path";
import { type CallScope, ClawError, Inspecting, type Json, type Setting, type ToolResult } from "claw";
import { CONFIG_KEYS, didYouMean, editSettings, Themes } from "claw/kit";

export interface ConfigInput {
  readonly setting: string;
  readonly value?: string | boolean | number | undefined;
}

/** Throws `CLAW_TOOL_INPUT_INVALID` for what cannot be changed here, or not to that. */
export async function run({ setting, value }: ConfigInput, scope: CallScope, written: Map<string, Json>): Promise<ToolResult> {
  const shape = await shapeOf(setting, scope);
  const layers = layersOf(setting, scope, written);
  const before = layers.at(-1);
  const previousValue = (before?.value ?? null) as Json;
  if (value === undefined) {
    const details = { success: true, operation: "get", setting, value: previousValue };
    return { content: [{ type: "text", text: await shown(setting, before, scope) }], details };
  }
  const wanted = judge(setting, shape, value);
  await check(setting, wanted, scope);
  const changed = await editSettings(scope.home, `the setting ${setting}`, () => [{ path: [setting], value: wanted }]);
  written.set(setting, wanted);
  const applied = await apply(setting, wanted, scope);
  const above = layersOf(setting, scope, written).at(-1);
  const file = join(scope.home, "settings.json");
  const kept = changed ? `${setting} is now ${show(wanted)}, kept in ${file}.` : `${setting} was ${show(wanted)} in ${file} already.`;
  const beaten = above?.source === "user" ? "" : ` But ${above?.origin} says ${show(above?.value)}, which wins at the next start.`;
  const when = applied ? " It holds from the next step on." : " It holds from the next start of claw.";
  const details = { success: true, operation: "set", setting, previousValue, newValue: wanted };
  return { content: [{ type: "text", text: `${kept}${when}${beaten}` }], details };
}

// --- internal ---

type Shape = "text" | "boolean" | readonly string[];
/** Everything that may ever be changed by asking. What can loosen, run or redirect something is not here and must not be. */
const SHAPES: Readonly<Record<string, Shape>> = {
  model: "text",
  smallModel: "text",
  effort: ["low", "medium", "high"],
  theme: "text",
  outputStyle: "text",
  editorMode: ["default", "vim", "emacs"],
  language: "text",
  screenReader: "boolean",
  verbose: "boolean",
};
const LONGEST = 200;

/** Only settings that a plugin, an option or the kernel reads: one that has no effect is not offered. */
async function shapeOf(setting: string, scope: CallScope): Promise<Shape> {
  const manifests = (await scope.use(Inspecting)).plugins().flatMap(({ manifest, state }) => (state === "off" ? [] : [manifest]));
  const read = new Set(manifests.flatMap(({ settings = [], options = [] }) => [...settings, ...options.map((option) => option.sets ?? "")]));
  const names = Object.keys(SHAPES).filter((name) => read.has(name) || CONFIG_KEYS.includes(name));
  const shape = names.includes(setting) ? SHAPES[setting] : undefined;
  if (shape !== undefined) return shape;
  const near = didYouMean(setting, names);
  const hint = near === "" ? `Settings here: ${names.join(", ")}. Others only the user changes, in ${join(scope.home, "settings.json")}.` : near;
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `${JSON.stringify(setting)} is no setting that can be read or changed here.`, { hint });
}

/** What each layer says, lowest first, with what was written since. Who is not trusted has no say. */
function layersOf(setting: string, scope: CallScope, written: ReadonlyMap<string, Json>): readonly Setting[] {
  const layers = scope.settings(setting).filter((layer) => layer.trusted);
  const value = written.get(setting);
  if (value === undefined) return layers;
  const own: Setting = { value, source: "user", origin: join(scope.home, "settings.json"), trusted: true };
  return [own, ...layers.filter((layer) => layer.source !== "user")];
}

async function shown(setting: string, layer: Setting | undefined, scope: CallScope): Promise<string> {
  const kept = layer === undefined ? `${setting} is not set: it has its default.` : `${setting} is ${show(layer.value)} (${layer.origin}).`;
  return setting === "model" ? `${kept} In use now: ${scope.selection.model}.` : kept;
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

function judge(setting: string, shape: Shape, value: string | boolean | number): string | boolean {
  if (shape === "boolean") {
    if (typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `${setting} is true or false, not ${show(value)}.`);
  }
  const text = String(value).trim().toWellFormed();
  if (shape === "text" && text !== "" && text.length <= LONGEST && !/\p{Cc}/u.test(text)) return text;
  if (shape !== "text" && shape.includes(text)) return text;
  const known = shape === "text" ? "one short line" : shape.join(", ");
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `${setting} cannot be ${show(value)}.`, {
    hint: `It is ${shape === "text" ? "" : "one of: "}${known}.`,
  });
}

/** Throws what says that a value means nothing to whoever reads it. */
async function check(setting: string, value: string | boolean, scope: CallScope): Promise<void> {
  if (typeof value !== "string") return;
  if (setting === "model" || setting === "smallModel") await (await scope.get("provider", scope.selection.provider)).resolve(value);
  if (setting !== "theme") return;
  const names = (await (await themesOf(scope))?.list())?.map((theme) => theme.name);
  if (names?.includes(value) !== false) return;
  const hint = didYouMean(value, names) || `There are: ${names.join(", ")}.`;
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `There is no theme ${show(value)}.`, { hint });
}

/** Has a value hold at once, where that is possible. */
async function apply(setting: string, value: string | boolean, scope: CallScope): Promise<boolean> {
  if (typeof value !== "string") return false;
  if (setting === "model") scope.select({ model: value });
  return setting === "model" || (setting === "theme" && (await (await themesOf(scope))?.choose(value)) !== undefined);
}

/** Themes are for frontends with a screen: there may be none. */
async function themesOf(scope: CallScope): Promise<Themes | undefined> {
  return scope.use(Themes).catch(() => undefined);
}
