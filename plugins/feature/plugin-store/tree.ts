// A package's files on their way into the store. Looking them over and hashing is the kit's.
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PackageFiles } from "claw/kit";

/** Copies the files of a tree, with no more rights than files need. */
export async function copy(from: string, { files, executable }: PackageFiles, to: string): Promise<void> {
  const folders = new Set(files.map((file) => dirname(file)));
  await mkdir(to, { recursive: true });
  for (const folder of folders) await mkdir(join(to, folder), { recursive: true });
  for (const file of files) {
    await copyFile(join(from, file), join(to, file));
    await chmod(join(to, file), executable.has(file) ? 0o755 : 0o644);
  }
}

/** Removes the folders of links to programs that installers make: nobody starts a plugin's programs by name. */
export async function dropBins(modules: string): Promise<void> {
  if (!existsSync(modules)) return;
  await rm(join(modules, ".bin"), { recursive: true, force: true });
  for (const name of await readdir(modules)) {
    const inner = name.startsWith("@") ? (await readdir(join(modules, name))).map((one) => join(modules, name, one)) : [join(modules, name)];
    for (const folder of inner) if (existsSync(join(folder, "node_modules"))) await dropBins(join(folder, "node_modules"));
  }
}
