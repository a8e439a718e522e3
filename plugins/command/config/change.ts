// Changing the user's settings: one key set or taken away, or the whole file in the person's editor. What can be checked is checked before it is written.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ClawError, type CommandOutcome, Inspecting, type Json, type Kind, type Setting, type TurnScope } from "claw";
import {
  didYouMean,
  editSettings,
  judgeSlices,
  mergeConfig,
  OutputStyles,
  outsideEditor,
  Permissions,
  readSettings,
  ShellHooks,
  seated,
  Themes,
} from "claw/kit";
import { lookUp, redact } from "./run.ts";

/** `given` is what was written after the key: JSON, or text as it is. */
export async function set(key: string, given: string, scope: TurnScope): Promise<CommandOutcome> {
  const before = lookUp(key, await scope.use(Inspecting));
  const value = await judged(key, given, scope);
  const changed = await change(key, value, scope);
  const applied = await apply(key, value, scope);
  return tell("set", key, { value, before: own(before.layers), changed, applied, above: above(before.layers) }, scope);
}

export async function unset(key: string, scope: TurnScope): Promise<CommandOutcome> {
  const before = lookUp(key, await scope.use(Inspecting));
  const changed = await change(key, undefined, scope);
  return tell("unset", key, { before: own(before.layers), changed, applied: false, above: above(before.layers) }, scope);
}

/** Opens the file in the person's own editor, and says what is wrong with it afterwards. */
export async function edit(scope: TurnScope): Promise<CommandOutcome> {
  const file = join(scope.home, "settings.json");
  const editFile = await outsideEditor(scope);
  if (editFile === undefined)
    throw new ClawError("CLAW_USAGE", "there is no terminal to open an editor in", { hint: `Edit ${file} yourself, or use config set KEY VALUE.` });
  // An empty file would be none that claw can read.
  if (!existsSync(file)) await editSettings(scope.home, "the settings", () => [{ path: ["version"], value: 1 }]);
  await editFile(file);
  const settings = (await readSettings(file)) ?? {};
  await mergeConfig(Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, [layer(value, file)]])), async (origin) => origin);
  refuse(await starting({}, { ...settings }, file, scope), "Correct the value, or remove the key.");
  return { kind: "done", notice: `${file} is sound. ${LATER}`, data: { kind: "config", action: "edit", status: "ok", file } };
}

// --- internal ---

const LATER = "What changed in it holds from the next start of claw.";
/** Keys whose value names a contribution. */
const NAMED: Readonly<Record<string, Kind>> = {
  ...{ provider: "provider", compactor: "compactor", permissionMode: "permission-mode", frontend: "frontend", store: "store" },
};

function layer(value: unknown, origin: string): Setting {
  return { value, source: "user", origin, trusted: true };
}

function own(layers: readonly Setting[]): unknown {
  return layers.find(({ source }) => source === "user")?.value;
}

/** Who says something that wins over the user's settings. */
function above(layers: readonly Setting[]): Setting | undefined {
  return layers.findLast(({ source, trusted }) => source !== "user" && trusted);
}

/** The value that is meant: JSON where that fits, else the text. Throws `CLAW_CONFIG_INVALID` for what the key cannot be. */
async function judged(key: string, given: string, scope: TurnScope): Promise<Json> {
  const text = given.toWellFormed();
  const read = json(text);
  try {
    await check(key, read ?? text, scope);
    return read ?? text;
  } catch (thrown) {
    // `4` may be a name, too.
    if (read === undefined || typeof read === "object") throw thrown;
    await check(key, text, scope).catch(() => Promise.reject(thrown));
    return text;
  }
}

function json(text: string): Json | undefined {
  try {
    return Bun.JSONC.parse(text) as Json;
  } catch {
    return undefined;
  }
}

async function check(key: string, value: Json, scope: TurnScope): Promise<void> {
  const [top = "", ...path] = key.split(".");
  const file = join(scope.home, "settings.json");
  const now: Readonly<Record<string, unknown>> = { ...(await readSettings(file)) };
  const whole = within(now, [top, ...path], value);
  await mergeConfig({ [top]: [layer(whole[top], file)] }, async () => file);
  if (typeof value === "string" && path.length === 0) await named(top, value, scope);
  if (top === "permissions") await rules(whole[top] as Json, scope);
  if (top === "hooks" || top === "plugins")
    refuse(await starting({ [top]: now[top] }, { [top]: whole[top] }, file, scope), "Correct the value; the file was not changed.");
}

/** What a start would say of hooks and plugins' slices that is not so already. */
async function starting(
  now: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  file: string,
  scope: TurnScope,
): Promise<readonly string[]> {
  const service = wanted["hooks"] === undefined ? undefined : await scope.use(ShellHooks).catch(() => undefined);
  const known = now["hooks"] === undefined ? [] : await service?.judge(now["hooks"], file);
  const hooks = ((await service?.judge(wanted["hooks"], file)) ?? []).filter((problem) => known?.includes(problem) !== true);
  const slices = await judgeSlices(await scope.use(Inspecting), scope.home, file, Object(now["plugins"]), Object(wanted["plugins"]));
  return [...hooks, ...slices];
}

