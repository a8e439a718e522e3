// What ripgrep wrote, as files with their lines. Knows nothing of how much of it is shown.
import type { Input } from "./input.ts";

/** `path` is below the folder ripgrep ran in. `lines` are `12:text` for a match, `12-text` for its context, `--` between groups; or one count; or none. */
export interface FileMatches {
  readonly path: string;
  readonly lines: readonly string[];
}

/** The files of `output`, sorted by path. */
export function matchesOf(output: string, mode: Input["output_mode"]): FileMatches[] {
  const files = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of output.split("\n")) {
    if (line === "") continue;
    if (mode !== "content" && mode !== "count") {
      files.set(pathOf(line), []);
      continue;
    }
    const end = line.search(SEPARATOR);
    if (end < 0) {
      const binary = /^(.*): binary file matches/.exec(line)?.[1];
      if (binary !== undefined) files.set(pathOf(binary), [...(files.get(pathOf(binary)) ?? []), "binary file matches"]);
      else if (line === "--") current?.push(line);
      continue;
    }
    const path = pathOf(line.slice(0, end));
    current = files.get(path) ?? [];
    files.set(path, current);
    const text = line.slice(end + 1);
    current.push(text.endsWith("\r") ? text.slice(0, -1) : text);
  }
  return [...files].map(([path, lines]) => ({ path, lines: trimmed(lines) })).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The test for a model's `glob`: several with commas, each one without a slash is for names, `!` takes out. A path is given under each name it has. */
export function globTest(glob: string): (names: readonly string[]) => boolean {
  const tests = globParts(glob).map((part) => {
    const out = part.startsWith("!");
    const body = (out ? part.slice(1) : part).replace(/^\.?\/+/, "");
    const matcher = new Bun.Glob(body.includes("/") || part.includes("/") ? body : `**/${body}`);
    return { out, test: (names: readonly string[]) => names.some((name) => matcher.match(name)) };
  });
  const wanted = tests.filter((test) => !test.out);
  return (names) => (wanted.length === 0 || wanted.some((one) => one.test(names))) && !tests.some((one) => one.out && one.test(names));
}

/** The globs of a list with commas; those in `{a,b}` part nothing. */
export function globParts(glob: string): string[] {
  const parts = glob.split(/,(?![^{]*\})/).map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

// --- internal ---

/** ripgrep writes NUL between path and line; whoever carries output as text may have made it a replacement character. */
const SEPARATOR = /[\0\ufffd](?=\d+(?:[:-]|$))/;

function pathOf(path: string): string {
  return path.replace(/^\.?\//, "");
}

/** Without separators at the ends. */
function trimmed(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === "--" ? lines.slice(0, -1) : lines;
}
