// Small questions about paths.
import { lstatSync, realpathSync, type Stats } from "node:fs";

/** Whether `path` is `folder` or in it. Both absolute and real. */
export function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? folder : `${folder}/`);
}

/** With every link resolved; `undefined` when there is nothing. */
export function real(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** The entry itself, links not followed. */
export function entry(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Each once, without those that lie in another. */
export function outermost(paths: readonly string[]): string[] {
  const once = [...new Set(paths)];
  return once.filter((path) => !once.some((other) => other !== path && within(path, other)));
}
