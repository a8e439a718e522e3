// Settings files: where they are looked for, what is in them, and on which line.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { ClawError } from "claw";

/** The nearest folder above `cwd` that holds `.git`, else `cwd`. */
export function projectRoot(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}

/** `file:line` of a key in a settings file; what is no file is named as it is. */
export async function locate(origin: string, path: readonly string[]): Promise<string> {
  if (!isAbsolute(origin)) return origin;
  const { findNodeAtLocation, parseTree } = await import("jsonc-parser");
  const text = readFileSync(origin, "utf8");
  const tree = parseTree(text);
  // What is missing stands where the nearest thing around it stands.
  const around = path.map((_, left) => path.slice(0, path.length - left).map((key) => (/^\d+$/.test(key) ? Number(key) : key)));
  const node = tree && around.map((keys) => findNodeAtLocation(tree, keys)).find((found) => found !== undefined);
  return `${origin}:${lineOf(text, node?.offset ?? 0)}`;
}

/** The object in a settings file, or in `text`; `undefined` when there is no such file. Throws `CLAW_CONFIG_UNREADABLE` or `CLAW_CONFIG_INVALID`. */
export async function readSettings(path: string, text: string | undefined = readIfThere(path)): Promise<object | undefined> {
  if (text === undefined) return undefined;
  const hint = "Correct the file; it was not changed.";
  let value: unknown;
  try {
    value = Bun.JSONC.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const { parse, printParseErrorCode } = await import("jsonc-parser");
    const errors: import("jsonc-parser").ParseError[] = [];
    parse(text, errors, { allowTrailingComma: true });
    const first = errors[0];
    const what = first === undefined ? String(cause) : printParseErrorCode(first.error);
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}:${lineOf(text, first?.offset ?? 0)}: not valid JSON: ${what}`, { hint });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new ClawError("CLAW_CONFIG_INVALID", `${path}:1: settings must be a JSON object`, { hint });
}

// --- internal ---

function readIfThere(path: string): string | undefined {
  try {
    // Most are not there. An error for each would cost more than this look.
    return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : readFileSync(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path}: cannot be read (${code})`, {
      hint: "Check the file and its permissions.",
      cause,
    });
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
