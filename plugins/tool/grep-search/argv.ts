// The command line of ripgrep for a search. Both engines get the same one.
import type { Input } from "./input.ts";
import { globParts } from "./matches.ts";

/** Longer lines are cut by ripgrep itself, so that one minified file cannot fill memory. */
const LINE_BYTES = 500;

/** The options of `rg`, the pattern among them. What the model says is only ever the value of one. */
export function flagsOf(input: Input): string[] {
  return [
    "--no-config",
    "--no-messages",
    "--color=never",
    "--hidden",
    "--no-require-git",
    "--no-ignore-global",
    "--glob=!.git",
    // A pattern can ask for so large an automaton that building it takes minutes.
    "--regex-size-limit=30M",
    "--with-filename",
    "--no-heading",
    ...modeOf(input),
    ...(input["-i"] === true ? ["--ignore-case"] : []),
    ...(input.multiline === true ? ["--multiline", "--multiline-dotall"] : spansLines(input.pattern) ? ["--multiline"] : []),
    ...typeOf(input),
    `--regexp=${input.pattern}`,
  ];
}

/** Lines of context before and after a match. */
export function contextOf(input: Input): { readonly before: number; readonly after: number } {
  const both = input["-C"] ?? input.context ?? 0;
  return { before: Math.min(input["-B"] ?? both, MOST_CONTEXT), after: Math.min(input["-A"] ?? both, MOST_CONTEXT) };
}

// --- internal ---

const MOST_CONTEXT = 1_000;
/** Whole names of languages, by which models ask, with what every ripgrep calls them. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ bash: "sh", golang: "go", javascript: "js", kt: "kotlin", objectivec: "objc", perl5: "perl", python: "py", rb: "ruby" },
  ...{ rs: "rust", shell: "sh", typescript: "ts" },
};

function modeOf(input: Input): string[] {
  if (input.output_mode === "count") return ["--count", "--null"];
  if (input.output_mode !== "content") return ["--files-with-matches"];
  const { before, after } = contextOf(input);
  // Line numbers are always asked for: the character behind them tells a match from a context line.
  const shape = ["--null", "--line-number", `--max-columns=${LINE_BYTES}`, "--max-columns-preview"];
  return [...shape, `--before-context=${before}`, `--after-context=${after}`];
}

/** A pattern that names a line end wants to match across it, whether or not the model thought of saying so. */
function spansLines(pattern: string): boolean {
  return /\n|(?:^|[^\\])(?:\\\\)*\\n/.test(pattern);
}

/** Adding the extension of the same name makes every word a known type. A name without a slash is as good as a type, and costs less than judging paths here. */
function typeOf({ type, glob }: Input): string[] {
  if (type !== undefined) {
    const name = type.replace(/^\./, "");
    const same = LANGUAGES[name.toLowerCase()];
    return [...(same === undefined ? [] : [`--type-add=${name}:include:${same}`]), `--type-add=${name}:*.${name}`, `--type=${name}`];
  }
  if (glob === undefined || /[/!\\]/.test(glob) || globParts(glob).length !== 1) return [];
  return [`--type-add=wanted:${globParts(glob)[0]}`, "--type=wanted"];
}
