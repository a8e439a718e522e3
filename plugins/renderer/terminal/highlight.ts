// Code in colours: JavaScript and TypeScript by Bun, other languages by highlight.js, each loaded when it is first met. Until then code is plain.
import { type Theme, within } from "claw/kit";
// biome-ignore lint/correctness/useImportExtensions: its types are beside it, in `grammars.d.mts`.
import { type CodeHighlighter, GRAMMARS, loadHighlighter, type Node } from "./grammars.mjs";
import { languageOf } from "./languages.ts";
import { SCOPES } from "./scopes.ts";
import { compileLightly } from "./tier.ts";

/** What the lines before leave open: a comment or a string that goes on, up to its `end`; the last lines, for languages that need to see them. */
export interface CodeState {
  open?: "comment" | "template";
  before: readonly string[];
}
export const startCode = (): CodeState => ({ before: [] });

/** Code of a language; `lines` have no control characters. */
export type CodeBlock = Readonly<{ language: string; lines: readonly string[]; state: CodeState }>;

export interface Highlighter {
  /** Of each block, one line for each given, with styles. Where these cost, lines that are not `whole` have none yet. */
  paint(blocks: readonly CodeBlock[], theme: Theme, whole: boolean): readonly (readonly string[])[];
  /** Begins to load a language. Settles when it has come, or has taken long (`patient`: very long); absent where that is so, or there is nothing to wait for. */
  ready(language: string, theme: Theme, patient: boolean): Promise<unknown> | undefined;
}

/** `loaded` is called when a language that was asked for has come. */
export function createHighlighter(loaded: () => void): Highlighter {
  let highlighter: CodeHighlighter | undefined;
  const known = new Map<string, Grammar>();
  compileLightly(languageOf, partsOf, opening);

  const load = async (language: string, get: () => Promise<{ readonly default: unknown }>): Promise<void> => {
    highlighter ??= await loadHighlighter();
    highlighter.registerLanguage(language, (await get()).default);
  };
  /** What is known of a language that highlight.js has colours for: it is loaded when that is asked. */
  const grammarOf = (language: string | undefined): Grammar | undefined => {
    const get = language === undefined ? undefined : GRAMMARS[language];
    if (language === undefined || get === undefined) return undefined;
    const there = known.get(language);
    if (there !== undefined) return there;
    const grammar: Grammar = { state: "loading" };
    known.set(language, grammar);
    const coming = load(language, get).then(
      () => {
        grammar.state = "ready";
        loaded();
      },
      () => {
        grammar.state = "none";
      },
    );
    grammar.soon = within(coming, SOON_MS).finally(() => delete grammar.soon);
    grammar.late = within(coming, LATE_MS).finally(() => delete grammar.late);
    return grammar;
  };
  const paintOther = ({ language: given, lines, state }: CodeBlock, theme: Theme, whole: boolean): readonly string[] => {
    const language = languageOf(given);
    const grammar = grammarOf(language);
    if (language === undefined || grammar === undefined) return lines.map((line) => theme.paint("code", line));
    if (highlighter === undefined || grammar.state !== "ready" || !whole) return lines;
    const before = state.before;
    state.before = [...before, ...lines].slice(-CONTEXT);
    // A minified file is no reading matter.
    if (lines.some((line) => line.length > LONGEST_LINE)) return lines;
    return walk(highlighter, language, [...before, ...lines], theme).slice(before.length);
  };
  return {
    paint(blocks, theme, whole) {
      if (colorless(theme)) return blocks.map(({ lines }) => lines);
      const scripts = paintScripts(blocks.filter(scripted), theme);
      let next = 0;
      return blocks.map((block) => (scripted(block) ? scripts[next++]! : paintOther(block, theme, whole)));
    },
    ready(given, theme, patient) {
      const grammar = colorless(theme) ? undefined : grammarOf(languageOf(given));
      return patient ? grammar?.late : grammar?.soon;
    },
  };
}

// --- internal ---

/** `soon` and `late` are there while it loads, and for so long at most. */
interface Grammar {
  state: "loading" | "ready" | "none";
  soon?: Promise<unknown>;
  late?: Promise<unknown>;
}
const SOON_MS = 150;
const LATE_MS = 2_000;

const colorless = (theme: Theme): boolean => theme.sgr("keyword").begin === "" && theme.sgr("comment").begin === "";

/** How many lines before a line say what it is in the middle of. */
const CONTEXT = 12;
const LONGEST_LINE = 2_000;

