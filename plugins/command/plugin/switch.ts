// Switching plugins on and off: installed ones in their store, bundled ones in the user's settings.
import { ClawError, type CommandOutcome, Inspecting, type TurnScope } from "claw";
import { editSettings, PluginStore } from "claw/kit";
import { now, trials } from "./change.ts";
import { type Asked, installed } from "./words.ts";

export async function turn(words: Asked, on: boolean, scope: TurnScope): Promise<CommandOutcome> {
  const statuses = (await scope.use(Inspecting)).plugins();
  // One that settings have switched off is not in the list of this process any more.
  const bundled = words.names.filter(
    (name) => statuses.some((one) => one.name === name && one.source === "bundled") || (on && offInSettings(name, scope)),
  );
  const found = await installed({ ...words, names: words.names.filter((name) => !bundled.includes(name)) }, scope);
  if (found.length > 0) await (await scope.use(PluginStore)).enable(found, on, scope);
  for (const name of bundled) await turnBundled(name, on, scope);
  const all = await (await scope.use(PluginStore)).list(scope);
  const tried = on
    ? await trials(
        all.filter(({ path }) => found.some((one) => one.path === path)),
        scope,
      )
    : [];
  const broken = tried.filter(({ trial }) => trial?.problem !== undefined).map(({ name }) => name);
  const switched = [...found.map(({ name }) => name), ...bundled].filter((name) => !broken.includes(name));
  const lines = switched.map((name) => `${name} is ${on ? "on" : "off"}, from the next start on.`);
  const data = {
    kind: "plugin",
    action: on ? "enable" : "disable",
    status: broken.length > 0 ? "degraded" : "ok",
    plugins: [...(await now(found, scope))],
    bundled,
  };
  const notice = [...lines, ...tried.map(({ line }) => line)].join("\n");
  return broken.length > 0 ? { kind: "exit", code: 7, notice, data } : { kind: "done", notice, data };
}

// --- internal ---

function offInSettings(name: string, scope: TurnScope): boolean {
  return scope.settings("plugins").some(({ value, source }) => source === "user" && (value as Record<string, unknown>)[name] === false);
}

/** Takes back the `false`, or writes one; a slice that configures the plugin is not thrown away. */
async function turnBundled(name: string, on: boolean, { home }: TurnScope): Promise<void> {
  await editSettings(home, `that ${name} is ${on ? "on" : "off"}`, (settings) => {
    const slice = (settings["plugins"] as Record<string, unknown> | undefined)?.[name];
    if (on) return slice === false ? [{ path: ["plugins", name] }] : [];
    if (slice === undefined || slice === false) return [{ path: ["plugins", name], value: false }];
    throw new ClawError("CLAW_USAGE", `the settings configure ${name}`, {
      hint: `Set "plugins": { "${name}": false } by hand, if its config may go.`,
    });
  });
}
