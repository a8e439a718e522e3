// A package's files: looked over, measured and hashed. Links are refused: one could bring in anything of this machine, or lead out later.
import { basename, join } from "node:path";
import { ClawError } from "claw";

/** Files of a folder, as relative paths with `/`, sorted. `executable` ones keep that. */
export interface PackageFiles {
  readonly files: readonly string[];
  readonly executable: ReadonlySet<string>;
  readonly bytes: number;
}
/** More files than this is no plugin. */
export const MOST_PACKAGE_FILES = 50_000;

/** Throws `CLAW_MANIFEST_INVALID` for a link or a device, `CLAW_TOOL_FAILED` when there is too much. `skip` are names at any depth. */
export async function packageFiles(folder: string, most: number, skip: readonly string[] = []): Promise<PackageFiles> {
  const files: string[] = [];
  const executable = new Set<string>();
  let bytes = 0;
  // Every start has this file, and hardly one looks at a package.
  const { lstat, readdir } = await import("node:fs/promises");
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(join(folder, at), { withFileTypes: true })) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (skip.includes(entry.name)) continue;
      if (entry.isDirectory()) await walk(path);
      else if (entry.isFile()) {
        const { size, mode } = await lstat(join(folder, path));
        bytes += size;
        files.push(path);
        if ((mode & 0o111) !== 0) executable.add(path);
        if (bytes > most || files.length > MOST_PACKAGE_FILES) throw tooLarge(basename(folder), most);
      } else {
        const hint = "A plugin is made of files and folders: put the file in its place.";
        throw new ClawError("CLAW_MANIFEST_INVALID", `${path} is ${entry.isSymbolicLink() ? "a link" : "no file"}`, { hint });
      }
    }
  };
  await walk("");
  return { files: files.sort(), executable, bytes };
}

/** One checksum over names, bytes and who may be executed. */
export async function packageHash(folder: string, { files, executable }: PackageFiles): Promise<string> {
  const sum = new Bun.CryptoHasher("sha512");
  for (const file of files) {
    const bytes = await Bun.file(join(folder, file)).bytes();
    sum.update(`${file}\0${executable.has(file) ? "x" : "-"}${bytes.length}\0`).update(bytes);
  }
  return `sha512-${sum.digest("base64")}`;
}

/** Throws `CLAW_PLUGIN_LOAD_FAILED` when a plugin's own files are not those that were installed. What it needs beside it is not looked at. */
export async function checkIntegrity(name: string, folder: string, integrity: string): Promise<void> {
  const hint = "`claw plugin add` of it again brings them back, and `claw plugin doctor` looks at all.";
  const found = await packageFiles(folder, Number.MAX_SAFE_INTEGER, ["node_modules"]).then((own) => packageHash(folder, own));
  if (found === integrity) return;
  throw new ClawError("CLAW_PLUGIN_LOAD_FAILED", `the files of plugin ${name} are not those that were installed`, { plugin: name, hint });
}

/** Bytes, for people. */
export function packageSize(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The error for what is more than `most` bytes, or than so many files. */
export function tooLarge(what: string, most: number): ClawError {
  const hint = `The limit is ${packageSize(most)} and ${MOST_PACKAGE_FILES} files; \`bytes\` of @claw/feature-plugin-store in the settings raises it.`;
  return new ClawError("CLAW_TOOL_FAILED", `${what} is too large for a plugin; nothing was added`, { hint });
}
