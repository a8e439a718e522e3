// YAML front matter on top of a Markdown file: its fields and the text below. Pure; what the fields mean is for who asks.
import { ClawError, type Json } from "claw";

/** A Markdown file, taken apart. `fields` is empty for a file without front matter; `body` is the text below it, with `\n` line ends. */
export interface FrontMatter {
  readonly fields: Readonly<Record<string, Json>>;
  readonly body: string;
}

/**
 * Reads front matter as people write it: where a line is no YAML (`description: Use when: asked`, `hint: [a] [b]`, `a: @x`), what follows its first
 * colon is taken as text. Throws `CLAW_CONFIG_INVALID` with the line when it makes no sense even so.
 */
export function parseFrontMatter(text: string): FrontMatter {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (!FENCE.test(lines[0] ?? "")) return { fields: {}, body: lines.join("\n") };
  const end = lines.findIndex((line, at) => at > 0 && FENCE.test(line));
  if (end === -1) {
    // A rule of dashes may well open a text that has no front matter.
    if (!KEY.test(lines[1] ?? "")) return { fields: {}, body: lines.join("\n") };
    throw broken(1, "the front matter that opens here is never closed", "Add a line `---` below its last field.");
  }
  if (end > MOST_LINES) throw broken(MOST_LINES, `the front matter has more than ${MOST_LINES} lines`, "Put the text below the second `---`.");
  return { fields: fieldsOf(lines.slice(1, end)), body: lines.slice(end + 1).join("\n") };
}

/** A field that lists things, in any form people write: a YAML list, or words between commas or spaces. What stands in parentheses stays whole. */
export function listField(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  const texts = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return texts.flatMap((one) => (typeof one === "string" ? (one.match(/(?:\([^()]*\)|[^\s,()])+/g) ?? []) : [])).map((word) => word.trim());
}

/** A field that is text, though YAML may have read it as something else (`[file]`, `1.0`, `yes`). `undefined` when absent or empty. */
export function textField(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return `[${value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ")}]`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.trim() === "" ? undefined : text.trim();
}

// --- internal ---

const FENCE = /^---\s*$/;
const KEY = /^([A-Za-z_][\w.-]*)\s*:(?:\s+(.*)|)$/;
const MOST_LINES = 500;
const MOST_NODES = 5_000;
const DEEPEST = 20;

function broken(line: number, what: string, hint: string): ClawError {
  return new ClawError("CLAW_CONFIG_INVALID", `line ${line}: ${what}`, { hint });
}

function fieldsOf(lines: readonly string[]): FrontMatter["fields"] {
  try {
    return record(Bun.YAML.parse(lines.join("\n")) ?? {}, 2);
  } catch (thrown) {
    if (thrown instanceof ClawError) throw thrown;
  }
  // Field by field, so that one sloppy line costs only itself, and a broken one is known by its number.
  const fields: [string, Json][] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    let next = at + 1;
    if (line.trim() === "" || line.startsWith("#")) {
      at = next;
      continue;
    }
    while (next < lines.length && /^(?:\s|-\s|-$|#|$)/.test(lines[next] ?? "")) next++;
    fields.push(...Object.entries(field(lines.slice(at, next), at + 2)));
    at = next;
  }
  return Object.fromEntries(fields);
}

/** One field with the lines that belong to it. `number` is its line in the file. */
function field(lines: readonly string[], number: number): FrontMatter["fields"] {
  try {
    return record(Bun.YAML.parse(lines.join("\n").replaceAll("\t", "  ")) ?? {}, number);
  } catch (thrown) {
    const [, key, value = ""] = KEY.exec(lines[0] ?? "") ?? [];
    if (thrown instanceof ClawError) throw thrown;
    const rest = lines.slice(1).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
    // A quote, a block or a bracket that was opened means YAML, and bad YAML then; plain words that go on below are text all the same.
    const open = /^["'|>{]/.test(value) || (value.startsWith("[") && value.split("[").length !== value.split("]").length);
    if (key === undefined || open || rest.some((line) => /^\s*-(?:\s|$)/.test(line))) {
      const why = thrown instanceof Error ? thrown.message.replace(/^YAML Parse error: /, "") : String(thrown);
      throw broken(number, `not valid YAML: ${why}`, "Put the value in quotes, or correct the line.");
    }
    return {
      [key]: [value, ...rest]
        .map((line) => line.trim())
        .join(" ")
        .trim(),
    };
  }
}

function record(value: unknown, line: number): FrontMatter["fields"] {
  let nodes = 0;
  // Aliases can make a small text endless.
  const plain = (one: unknown, depth: number): Json => {
    nodes += 1;
    if (nodes > MOST_NODES || depth > DEEPEST) throw broken(line, "the front matter is too deep or too large", "Keep it to a few plain fields.");
    if (Array.isArray(one)) return one.map((item) => plain(item, depth + 1));
    if (typeof one === "object" && one !== null) return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, plain(item, depth + 1)]));
    if (typeof one === "string") return one.toWellFormed();
    if (typeof one === "boolean" || one === null || (typeof one === "number" && Number.isFinite(one))) return one;
    return String(one);
  };
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return plain(value, 0) as FrontMatter["fields"];
  throw broken(line, "the front matter is no list of `key: value` lines", "Write one field a line.");
}