function refuse(problems: readonly string[], hint: string): void {
  if (problems.length > 0) throw new ClawError("CLAW_CONFIG_INVALID", problems.join("\n"), { hint });
}

/** Throws when there is nothing of that name. */
async function named(key: string, value: string, scope: TurnScope): Promise<void> {
  const kind = NAMED[key];
  if (kind !== undefined) await scope.get(kind, value);
  const names = await namesOf(key, scope);
  if (names !== undefined && !names.some((name) => name.toLowerCase() === value.toLowerCase())) {
    const hint = didYouMean(value, names) || `There are: ${names.join(", ")}.`;
    throw new ClawError("CLAW_USAGE", `${key}: there is no ${JSON.stringify(value)}`, { hint });
  }
  if (key !== "model" && key !== "smallModel") return;
  try {
    await (await scope.get("provider", scope.selection.provider)).resolve(value);
  } catch (thrown) {
    // Without credentials nobody knows yet.
    if (!(thrown instanceof ClawError) || thrown.code === "CLAW_MODEL_UNKNOWN") throw thrown;
  }
}

async function namesOf(key: string, scope: TurnScope): Promise<readonly string[] | undefined> {
  if (key === "outputStyle") return (await (await scope.use(OutputStyles).catch(() => undefined))?.list(scope))?.map(({ name }) => name);
  const themes = key === "theme" ? await (await scope.use(Themes).catch(() => undefined))?.list() : undefined;
  return themes === undefined ? undefined : [...themes.map(({ name }) => name), "auto"];
}

/** A rule that cannot be read lets no call pass until it is mended. */
async function rules(value: Json, scope: TurnScope): Promise<void> {
  const service = await scope.use(Permissions).catch(() => undefined);
  await service?.explain({ id: "", tool: "read_file", input: {}, access: "none", subject: "", paths: [] }, scope, { permissions: value });
}

/** A copy of `settings` with the value at `path`. Throws `CLAW_USAGE` where something on the way is no object. */
function within(settings: object, path: readonly string[], value: Json): Readonly<Record<string, unknown>> {
  const [key = "", ...rest] = path;
  const had = Object.hasOwn(settings, key) ? (settings as Record<string, unknown>)[key] : undefined;
  if (rest.length === 0) return { ...settings, [key]: value };
  if (had !== undefined && (typeof had !== "object" || had === null || Array.isArray(had)))
    throw new ClawError("CLAW_USAGE", `${key} is no object, so it has no ${rest.join(".")}`, { hint: `Set ${key} as a whole, or unset it first.` });
  return { ...settings, [key]: within(had ?? {}, rest, value) };
}

async function change(key: string, value: Json | undefined, scope: TurnScope): Promise<boolean> {
  const path = key.split(".");
  return editSettings(scope.home, `the setting ${key}`, (settings) => {
    const there = path.reduce<unknown>(
      (part, one) => (typeof part === "object" && part !== null ? (part as Record<string, unknown>)[one] : undefined),
      settings,
    );
    if (value === undefined) return there === undefined ? [] : [{ path }];
    return JSON.stringify(there) === JSON.stringify(value) ? [] : [{ path, value }];
  });
}

/** Has a value hold at once, where that is possible. */
async function apply(key: string, value: Json, scope: TurnScope): Promise<boolean> {
  if (typeof value !== "string") return false;
  if (key === "model") scope.select({ model: value });
  if (key === "permissionMode") scope.select({ "permission-mode": value });
  if (key === "theme") await (await scope.use(Themes).catch(() => undefined))?.choose(value);
  if (key === "outputStyle") await (await scope.use(OutputStyles).catch(() => undefined))?.choose(value, scope);
  return ["model", "permissionMode", "theme", "outputStyle"].includes(key);
}

interface Done {
  readonly value?: Json;
  readonly before: unknown;
  readonly changed: boolean;
  readonly applied: boolean;
  readonly above: Setting | undefined;
}

async function tell(action: "set" | "unset", key: string, done: Done, scope: TurnScope): Promise<CommandOutcome> {
  const file = join(scope.home, "settings.json");
  const inSession = await seated(scope);
  const shown = done.value === undefined ? undefined : redact(done.value, key);
  const said = action === "set" ? `${key} is ${JSON.stringify(shown)} in ${file}.` : `${key} is not set in ${file}.`;
  const kept = done.changed ? said : said.replace(/\.$/, " already.");
  const beaten = done.above === undefined ? "" : ` ${done.above.origin} says ${JSON.stringify(redact(done.above.value, key))}, which wins over it.`;
  const later = inSession && done.changed && !done.applied && beaten === "" ? " It holds from the next start of claw." : "";
  const data = { kind: "config", action, status: "ok", key, file, changed: done.changed, previous: redact(done.before, key) };
  const rest = { ...(shown === undefined ? {} : { value: shown }), overridden_by: done.above?.origin ?? null };
  return { kind: "done", notice: `${kept}${beaten}${later}`, data: { ...data, ...rest } };
}
