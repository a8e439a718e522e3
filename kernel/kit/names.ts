// Names in settings, checked against what is installed before anything runs, so that a slip is told with its file and line.
import { ClawError, type Config, type Kind, type Layers, type Loadable } from "claw";
import { DEFAULTS, type Pass } from "./config.ts";
import { didYouMean } from "./nearest.ts";
import { locate } from "./settings.ts";

/**
 * `config` itself when every name in it is one that a plugin contributes. Throws `CLAW_CONFIG_INVALID` with file and line for a name in a file,
 * `CLAW_USAGE` for one from a flag or variable; with `pass` the value is passed over. A model's name is its provider's to judge.
 */
export async function checkNames(config: Config, layers: Layers, plugins: readonly Loadable[], pass?: Pass): Promise<Config> {
  // A plugin without a manifest may add any name: what it adds is known when it runs.
  if (plugins.some((plugin) => plugin.manifest === undefined && plugin.problem === undefined)) return config;
  let checked = config;
  for (const [key, kind] of KEYS) {
    const setting = layers[key]?.findLast(({ trusted }) => trusted);
    const value = config[key];
    if (setting === undefined || typeof value !== "string") continue;
    const known = namesOf(kind, plugins);
    if (known.includes(value)) continue;
    const hint = didYouMean(value, known) || `Known: ${known.join(", ")}.`;
    const file = setting.source !== "environment" && setting.origin.includes("/");
    const where = await locate(setting.origin, [key]);
    const error = new ClawError(file ? "CLAW_CONFIG_INVALID" : "CLAW_USAGE", `${where}: ${file ? `${key} → ` : ""}unknown ${kind}: ${value}`, {
      hint,
    });
    if (pass === undefined) throw error;
    pass(error);
    checked = { ...checked, [key]: DEFAULTS[key] };
  }
  return checked;
}

// --- internal ---

const KEYS = [
  ["provider", "provider"],
  ["compactor", "compactor"],
  ["permissionMode", "permission-mode"],
  ["store", "store"],
  ["frontend", "frontend"],
] as const satisfies readonly (readonly [keyof Config, Kind])[];

function namesOf(kind: Kind, plugins: readonly Loadable[]): readonly string[] {
  const listed = plugins.flatMap((plugin) => (plugin.problem === undefined ? (plugin.manifest?.contributes?.[kind] ?? []) : []));
  return listed.flatMap((one) => (typeof one === "string" ? one : [one.name, ...(one.aliases ?? [])]));
}
