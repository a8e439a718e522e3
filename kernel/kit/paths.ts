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
  let words = "";
  for (const char of path) words += inNames(char) ? char : words.endsWith("-") ? "" : "-";
  let readable = words.slice(-READABLE);
  if (readable.startsWith("-")) readable = readable.slice(1);
  if (readable.endsWith("-")) readable = readable.slice(0, -1);
  const mark = Bun.SHA256.hash(path, "hex").slice(0, 10);
  return readable === "" ? mark : `${readable}-${mark}`;
}

// --- internal ---

/** How many characters of the path stand in its name. */
const READABLE = 48;

/** Without a pattern: to compile one takes a start longer than to look at every path it meets. */
function inNames(char: string): boolean {
  return (char >= "a" && char <= "z") || (char >= "A" && char <= "Z") || (char >= "0" && char <= "9");
}
