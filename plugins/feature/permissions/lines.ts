// Rules against command lines, before any parser: an allow rule needs a line that is nothing but words; deny and ask rules look behind what they can.
import { plainWords } from "claw/kit";

/** Whether an allow rule covers the whole line. */
export function coversLine(pattern: string, line: string): boolean {
  const words = plainWords(line);
  return words !== undefined && commands(pattern, words.join(" "));
}

/** Whether a deny or ask rule is touched by any of the parts of a line. */
export function touchesLine(pattern: string, parts: LineParts): boolean {
  return parts.bottomless || parts.texts.some((text) => commands(pattern, text));
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

const ANY = Symbol("any text");
const DEEPEST = 32;
/** Programs and words that only run what follows them. Their options, numbers and assignments are skipped with them. */
const WRAPPERS: ReadonlySet<string> = new Set(
  "sudo doas env command builtin exec eval nohup time nice ionice timeout xargs setsid stdbuf sh bash zsh dash ! if then elif else while until do {".split(
    " ",
  ),
);
/** What may stand between a wrapper and what it runs. */
const SKIPPED = /^(?:-.*|\d+[smhd]?|[A-Za-z_]\w*\+?=.*)$/;

/** `git:*` means `git *`, and ` *` at the end also stands for nothing, so that both cover `git` alone. */
function commands(pattern: string, text: string): boolean {
  const wanted = squeeze(pattern.replace(/:\*$/, " *"));
  return wild(wanted, text) || (wanted.endsWith(" *") && wild(wanted.slice(0, -2), text));
}

function tokensOf(pattern: string): readonly (string | typeof ANY)[] {
  const tokens: (string | typeof ANY)[] = [];
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
