// What people answered: rules for the session, and rules kept for good in the user's settings, whose comments stay as they are.
import { chmod, mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ClawError } from "claw";

/** Adds rules to `permissions.allow` of `<home>/settings.json`. Throws `CLAW_CONFIG_INVALID` when the file is not JSON with comments: it is left alone. */
export async function keepRules(home: string, rules: readonly string[]): Promise<void> {
  const { applyEdits, modify, parse } = await import("jsonc-parser");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const path = await target(join(home, "settings.json"));
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const mark = before.startsWith("\uFEFF") ? "\uFEFF" : "";
  let text = before.slice(mark.length);
  const errors: unknown[] = [];
  const settings: unknown = parse(text, errors as never[], { allowTrailingComma: true });
  const allow = listOf(settings);
  if (text.trim() !== "" && (errors.length > 0 || allow === undefined)) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${path}: the rule was not saved: the file is not settings as claw reads them`, {
      hint: "Mend the file, then answer again.",
    });
  }
  const format = {
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: text.includes("\r\n") ? "\r\n" : "\n" },
    isArrayInsertion: true,
  };
  for (const rule of new Set(rules)) {
    if (!(allow ?? []).includes(rule)) text = applyEdits(text, modify(text, ["permissions", "allow", -1], rule, format));
  }
  if (mark + text !== before) await replace(path, `${mark}${text}${text.endsWith("\n") ? "" : "\n"}`);
}

// --- internal ---

/** The file that a link leads to, so that settings kept elsewhere stay linked. */
async function target(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** `permissions.allow`, empty when there is none yet; `undefined` when something else stands in its place. */
function listOf(settings: unknown): readonly unknown[] | undefined {
  if (settings === undefined) return [];
  if (!plain(settings)) return undefined;
  const permissions = settings["permissions"] ?? {};
  if (!plain(permissions)) return undefined;
  const allow = permissions["allow"] ?? [];
  return Array.isArray(allow) ? allow : undefined;
}

function plain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A new file beside the old one, then one rename: whoever reads sees the whole of either. */
async function replace(path: string, text: string): Promise<void> {
  const fresh = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`);
  try {
    const file = await open(fresh, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
