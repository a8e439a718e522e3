// Changing a settings file of the user's: its comments, its order and its links stay as they are, and a file that is none is left alone.
// Which keys may be changed, and by whom, is the caller's affair.
import { mkdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ClawError, type Json } from "claw";
import { fields } from "./fields.ts";
import { writeWholeFile } from "./whole-file.ts";

/** One change: `value` at `path`, or what stands there removed without one. With `added`, `path` is a list's, and `value` goes to its end. */
export interface SettingEdit {
  readonly path: readonly string[];
  readonly value?: Json;
  readonly added?: boolean;
}

/**
 * Makes the edits that `change` finds needful in `<home>/settings.json`; says whether the file is another one now. `change` gets the settings as
 * they are, `{}` when there are none, and gives `undefined` when they are not such that it can change them. Throws `CLAW_CONFIG_INVALID` then,
 * and for a file that is not JSON with comments: it is left alone; `CLAW_CONFIG_UNREADABLE` where the disk does not let it. `what` is what was not
 * saved, as in "the rule".
 */
export async function editSettings(
  home: string,
  what: string,
  change: (settings: Readonly<Record<string, unknown>>) => readonly SettingEdit[] | undefined,
): Promise<boolean> {
  const link = join(home, "settings.json");
  try {
    return await tried(home, link, what, change);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    if (thrown instanceof ClawError || !/^E[A-Z]+$/.test(code)) throw thrown;
    const hint = "Check that claw's home is there and may be written, or name another with CLAW_CONFIG_HOME.";
    throw new ClawError("CLAW_CONFIG_UNREADABLE", `${link}: ${what} was not saved (${code})`, { hint, cause: thrown });
  }
}

// --- internal ---

async function tried(home: string, link: string, what: string, change: Parameters<typeof editSettings>[2]): Promise<boolean> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  // The file that a link leads to, so that settings kept elsewhere stay linked.
  const path = await realpath(link).catch(() => link);
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await read(path);
    const after = await edited(path, before, what, change);
    if (after === before) return false;
    if (await writeWholeFile(path, after, 0o600, async () => (await read(path)) === before)) return true;
  }
  throw new ClawError("CLAW_CONFIG_UNREADABLE", `${path}: ${what} was not saved: another program keeps changing the file`, { hint: "Try again." });
}

/** How often another program may get in between. */
const TRIES = 5;

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

async function edited(path: string, before: string, what: string, change: Parameters<typeof editSettings>[2]): Promise<string> {
  const { applyEdits, modify, parse } = await import("jsonc-parser");
  const mark = before.startsWith("\uFEFF") ? "\uFEFF" : "";
  let text = before.slice(mark.length);
  const errors: import("jsonc-parser").ParseError[] = [];
  const settings: unknown = text.trim() === "" ? {} : parse(text, errors, { allowTrailingComma: true });
  const edits = errors.length === 0 && fields(settings) ? change(settings) : undefined;
  if (edits === undefined) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}: ${what} was not saved: the file is not settings as claw reads them`, {
      hint: "Mend the file, then try again.",
    });
  }
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes("\r\n") ? "\r\n" : "\n" };
  for (const { path: keys, value, added = false } of edits) {
    text = applyEdits(text, modify(text, added ? [...keys, -1] : [...keys], value, { formattingOptions, isArrayInsertion: added }));
    if (value !== undefined) continue;
    // The comma behind the only key of an object stays when the key goes.
    const left: import("jsonc-parser").ParseError[] = [];
    parse(text, left, { allowTrailingComma: true });
    const at = left[0]?.offset ?? -1;
    if (text[at] === ",") text = applyEdits(text, [{ offset: at, length: 1, content: "" }]);
  }
  const whole = mark + text;
  return whole === before || text.endsWith("\n") ? whole : `${whole}\n`;
}
