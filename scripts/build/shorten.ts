// The bundle made shorter: what is called once stands where it is called, what is constant is computed. Bun's own minifier does neither, and a run that
// is over in milliseconds pays for every function that it meets.
import { join } from "node:path";
import type { BuildArtifact, BunPlugin } from "bun";
import { minify } from "terser";

/** Compressed files of the binary, which the bundle only names: they are embedded when it is compiled. */
export const EMBEDDED = { ".zst": "file", ".br": "file" } as const;

/** Leaves the import of an embedded file as it is. */
export function leaveEmbedded(): BunPlugin {
  return {
    name: "leave-embedded",
    setup(build) {
      build.onResolve({ filter: /\.(zst|br)$/ }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** The text of each module of a bundle, by its path below `folder`. Names are left to the compiler, which shortens them. */
export async function shorten(outputs: readonly BuildArtifact[], folder: string): Promise<Record<string, string>> {
  const modules = outputs.map(async (output) => {
    const { code } = await minify(await output.text(), { module: true, mangle: false, ecma: 2020, compress: { passes: 2 } });
    return [join(folder, output.path), code ?? ""] as const;
  });
  return Object.fromEntries(await Promise.all(modules));
}
