// One piece of packed code: built for itself, with what it takes from the rest of the binary, and the module that brings it back there.
import { join, relative, resolve } from "node:path";
import { SHARED, taken, WHOLE } from "./taken.ts";

/** What is to be one piece. */
export interface Piece {
  /** What it is called in a stack trace. */
  readonly name: string;
  readonly folder: string;
  /** What can be imported from it, as an import says it, and the names of that which are used. Own files start with `./`. */
  readonly entries: ReadonlyMap<string, readonly string[]>;
  /** Entries that export nothing but functions and plain constants: what these are, by entry and name. */
  readonly lazy: ReadonlyMap<string, Constants>;
  /** Whether an entry is imported by a statement, so that a module must stand in its place. */
  readonly fixed: boolean;
  /** Where the rest of the binary has what `specifier` means, when the piece is to take it from there. */
  outside(specifier: string, importer: string): string | undefined;
}
/** Expressions of constants by name; a function has none. */
export type Constants = ReadonlyMap<string, string | undefined>;
export interface Unit extends Piece {
  readonly text: string;
  /** What it takes of `SHARED`, by name. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** What else it takes: modules by what it calls them. */
  readonly statics: ReadonlyMap<string, string>;
  readonly dynamics: ReadonlyMap<string, string>;
}
/** Where a unit's text is in the file that `FILES` has as `file`, uncompressed. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** The module that has the path of each file with units, by its name. */
export const FILES = "packed:files";
/** The module whose `shared` gives all that units take of `SHARED`. */
export const SHARING = "packed:shared";

export const quoted = (text: string): string => JSON.stringify(text);

/** Builds the piece. */
export async function buildUnit(piece: Piece): Promise<Unit> {
  const { name, folder, entries, outside } = piece;
  const entry = join(folder, ".packed.js");
  const statics = new Map<string, string>();
  const dynamics = new Map<string, string>();
  const { outputs, metafile } = await Bun.build({
    ...{
      entrypoints: [entry],
      files: { [entry]: [...entries].map(asked(folder)).join("") },
      target: "bun",
      format: "cjs",
      minify: true,
      metafile: true,
    },
    define: { "import.meta.path": "module.path", "import.meta.dir": "module.dir", "import.meta.url": "module.url" },
    plugins: [
      {
        name: "outside",
        setup(build) {
          build.onResolve({ filter: NOT_ABSOLUTE }, ({ path, importer, kind }) => {
            const module = importer === entry ? undefined : outside(path, importer);
            if (module === undefined) return undefined;
            const key = path.startsWith(".") ? `./${relative(folder, module).replaceAll("\\", "/")}` : path;
            (kind === "dynamic-import" && !(path in SHARED) ? dynamics : statics).set(key, module);
            return { path: OUTSIDE + key, external: true };
          });
        },
      },
    ],
  });
  const inputs = Object.keys(metafile!.inputs).filter((path) => !path.endsWith(".packed.js"));
  const all = taken(await Promise.all(inputs.map((path) => Bun.file(resolve(path)).text())));
  const names = Object.entries(SHARED).flatMap(([module, known]) => {
    const some = all.get(module) ?? new Set();
    return statics.delete(module) ? [[module, some.has(WHOLE) ? known : known.filter((one) => some.has(one))] as const] : [];
  });
  const built = (await outputs[0]!.text()).replace(/^\/\/.*\n/, "").trimEnd();
  const text = `${built.replaceAll(`import("${OUTSIDE}`, `module.load("${OUTSIDE}`).replaceAll(`"${OUTSIDE}`, '"')}\n//# sourceURL=${name}`;
  return { ...piece, text, names: new Map(names), statics, dynamics };
}

/** The text of a module whose `unit` gives the unit's modules by entry, each of which runs when it is called. */
export function bringingBack(unit: Unit, { file, start, end }: Place): string {
  const { names, statics } = unit;
  // What takes nothing loads nothing.
  const [share, common] = names.size === 0 ? ["", "{}"] : [`import { shared } from ${quoted(SHARING)};\n`, "shared()"];
  const imports = [...statics.values()].map((module, at) => `import * as m${at} from ${quoted(module)};\n`);
  const own = [...statics.keys()].map((key, at) => `, ${quoted(key)}: { __esModule: true, ...m${at} }`);
  return `${HEAD}import { ${file} } from ${quoted(FILES)};
${share}${imports.join("")}let made;
const modules = () => (${own.length === 0 ? common : `{ ...${common}${own.join("")} }`});
export const unit = () => (made ??= unpack(${file}, [${start}, ${end}], { modules: modules(), loads: ${loadsOf(unit)}, meta: import.meta }));`;
}

/** The same for many that take no module but what is shared, by name. One module costs a kilobyte, and one function half of that. */
export function bringingBackAll(units: readonly (readonly [Unit, Place])[]): string {
  const files = [...new Set(units.map(([, { file }]) => file))];
  const places = units.map(([unit, { file, start, end }]) => `${quoted(unit.name)}: [${file}, ${start}, ${end}, ${loadsOf(unit)}]`);
  return `${HEAD}import { shared } from ${quoted(SHARING)};
import { ${files.join(", ")} } from ${quoted(FILES)};
const made = new Map();
const places = { ${places.join(", ")} };
export function unit(name) {
  const [file, start, end, loads] = places[name];
  if (!made.has(name)) made.set(name, unpack(file, [start, end], { modules: shared(), loads, meta: import.meta }));
  return made.get(name);
}`;
}

// --- internal ---

const HEAD = `import { unpack } from ${quoted(join(import.meta.dir, "..", "unpack.ts"))};\n`;

function loadsOf({ dynamics }: Unit): string {
  return `{ ${[...dynamics].map(([key, module]) => `${quoted(key)}: () => import(${quoted(module)})`).join(", ")} }`;
}

/** Before the name of what is taken from outside, until it is built. */
const OUTSIDE = "outside:";
/** The bundler must not be asked where an entry is that is in no folder. */
const NOT_ABSOLUTE = /^(\.\.?\/|[^./](?!:))/;

/** A library is asked for as an import does, not as `require` does: it may be another one then. Own files run one by one. */
function asked(folder: string): (entry: readonly [string, readonly string[]], at: number) => string {
  return ([one, names], at) => {
    const key = JSON.stringify(one);
    if (one.startsWith("./")) return `exports[${key}] = () => require(${JSON.stringify(join(folder, one))});\n`;
    if (names.includes(WHOLE)) return `import * as l${at} from ${key};\nexports[${key}] = () => l${at};\n`;
    const list = names.map((name) => [name, `l${at}${name}`] as const);
    const imports = list.map(([name, local]) => `${name} as ${local}`).join(", ");
    return `import { ${imports} } from ${key};\nexports[${key}] = () => ({ ${list.map(([name, local]) => `${name}: ${local}`).join(", ")} });\n`;
  };
}
