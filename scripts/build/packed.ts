// Libraries that are seldom needed, kept compressed in the binary. Bundled as the rest is, a library is there as source and, five times as large, as
// bytecode, which pays only for what every start runs. A plugin says in its package.json which of its dependencies those are: `"packed": ["ajv"]`.
import { dirname, join } from "node:path";
import type { BunPlugin } from "bun";

/** Puts the packages that plugins under `root` call `packed` into compressed files in `cache`, and their exports in place of the packages. */
export async function packLibraries(root: string, cache: string): Promise<BunPlugin> {
  const packs = new Map<string, Pack>();
  for (const path of new Bun.Glob("plugins/*/*/package.json").scanSync({ cwd: root })) {
    const { packed } = (await Bun.file(join(root, path)).json()) as { readonly packed?: readonly string[] };
    const folder = dirname(join(root, path));
    if (packed) packs.set(folder, await pack(folder, packed, cache));
  }
  return {
    name: "pack-libraries",
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
        const folder = [...packs.keys()].find((folder) => importer.startsWith(join(folder, "/")));
        return folder !== undefined && packs.get(folder)!.modules.has(path) ? { path: `${folder}:${path}`, namespace: "packed" } : undefined;
      });
      build.onLoad({ filter: /./, namespace: "packed" }, ({ path }) => {
        const [folder, specifier] = path.split(/:(.*)/s) as [string, string];
        const { file, modules } = packs.get(folder)!;
        const { name, keys } = modules.get(specifier)!;
        const lines = keys.map((key, at) => `const e${at} = library.${name}[${JSON.stringify(key)}];\nexport { e${at} as ${key} };`);
        return { contents: `import { library } from ${JSON.stringify(file)};\n${lines.join("\n")}`, loader: "js" };
      });
    },
  };
}

// --- internal ---

interface Pack {
  /** The module that brings all of it back, when first one of its libraries is imported. */
  readonly file: string;
  /** By what is written in an import: its name in the file, and what it exports. */
  readonly modules: ReadonlyMap<string, { readonly name: string; readonly keys: readonly string[] }>;
}

async function pack(folder: string, packages: readonly string[], cache: string): Promise<Pack> {
  const specifiers = [...(await imported(folder))].filter((path) => packages.some((name) => path === name || path.startsWith(`${name}/`))).sort();
  const entry = join(folder, ".packed.js");
  const source = specifiers.map((path, at) => `export * as m${at} from ${JSON.stringify(path)};`).join("\n");
  const { outputs } = await Bun.build({ entrypoints: [entry], files: { [entry]: source }, target: "bun", format: "cjs", minify: true });
  const text = await outputs[0]!.text();
  const bytes = Bun.zstdCompressSync(text, { level: 19 });
  const name = `packed-${Bun.hash(bytes).toString(36)}`;
  const file = join(cache, `${name}.js`);
  await Bun.write(join(cache, `${name}.zst`), bytes);
  await Bun.write(file, unpacking(`./${name}.zst`));
  const library = evaluate(text);
  return { file, modules: new Map(specifiers.map((path, at) => [path, { name: `m${at}`, keys: Object.keys(library[`m${at}`]!) }])) };
}

/** Every package that a file of the plugin imports, however. */
async function imported(folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const path of new Bun.Glob("*.{ts,mjs}").scanSync({ cwd: folder })) {
    if (path.includes(".test.") || path.endsWith(".d.mts")) continue;
    const transpiler = new Bun.Transpiler({ loader: path.endsWith(".ts") ? "ts" : "js" });
    for (const { path: specifier } of transpiler.scanImports(await Bun.file(join(folder, path)).text())) found.add(specifier);
  }
  return found;
}

function evaluate(text: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const module = { exports: {} };
  // What Bun makes for `require` is the expression of a function.
  new Function(`return (${text})`)()(module.exports, import.meta.require, module);
  return module.exports;
}

function unpacking(file: string): string {
  return `import { readFileSync } from "node:fs";
import file from ${JSON.stringify(file)} with { type: "file" };
const module = { exports: {} };
const text = new TextDecoder().decode(Bun.zstdDecompressSync(readFileSync(file)));
new Function("return (" + text + ")")()(module.exports, import.meta.require, module);
export const library = module.exports;`;
}
