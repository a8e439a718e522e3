// What is seldom needed, kept compressed in the binary. Bundled as the rest is, code is there as source and, five times as large, as bytecode, which
// pays only for what most runs use. A plugin's package.json says what of it is packed: own files, and libraries: `"packed": ["./run.ts", "ajv"]`.
import { basename, dirname, join, resolve } from "node:path";
import type { BunPlugin } from "bun";
import { ALONE, alone, DOOR, door, doorsOf, libraryOf, throughDoors, VIRTUAL } from "./doors.ts";
import { SHARED, taken, WHOLE } from "./taken.ts";
import { bringingBack, bringingBackAll, buildUnit, type Constants, FILES, type Piece, type Place, quoted, SHARING, type Unit } from "./unit.ts";

/**
 * Puts what packages under `root` call `packed` into compressed files in `cache`, and modules with the same exports in its place. Of the rest, `instead` says
 * what is built of a source.
 */
export async function packCold(root: string, cache: string, instead: (path: string, text: string) => string): Promise<BunPlugin> {
  const scripts = join(root, "scripts");
  const cold: Cold[] = [
    // What external plugins import has all of valibot, of which the rest of the binary uses a seventh.
    { name: "claw/modules", folder: scripts, packed: ["./modules.ts"], apart: ["valibot"] },
    { name: "claw/replay", folder: scripts, packed: ["./replay.ts"], apart: [] },
  ];
  for (const path of ["kernel/package.json", ...new Bun.Glob("plugins/*/*/package.json").scanSync({ cwd: root })]) {
    const { name, packed } = (await Bun.file(join(root, path)).json()) as { readonly name: string; readonly packed?: readonly string[] };
    if (packed) cold.push({ name, folder: dirname(join(root, path)), packed, apart: [] });
  }
  const units = (await Promise.all(cold.map(unitsOf))).flat();
  const folders = new Set(cold.map(({ folder }) => folder));
  const modules = await modulesOf(units, cache);
  const doors = doorsOf(units);
  return {
    name: "pack-cold",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        const module = path.startsWith(VIRTUAL) ? path : libraryOf(folderOf(importer, folders), path);
        return modules.has(module) ? { path: module, namespace: "packed" } : undefined;
      });
      build.onLoad({ filter: /./, namespace: "packed" }, ({ path }) => ({
        contents: throughDoors(modules.get(path)!, doors, (to) => to),
        loader: "js",
      }));
      build.onLoad({ filter: /\.(ts|mjs)$/ }, async ({ path }) => {
        const contents = modules.get(path);
        if (contents !== undefined) return { contents, loader: "js" };
        if (path.includes("node_modules")) return undefined;
        const folder = folderOf(path, folders);
        const meant = (to: string): string => (to.startsWith(".") ? resolve(dirname(path), to) : libraryOf(folder, to));
        const source = await Bun.file(path).text();
        const led = throughDoors(instead(path, source), doors, meant);
        return led === source ? undefined : { contents: led, loader: path.endsWith(".ts") ? "ts" : "js" };
      });
    },
  };
}

// --- internal ---

interface Cold {
  readonly name: string;
  readonly folder: string;
  /** Paths that start with `./`, and names of packages. */
  readonly packed: readonly string[];
  /** What it has a copy of, though others share it. */
  readonly apart: readonly string[];
}

