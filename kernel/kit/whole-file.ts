// Writing a file so that whoever reads it sees the whole of the old one or the whole of the new one, whatever happens meanwhile.
import { chmod, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Puts `text` in the place of `path`, for the user alone unless `mode` says else. When `ready` says no at the last moment, nothing is changed; false then. */
export async function writeWholeFile(path: string, text: string, mode = 0o600, ready?: () => Promise<boolean>): Promise<boolean> {
  const fresh = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
  try {
    const file = await open(fresh, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // Whatever the umask says.
    await chmod(fresh, mode);
    if (ready !== undefined && !(await ready())) {
      await rm(fresh, { force: true });
      return false;
    }
    await rename(fresh, path);
    return true;
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {});
    throw error;
  }
}