function walk(highlighter: CodeHighlighter, language: string, lines: readonly string[], theme: Theme): readonly string[] {
  const result = highlighter.highlight(lines.join("\n"), { language, ignoreIllegals: true });
  const root = result._emitter?.rootNode;
  if (root === undefined) return lines;
  let painted = "";
  const visit = (node: Node, scope: string): void => {
    if (typeof node === "string") {
      const style = SCOPES[scope] ?? SCOPES[scope.split(".")[0] ?? ""];
      painted += style === undefined ? node : theme.paint(style, node);
      return;
    }
    for (const child of node.children) visit(child, node.scope ?? scope);
  };
  visit(root, "");
  const rows = painted.split("\n");
  return rows.length === lines.length ? rows : lines;
}

const scripted = ({ language }: CodeBlock): boolean => languageOf(language) === "typescript";

/** JavaScript and TypeScript. Bun sees each line for itself: comments and templates that go over several are kept track of here. */
function paintScripts(blocks: readonly CodeBlock[], theme: Theme): readonly (readonly string[])[] {
  const parts = blocks.flatMap(({ lines, state }) => lines.map((line) => partsOf(line, state, theme)));
  const codes = colored(
    parts.map(({ code }) => code),
    theme,
  );
  const painted = parts.map(({ before, after }, at) => before + codes[at] + after);
  let end = 0;
  return blocks.map(({ lines }) => {
    end += lines.length;
    return painted.slice(end - lines.length, end);
  });
}

/** Of a line: what goes on from those before, the code that is to be coloured, and what goes on below. */
interface Parts {
  readonly before: string;
  readonly code: string;
  readonly after: string;
}

function partsOf(line: string, state: CodeState, theme: Theme): Parts {
  if (line.length > LONGEST_LINE) return { before: line, code: "", after: "" };
  if (state.open !== undefined) {
    const comment = state.open === "comment";
    const end = comment ? line.indexOf("*/") : line.search(/(?<!\\)`/);
    const style = comment ? "comment" : "string";
    if (end === -1) return { before: theme.paint(style, line), code: "", after: "" };
    const upTo = end + (comment ? 2 : 1);
    delete state.open;
    const rest = partsOf(line.slice(upTo), state, theme);
    return { ...rest, before: theme.paint(style, line.slice(0, upTo)) + rest.before };
  }
  const begins = opening(line);
  if (begins === undefined) return { before: "", code: line, after: "" };
  state.open = begins.kind;
  const after = theme.paint(begins.kind === "comment" ? "comment" : "string", line.slice(begins.at));
  return { before: "", code: line.slice(0, begins.at), after };
}

/** Where a comment or template begins that does not end on this line. */
function opening(line: string): { readonly kind: "comment" | "template"; readonly at: number } | undefined {
  if (!line.includes("`") && !line.includes("/*")) return undefined;
  const rest = line.replace(/\/\/.*$|\/\*.*?\*\/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g, (text) => " ".repeat(text.length));
  const at = rest.search(/`|\/\*/);
  if (at === -1) return undefined;
  return { kind: rest[at] === "`" ? "template" : "comment", at };
}

/** All at once: to begin costs Bun more than a line does. */
function colored(lines: readonly string[], theme: Theme): readonly string[] {
  if (lines.every((line) => line.trim() === "")) return lines;
  // A fence longer than any in the lines; what Bun puts around the code is taken off again.
  const shown = Bun.markdown.ansi(`${BARS}ts\n${lines.join("\n")}\n${BARS}\n`, FULL).split("\n");
  const bodies = lines.map((_, at) => bodyOf(shown[at + 1] ?? ""));
  // Whatever Bun makes of it: no letter may get lost.
  const whole = Bun.stripANSI(bodies.join("\n")) === lines.join("\n");
  const kept = whole ? bodies : bodies.map((body, at) => (Bun.stripANSI(body) === lines[at] ? body : lines[at]!));
  return restyled(kept.join("\n"), theme).split("\n");
}

/** The code of a line that Bun has coloured. */
function bodyOf(shown: string): string {
  const body = shown.slice(shown.indexOf("│ ") + 2);
  return body.startsWith("\x1b[0m") ? body.slice(4) : body;
}

function restyled(code: string, theme: Theme): string {
  return code.replace(/\x1b\[(\d+)m([^\x1b\n]*)(?:\x1b\[0m)?/g, (_, begin: string, text: string) => {
    const style = STYLES[begin] ?? (begin === "2" && /^\/[/*]/.test(text) ? "comment" : undefined);
    return style === undefined ? text : theme.paint(style, text);
  });
}

const BARS = "`".repeat(40);
const FULL = { colors: true, columns: 0 } as const;
const STYLES: Readonly<Record<string, "keyword" | "type" | "string" | "number" | "function">> = {
  ...{ "35": "keyword", "34": "type", "32": "string", "33": "number", "36": "function", "1": "type" },
};