/** The folder of the package that the file is in. */
function folderOf(path: string, folders: ReadonlySet<string>): string {
  let folder = dirname(path);
  while (!folders.has(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** Own files are one unit, libraries another: these are large, and may be needed by a file that is not packed. */
async function unitsOf({ name, folder, packed, apart }: Cold): Promise<readonly Unit[]> {
  const sources = await sourcesOf(folder);
  const files = packed.filter((one) => one.startsWith("./"));
  const libraries = new Map<string, readonly string[]>();
  for (const { text, imports } of sources.values())
    for (const path of imports) {
      if (path.startsWith(".") || !packed.some((one) => path === one || path.startsWith(`${one}/`))) continue;
      libraries.set(path, [...new Set([...(libraries.get(path) ?? []), ...(taken([text]).get(path) ?? [WHOLE])])]);
    }
  const common = (specifier: string) => (specifier in SHARED && !apart.includes(specifier) ? specifier : undefined);
  const kept = keptFiles(
    files.map((one) => join(folder, one)),
    sources,
  );
  const outside = (specifier: string, importer: string) => {
    if (libraries.has(specifier) && !importer.includes("node_modules")) return libraryOf(folder, specifier);
    const path = specifier.startsWith(".") ? resolve(dirname(importer), specifier) : "";
    return kept.has(path) ? path : common(specifier);
  };
  // Bytes are in a file of their own: see `embedBytes`.
  const beside = (specifier: string, importer: string) =>
    specifier.endsWith(".wasm.mjs") ? resolve(dirname(importer), specifier) : common(specifier);
  const textOf = (one: string) => sources.get(join(folder, one))!.text;
  const exported = new Map(files.map((one) => [one, new Bun.Transpiler({ loader: "ts" }).scan(textOf(one)).exports] as const));
  const stated = (from: readonly (readonly [string, Source])[]) =>
    new Set(from.flatMap(([path, one]) => one.statements.map((to) => (to.startsWith(".") ? resolve(dirname(path), to) : to))));
  const ours = new Set(files.map((one) => join(folder, one)));
  const [byAny, byRest] = [stated([...sources]), stated([...sources].filter(([path]) => kept.has(path)))];
  const lazy = new Map<string, Constants>();
  for (const one of files) {
    const constants = byRest.has(join(folder, one)) ? constantsOf((await import(join(folder, one))) as object) : undefined;
    if (constants !== undefined) lazy.set(one, constants);
  }
  const pieces: Piece[] = [
    {
      name: `${name}/libraries`,
      folder,
      entries: libraries,
      lazy: new Map(),
      fixed: [...libraries.keys()].some((one) => byAny.has(one)),
      outside: beside,
    },
    { name, folder, entries: exported, lazy, fixed: [...ours].some((path) => byRest.has(path)), outside },
  ];
  return Promise.all(pieces.filter(({ entries }) => entries.size > 0).map(buildUnit));
}

/** The text of every module that stands for something packed, by path or by name. Small units of one kind are compressed as one: they are much alike. */
async function modulesOf(units: readonly Unit[], cache: string): Promise<Map<string, string>> {
  const modules = new Map([[SHARING, sharedModule(units)]]);
  const files: string[] = [];
  const many: (readonly [Unit, Place])[] = [];
  const groups = Map.groupBy(units, ({ name, folder, text }) => (text.length > LARGE ? name : dirname(folder)));
  for (const group of groups.values()) {
    const texts = group.map(({ text }) => new TextEncoder().encode(text));
    const bytes = Bun.zstdCompressSync(Buffer.concat(texts), { level: 22 });
    const file = `f${Bun.hash(bytes).toString(36)}`;
    await Bun.write(join(cache, `packed-${file}.zst`), bytes);
    files.push(`export { default as ${file} } from ${quoted(join(cache, `packed-${file}.zst`))} with { type: "file" };\n`);
    let start = 0;
    for (const [at, unit] of group.entries()) {
      const { name, folder, entries } = unit;
      const end = start + texts[at]!.length;
      const place = { file, start, end };
      if (alone(unit)) many.push([unit, place]);
      else modules.set(VIRTUAL + name, bringingBack(unit, place));
      for (const [one, names] of unit.fixed ? entries : []) {
        const all = names.includes(WHOLE) ? Object.keys(evaluate(unit.text)[one]!()) : names;
        modules.set(one.startsWith("./") ? join(folder, one) : libraryOf(folder, one), standIn(unit, one, all));
      }
      start = end;
    }
  }
  return modules.set(ALONE, bringingBackAll(many)).set(FILES, files.join("")).set(DOOR, door);
}

/** Characters from which on a unit is compressed alone. */
const LARGE = 60_000;

/** What a module with nothing but functions and plain constants exports: it need not run before a function is called. */
function constantsOf(module: object): Constants | undefined {
  const plain = /^(string|number|boolean|undefined)$/;
  const entries = Object.entries(module).map(([name, value]: [string, unknown]) => {
    if (typeof value === "function") return /^class\b/.test(Function.prototype.toString.call(value)) ? undefined : ([name, undefined] as const);
    return plain.test(typeof value) ? ([name, String(JSON.stringify(value))] as const) : undefined;
  });
  return entries.includes(undefined) ? undefined : new Map(entries as (readonly [string, string | undefined])[]);
}

/** The module that stands for `one` of the unit. One with functions and constants alone is brought back when the first function is called. */
function standIn({ name, lazy }: Unit, one: string, names: readonly string[]): string {
  const key = JSON.stringify(one);
  const head = `import { unit } from ${JSON.stringify(VIRTUAL + name)};\n`;
  const constants = lazy.get(one);
  const called = (to: string) => `export function ${to}(...given) { return unit()[${key}]().${to}(...given); }\n`;
  if (constants !== undefined)
    return head + [...constants].map(([to, value]) => (value === undefined ? called(to) : `export const ${to} = ${value};\n`)).join("");
  const lines = names.map((to, at) => `const e${at} = module[${JSON.stringify(to)}];\nexport { e${at} as ${to} };\n`);
  return `${head}const module = unit()[${key}]();\n${lines.join("")}`;
}

/** The module with all that units take of what is shared. */
function sharedModule(units: readonly Unit[]): string {
  const lines: string[] = [];
  const modules = Object.keys(SHARED).map((module, at) => {
    const names = [...new Set(units.flatMap((unit) => unit.names.get(module) ?? []))].sort();
    lines.push(
      `import { ${names.map((name) => `${name} as s${at}${name}`).join(", ")} } from ${JSON.stringify(Bun.resolveSync(module, import.meta.dir))};\n`,
    );
    return `${JSON.stringify(module)}: { __esModule: true, ${names.map((name) => `${name}: s${at}${name}`).join(", ")} }`;
  });
  return `${lines.join("")}let made;\nexport const shared = () => (made ??= { ${modules.join(", ")} });`;
}

function evaluate(text: string): Readonly<Record<string, () => object>> {
  const module = { exports: {} };
  new Function(`return ${text}`)()(module.exports, import.meta.require, module);
  return module.exports;
}

interface Source {
  readonly text: string;
  /** What it imports, however. */
  readonly imports: readonly string[];
  /** What it imports by a statement. */
  readonly statements: readonly string[];
}

/** The package's files that are not for tests, by path. */
async function sourcesOf(folder: string): Promise<ReadonlyMap<string, Source>> {
  const paths = [...new Bun.Glob("**/*.{ts,mjs}").scanSync({ cwd: folder })].filter(
    (path) => !/\.test\.|\.d\.m?ts$|(^|[\\/])(testing|node_modules)[\\/]/.test(path),
  );
  const read = paths.map(async (path) => {
    const file = join(folder, path);
    const text = await Bun.file(file).text();
    const found = new Bun.Transpiler({ loader: path.endsWith(".ts") ? "ts" : "js" }).scanImports(text);
    const statements = found.filter((one) => one.kind === "import-statement").map((one) => one.path);
    return [file, { text, imports: found.map((one) => one.path), statements }] as const;
  });
  return new Map(await Promise.all(read));
}

/** The files that are not packed, by path: what `index.ts` needs, what must know where it stands, and what these need. */
function keptFiles(packed: readonly string[], sources: ReadonlyMap<string, Source>): ReadonlySet<string> {
  const left = [...sources].filter(([path, { text }]) => basename(path) === "index.ts" || text.includes("import.meta")).map(([path]) => path);
  const kept = new Set<string>();
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const source = sources.get(path);
    if (source === undefined || kept.has(path) || packed.includes(path)) continue;
    kept.add(path);
    left.push(...source.imports.filter((one) => one.startsWith(".")).map((one) => resolve(dirname(path), one)));
  }
  return kept;
}
