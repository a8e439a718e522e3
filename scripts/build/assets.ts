// Keeps the embedded ripgrep in the binary as bytes. Its package has them as text in a module, which would be stored twice, as source
// and as bytecode, and be decoded at run time.
import { join } from "node:path";
import type { BunPlugin } from "bun";

/** Replaces that module by one that reads an embedded file. `cache` is where the file is put for the bundler to find. */
export function embedBytes(cache: string): BunPlugin {
  return {
    name: "embed-bytes",
    setup(build) {
      build.onLoad({ filter: /[\\/]ripgrep[\\/]lib[\\/]_rg\.wasm\.mjs$/ }, async ({ path }) => {
        const { getCompressedBytes } = (await import(path)) as { getCompressedBytes(): Uint8Array };
        const bytes = getCompressedBytes();
        const file = join(cache, `ripgrep-${Bun.hash(bytes).toString(36)}.wasm.br`);
        await Bun.write(file, bytes);
        const contents = `import { readFileSync } from "node:fs";
import file from ${JSON.stringify(file)} with { type: "file" };
export const getCompressedBytes = () => readFileSync(file);`;
        return { contents, loader: "js" };
      });
    },
  };
}
