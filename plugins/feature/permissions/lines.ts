// Rules against command lines: an allow rule covers parts of a line one by one, deny and ask rules look behind wrappers, quotes and what is not known yet.
import { type Argv, type JudgedLine, plainWords, type ShellPart, typed } from "claw/kit";

/** Whether an allow rule covers a command of the line: the words that its program gets, or what stands there when that is nothing but words. */
export function coversPart(pattern: string, part: Pick<ShellPart, "argv" | "text">): boolean {
  if (part.argv.length === 0) return false;
  const written = plainWords(part.text);
  const quoted = pattern.replace(/"([^"\\$`]*)"|'([^'\\]*)'/g, (_, double?: string, single?: string) =>
    (double ?? single)?.includes("*") ? `'${double ?? single}'` : typed([double ?? single ?? ""]),
  );
  return [pattern, quoted].some((one) => commands(one, exactly(part.argv))) || (written !== undefined && commands(pattern, written.join(" ")));
}

/** Whether a deny or ask rule is touched by any of the parts of a line; `perhaps` when only running it would tell, or nobody has read the line. */
export function touchesLine(pattern: string, parts: LineParts, line: JudgedLine | undefined): "yes" | "perhaps" | "no" {
  if (parts.bottomless || parts.texts.some((text) => commands(pattern, text))) return "yes";
  if (line === undefined) return "perhaps";
  const found = line.parts.flatMap((part) => [part.argv, ...part.also]).filter((argv) => argv.length > 0);
  if (found.some((argv) => spellings(argv).some((text) => commands(pattern, text)))) return "yes";
  if (line.problem !== undefined || line.parts.some((part) => part.argv.length === 0 && part.does === "execute")) return "perhaps";
  return found.some((argv) => argv.includes(undefined) && perhaps(pattern, argv)) ? "perhaps" : "no";
}

/** Everything in a line that may be a command, in every spelling that is cheap to undo. `bottomless`: wrapped deeper than anybody would write. */
export interface LineParts {
  readonly texts: readonly string[];
  readonly bottomless: boolean;
}
export function partsOf(line: string): LineParts {
  const joined = line.replace(/\\\r?\n/g, "").replace(/\$\{?IFS\}?/g, " ");
  const texts = new Set([squeeze(line), squeeze(joined)]);
  let bottomless = false;
  for (const segment of joined.split(/[;|&\n\r()`]/)) {
    texts.add(squeeze(segment));
    const words = squeeze(segment.replace(/["'\\]/g, "")).split(" ");
    let depth = 0;
    for (; depth < words.length && depth <= DEEPEST; depth++) {
      const rest = words.slice(depth);
      const program = rest[0]?.replace(/^.*\//, "") ?? "";
      texts.add(rest.join(" ")).add([program, ...rest.slice(1)].join(" "));
      if (!WRAPPERS.has(program) && !SKIPPED.test(rest[0] ?? "")) break;
    }
    bottomless ||= depth > DEEPEST;
  }
  return { texts: [...texts].filter((text) => text !== ""), bottomless };
}

/** Whether `text` matches a pattern in which `*` is any text and a backslash makes the next character plain. Linear, whatever the pattern. */
export function wild(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  let token = 0;
  let at = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    if (tokens[token] === ANY) {
      star = token++;
      retry = at;
    } else if (tokens[token] === text[at]) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++retry;
    } else return false;
  }
  while (tokens[token] === ANY) token++;
  return token === tokens.length;
}

// --- internal ---

const ANY: unique symbol = Symbol("any text");
type Token = string | typeof ANY;
const DEEPEST = 32;
const MOST_STEPS = 1_000_000;
/** Programs and words that only run what follows them. Their options, numbers and assignments are skipped with them. */
const WRAPPERS: ReadonlySet<string> = new Set(
  "sudo doas env command builtin exec eval nohup time nice ionice timeout xargs setsid stdbuf sh bash zsh dash ! if then elif else while until do {".split(
    " ",
  ),
);
/** What may stand between a wrapper and what it runs. */
const SKIPPED = /^(?:-.*|\d+[smhd]?|[A-Za-z_]\w*\+?=.*)$/;

/** Stands for a word that is known only when it runs. Only a `*` matches it. */
const LATER = "\x00";

/** The words of a command, each in quotes where a shell would need them, so that no word can look like two. */
function exactly(argv: Argv): string {
  return argv.map((word) => (word === undefined ? LATER : typed([word]))).join(" ");
}

function spellings(argv: Argv): readonly string[] {
  const plain = argv.map((word) => word ?? LATER);
  const program = plain[0]?.replace(/^.*\//, "") ?? "";
  const called = [program, ...plain.slice(1)];
  return [...new Set([exactly(argv), plain.join(" "), called.join(" "), exactly([argv[0] === undefined ? undefined : program, ...argv.slice(1)])])];
}

/** Whether some value of the words that are not known would match. */
function perhaps(pattern: string, argv: Argv): boolean {
  const [program, ...rest] = argv;
  const words = [program?.replace(/^.*\//, ""), ...rest];
  const wanted = tokensOf(squeeze(pattern.replace(/:\*$/, " *")));
  const text: Token[] = [];
  for (const [index, word] of words.entries()) {
    if (index > 0) text.push(" ");
    if (word === undefined) text.push(ANY);
    else text.push(...squeeze(word).split(""));
  }
  // A pattern that ends in ` *` also stands for nothing more.
  return meets(wanted, text) || (wanted.at(-1) === ANY && wanted.at(-2) === " " && meets(wanted.slice(0, -2), text));
}

/** Whether any text matches both. What is too long to tell may. */
function meets(one: readonly Token[], other: readonly Token[]): boolean {
  if (one.length * other.length > MOST_STEPS) return true;
  let row = one.map(() => false).concat(false);
  row[0] = true;
  for (let at = 1; at <= one.length; at++) row[at] = row[at - 1] === true && one[at - 1] === ANY;
  for (const token of other) {
    const next = [token === ANY && row[0] === true];
    for (let at = 1; at <= one.length; at++) {
      const wanted = one[at - 1];
      const both = row[at - 1] === true && (wanted === token || wanted === ANY || token === ANY);
      next[at] = both || ((wanted === ANY || token === ANY) && row[at] === true) || ((wanted === ANY || token === ANY) && next[at - 1] === true);
    }
    row = next;
  }
  return row[one.length] === true;
}

/** `git:*` means `git *`, and ` *` at the end also stands for nothing, so that both cover `git` alone. */
function commands(pattern: string, text: string): boolean {
  const wanted = squeeze(pattern.replace(/:\*$/, " *"));
  return wild(wanted, text) || (wanted.endsWith(" *") && wild(wanted.slice(0, -2), text));
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const unit = pattern[at] as string;
    if (unit === "\\" && at + 1 < pattern.length) tokens.push(pattern[++at] as string);
    else if (unit !== "*") tokens.push(unit);
    else if (tokens.at(-1) !== ANY) tokens.push(ANY);
  }
  return tokens;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
