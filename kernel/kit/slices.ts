// Slices of plugins that somebody is about to write: what a start that reads them would say. Writes nothing, and runs no plugin's setup.
import { join } from "node:path";
import { type Inspection, type Layers, type Setting, wrap } from "claw";
import { judgeSlice } from "./config.ts";
import { discover } from "./discover.ts";

type Slices = Readonly<Record<string, unknown>>;

/** What becomes wrong when `plugins` of the user's settings, in `file`, changes from `now` to `wanted`; what is wrong already is left out. */
export async function judgeSlices(inspection: Inspection, home: string, file: string, now: Slices, wanted: Slices): Promise<readonly string[]> {
  const changed = Object.keys(wanted).filter((name) => wanted[name] !== false && JSON.stringify(wanted[name]) !== JSON.stringify(now[name]));
  const layers = inspection.layers();
  const [before, after] = [withSlices(layers, file, now), withSlices(layers, file, wanted)];
  const judged = changed.map(async (name): Promise<readonly string[]> => {
    const plugin = inspection.plugins().find((one) => one.name === name);
    // One that is switched off is named by the settings that do it.
    if (plugin === undefined) return (layers["plugins"] ?? []).some(({ value }) => name in Object(value)) ? [] : unknown(name, home);
    // One that cannot be loaded says so at every start.
    const schema = await inspection.schema(name).catch(() => null);
    if (schema === null) return [];
    const judge = async (some: Layers): Promise<readonly string[]> =>
      (await judgeSlice(some, name, schema, async (origin) => origin)).problems.map(({ message }) => message);
    const known = await judge(before);
    return (await judge(after)).filter((problem) => !known.includes(problem));
  });
  return (await Promise.all(judged)).flat();
}

// --- internal ---

/** What is wrong with the name of a plugin that is not there yet: it may be a path, or a package that was put there just now. */
function unknown(name: string, home: string): readonly string[] {
  try {
    discover(name, home, join(home, "plugins"));
    return [];
  } catch (thrown) {
    return [wrap(thrown, "CLAW_PLUGIN_LOAD_FAILED").message];
  }
}

/** The layers with other slices in the user's file. */
function withSlices(layers: Layers, file: string, value: Slices): Layers {
  const own: Setting = { value, source: "user", origin: file, trusted: true };
  const { plugins = [] } = layers;
  const at = plugins.findIndex(({ source, origin }) => source === "user" && origin === file);
  return { ...layers, plugins: at === -1 ? [own, ...plugins] : plugins.with(at, own) };
}
