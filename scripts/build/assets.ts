// What the bundler is to do with packages that are not made for a binary.
import { join } from "node:path";
import type { BunPlugin } from "bun";

/**
 * Keeps the embedded ripgrep as bytes. Its package has them as text in a module, which would be stored twice, as source and as bytecode, and be
 * decoded at run time: it is replaced by one that reads an embedded file. `cache` is where the file is put, before the build: the bundler looks into
 * a folder once.
 */
export async function embedBytes(root: string, cache: string): Promise<BunPlugin> {
  const [packed] = new Bun.Glob("plugins/*/*/node_modules/ripgrep/lib/_rg.wasm.mjs").scanSync({ cwd: root, followSymlinks: true });
  if (packed === undefined) throw new Error("ripgrep is not installed: run `bun install`");
  const { getCompressedBytes } = (await import(join(root, packed))) as { getCompressedBytes(): Uint8Array };
  const bytes = getCompressedBytes();
  const file = join(cache, `ripgrep-${Bun.hash(bytes).toString(36)}.wasm.br`);
  await Bun.write(file, bytes);
  const contents = `import { readFileSync } from "node:fs";
import file from ${JSON.stringify(file)} with { type: "file" };
export const getCompressedBytes = () => readFileSync(file);`;
  return {
    name: "embed-bytes",
    setup(build) {
      build.onLoad({ filter: /[\\/]ripgrep[\\/]lib[\\/]_rg\.wasm\.mjs$/ }, () => ({ contents, loader: "js" }));
    },
  };
}

/** Puts texts that are imported into the code: as files of the binary they come by way of `require`, which costs a start 0.15 ms. */
export function inlineTexts(): BunPlugin {
  return {
    name: "inline-texts",
    setup(build) {
      build.onLoad({ filter: /\.md$/ }, async ({ path }) => ({
        contents: `export default ${JSON.stringify(await Bun.file(path).text())};`,
        loader: "js",
      }));
    },
  };
}

/**
 * Keeps texts that are files compressed: the list of options that `bun run bundle` makes, and sources in C. In code they would be there twice, as
 * source and as bytecode.
 */
export async function embedTexts(root: string, cache: string): Promise<BunPlugin> {
  const modules = new Map<string, string>();
  const patterns = ["scripts/*.gen.txt", "plugins/*/*/*.c"];
  for (const path of patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root, absolute: true })])) {
    const bytes = Bun.zstdCompressSync(await Bun.file(path).bytes(), { level: 22 });
    const file = join(cache, `text-${Bun.hash(bytes).toString(36)}.zst`);
    await Bun.write(file, bytes);
    modules.set(
      path,
      `import { readFileSync } from "node:fs";
import file from ${JSON.stringify(file)} with { type: "file" };
export default Bun.zstdDecompressSync(readFileSync(file)).toString();`,
    );
  }
  return {
    name: "embed-texts",
    setup(build) {
      build.onLoad({ filter: /\.(gen\.txt|c)$/ }, ({ path }) => ({ contents: modules.get(path)!, loader: "js" }));
    },
  };
}

/**
 * tapable wants `node:util` for deprecation notices alone, which costs every start 2 ms; it brings a stand-in for browsers. Its index loads all of its
 * types: those that the kernel's hooks have are enough.
 */
export function lightenTapable(): BunPlugin {
  return {
    name: "lighten-tapable",
    setup(build) {
      build.onLoad({ filter: /[\\/]tapable[\\/]lib[\\/]Hook(Map)?\.js$/ }, async ({ path }) => ({
        contents: (await Bun.file(path).text()).replace('require("util")', 'require("./util-browser")'),
        loader: "js",
      }));
      build.onLoad({ filter: /[\\/]tapable[\\/]lib[\\/]index\.js$/ }, async ({ path }) => ({
        contents: (await Bun.file(path).text()).replace(/^module\.exports\.(\w+) = require.*$/gm, (line, type) => (HOOK_TYPES.has(type) ? line : "")),
        loader: "js",
      }));
    },
  };
}

/** The types of `kernel/hooks/hooks.ts`. */
const HOOK_TYPES = new Set(["AsyncParallelHook", "AsyncSeriesBailHook", "AsyncSeriesWaterfallHook", "SyncWaterfallHook"]);

/**
 * Of Anthropic's SDK only the transport is used, which needs none of the API's resources, of the ways to log in, of tracing and logging: most of what
 * it loads. In their place stand functions that do nothing: the client's constructor asks some, and classes of errors are made from others.
 */
export function lightenAnthropic(): BunPlugin {
  const unused =
    /[\\/](@anthropic-ai[\\/]sdk[\\/](resources|lib[\\/]credentials|lib[\\/]internal[\\/]tracing|core[\\/](error|error-classes|streaming|api-promise|pagination|uploads)|internal[\\/](to-file|uploads|parse|decoders|qs|tracing|detect-platform|headers|utils[\\/](log|query)))\b.*|@opentelemetry[\\/]api[\\/].*)\.m?js$/;
  const needed = /[\\/]lib[\\/]internal[\\/]tracing(\.|[\\/]headers\.)mjs$/;
  return {
    name: "lighten-anthropic",
    setup(build) {
      build.onLoad({ filter: unused }, async ({ path }) => {
        if (needed.test(path)) return undefined;
        const { exports } = new Bun.Transpiler({ loader: "js" }).scan(await Bun.file(path).text());
        const lines = exports.map((name, at) => `function unused${at}() {}\nexport { unused${at} as ${name} };`);
        return { contents: lines.join("\n"), loader: "js" };
      });
    },
  };
}
