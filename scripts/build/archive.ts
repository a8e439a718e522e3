// Gathers what a plugin needs of the repository when the binary is built, and embeds it compressed: a plugin's `archive.ts` exports `readArchive`, which
// gives plain JSON; in the binary a module that reads the embedded file stands in its place.
import { join } from "node:path";
import type { BunPlugin } from "bun";

/** Reads the archives of the plugins under `root`, and puts each compressed into `cache`. Before the build, since they are built themselves. */
export async function embedArchives(root: string, cache: string): Promise<BunPlugin> {
  const files = new Map<string, string>();
  for (const path of new Bun.Glob("plugins/*/*/archive.ts").scanSync({ cwd: root, absolute: true })) {
    const { readArchive } = (await import(path)) as { readArchive?(): Promise<unknown> };
    if (readArchive === undefined) continue;
    const bytes = Bun.zstdCompressSync(JSON.stringify(await readArchive()), { level: 22 });
    const file = join(cache, `archive-${Bun.hash(bytes).toString(36)}.zst`);
    await Bun.write(file, bytes);
    files.set(path, file);
  }
  return {
    name: "embed-archives",
    setup(build) {
      build.onLoad({ filter: /[\\/]plugins[\\/][^\\/]+[\\/][^\\/]+[\\/]archive\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined;
        const contents = `import { readFileSync } from "node:fs";
import file from ${JSON.stringify(files.get(path))} with { type: "file" };
export const readArchive = async () => JSON.parse(new TextDecoder().decode(Bun.zstdDecompressSync(readFileSync(file))));`;
        return { contents, loader: "js" };
      });
    },
  };
}
