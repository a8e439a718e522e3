// One instruction file: whether it may be read, and its text made safe for a prompt.
import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { extname, sep } from "node:path";
import { decode, headOf, looksBinary, parseFrontMatter } from "claw/kit";

/** The most of one file. */
export const MOST_CHARACTERS = 40_000;
/** Folders from which any file may come, and those from which only Markdown may. */
export interface Bounds {
  readonly anything: readonly string[];
  readonly markdown: readonly string[];
}

/** The real path of a file that is there, inside `bounds` and not in `seen` yet. One outside is warned of. */
export function place(path: string, { anything, markdown }: Bounds, seen: Set<string>, warnings: string[]): string | undefined {
  const found = real(path);
  if (found === undefined || seen.has(found)) return undefined;
  seen.add(found);
  const inside = (folder: string): boolean => `${found}${sep}`.startsWith(`${real(folder) ?? folder}${sep}`.replace(`${sep}${sep}`, sep));
  if (anything.some(inside) || (extname(found) === ".md" && markdown.some(inside))) return found;
  if (statSync(found).isFile()) warnings.push(`Instruction file ${path} is left out: ${found} is outside the workspace.`);
  return undefined;
}

/** The text at `found`, trimmed and cut to its limit; `undefined` for what is no text. `path` is its name for people. */
export function read(path: string, found: string, warnings: string[]): { readonly text: string; readonly about?: readonly string[] } | undefined {
  try {
    const stat = statSync(found);
    if (!stat.isFile()) return undefined;
    const bytes = head(found, Math.min(stat.size, MOST_CHARACTERS * 4));
    if (looksBinary(bytes)) {
      warnings.push(`Instruction file ${path} is left out: it is no text.`);
      return undefined;
    }
    // A code point may be cut in two at the end of what was read.
    const whole = decode(bytes)?.text ?? new TextDecoder().decode(bytes, { stream: true });
    const visible = whole.replaceAll("\r\n", "\n").toWellFormed().replace(INVISIBLE, "");
    const hidden = whole.replaceAll("\r\n", "\n").length - visible.length;
    if (hidden > 0) warnings.push(`Invisible characters (${hidden}) were taken out of instruction file ${path}: look at who wrote it.`);
    const { body, about } = frontMatter(visible);
    const text = body.trim();
    if (text.length <= MOST_CHARACTERS && bytes.length === stat.size) return { text, ...about };
    warnings.push(`Instruction file ${path} is cut to ${MOST_CHARACTERS} characters.`);
    return { text: `${headOf(text, MOST_CHARACTERS)}\n[cut here: the file has more than ${MOST_CHARACTERS} characters]`, ...about };
  } catch (thrown) {
    warnings.push(`Instruction file ${path} is left out: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return undefined;
  }
}

// --- internal ---

/**
 * What a person does not see and a model reads: tag characters, variation selectors of the second plane, zero-width and bidirectional marks.
 * Joiners stay where a script or an emoji needs them.
 */
const INVISIBLE =
  /[\u{E0000}-\u{E01EF}\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]|(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{M}\p{Extended_Pictographic}])|(?<=\p{ASCII})[\u200C\u200D]|[\u200C\u200D](?=\p{ASCII})/gu;

/** Most are not there, of which asking is cheaper than an error. */
function real(path: string): string | undefined {
  try {
    return existsSync(path) ? realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function head(path: string, size: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.allocUnsafe(size);
    return bytes.subarray(0, readSync(fd, bytes, 0, size, 0));
  } finally {
    closeSync(fd);
  }
}

/** Takes front matter off the top. Of its keys only `paths` (or `globs`) means something here: globs of the files that a rule is about. */
function frontMatter(text: string): { readonly body: string; readonly about: { readonly about?: readonly string[] } } {
  try {
    // Braces as people write them are no YAML.
    const { fields, body } = parseFrontMatter(
      text.replace(/^(paths|globs):[ \t]*(\{.*)$/m, (_, key: string, value: string) => `${key}: ${JSON.stringify(value)}`),
    );
    const about = [fields["paths"] ?? fields["globs"] ?? []].flat().flatMap(globsOf);
    return { body, about: about.length === 0 ? {} : { about } };
  } catch {
    return { body: text, about: {} };
  }
}

/** Between commas or spaces; braces stay whole. */
function globsOf(value: unknown): readonly string[] {
  return typeof value === "string" ? (value.match(/(?:\{[^{}]*\}|[^\s,{}])+/g) ?? []) : [];
}
