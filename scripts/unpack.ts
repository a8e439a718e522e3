// Stands in the binary for code that the build has packed (`scripts/build/packed.ts`): brings it back when it is first imported.
import { readFileSync } from "node:fs";

type Module = Readonly<Record<string, unknown>>;

/** What packed code has from the rest of the binary. */
export interface Outside {
  readonly modules: Readonly<Record<string, Module>>;
  readonly loads: Readonly<Record<string, () => Promise<Module>>>;
  readonly meta: ImportMeta;
}

const opened = new Map<string, Uint8Array>();

/** The modules in a piece of the embedded file `file`, by name; each runs when it is asked for. */
export function unpack(
  file: string,
  [start, end]: readonly [number, number],
  { modules, loads, meta }: Outside,
): Readonly<Record<string, () => Module>> {
  const bytes = opened.get(file) ?? Bun.zstdDecompressSync(readFileSync(file));
  opened.set(file, bytes);
  const text = new TextDecoder().decode(bytes.subarray(start, end));
  const { path, dir, url } = meta;
  const module = { exports: {}, path, dir, url, load: async (name: string) => modules[name] ?? loads[name]!() };
  // What Bun makes for `require` is the expression of a function.
  new Function(`return ${text}`)()(module.exports, (name: string) => modules[name] ?? import.meta.require(name), module);
  return module.exports;
}
