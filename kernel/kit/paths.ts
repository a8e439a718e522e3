// Paths as they are on the disk, where one that is not there is no failure; and names of files for them.
import { readdirSync, realpathSync } from "node:fs";

/** The path that links lead to; the path itself where it leads nowhere. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What is in a folder; nothing where there is none. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file's name for a path: its end can be read, and no other path has the same. */
export function nameOfPath(path: string): string {
  const readable = path
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(-READABLE)
    .replace(/^-+|-+$/g, "");
  const mark = new Bun.CryptoHasher("sha256").update(path).digest("hex").slice(0, 10);
  return readable === "" ? mark : `${readable}-${mark}`;
}

// --- internal ---

/** How many characters of the path stand in its name. */
const READABLE = 48;
