// The theme service: which colours things have. Provided by feature/theme; themes are JSON files. Here are its types and what turns a style into SGR.
import { defineService, type Env, type Options, type ServiceToken } from "claw";
import type { Colors } from "./screen.ts";

/** What a style is for. A theme may leave some out: these look as usual. */
export const STYLES = [
  ...(["accent", "dim", "success", "warning", "error", "user", "thinking", "tool", "border", "selected"] as const),
  ...(["heading", "strong", "emphasis", "strike", "link", "quote", "code", "bullet", "rule"] as const),
  ...(["keyword", "string", "number", "comment", "function", "type", "variable", "operator", "tag", "attribute"] as const),
  ...(["added", "removed", "addedWord", "removedWord", "context"] as const),
] as const;
export type StyleName = (typeof STYLES)[number];
/** One style of a theme file. A colour is `#rrggbb`, or one of the terminal's own 16 by name (`red`, `brightRed`, …). */
export interface Style {
  readonly color?: string;
  readonly background?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}
/** A theme file: `dark.json` is the theme `dark`. */
export interface ThemeFile {
  readonly summary?: string;
  /** The theme that has what this one leaves out. */
  readonly extends?: string;
  readonly styles: { readonly [N in StyleName]?: Style };
}
/** A theme on a terminal. */
export interface Theme {
  readonly name: string;
  /** `text` in a style; styles may be nested. `text` may have several lines; each is then styled. */
  paint(style: StyleName, text: string): string;
  /** The SGR sequences that begin and end a style; both empty where it is none. */
  sgr(style: StyleName): Readonly<{ begin: string; end: string }>;
}
/** A theme in a list. `source` is `bundled` or the path of its file. */
export type ThemeSummary = Readonly<{ name: string; summary: string; source: string }>;
export interface Themes {
  /** The one in use. Ask each time: it may change. */
  readonly current: Theme;
  list(): Promise<readonly ThemeSummary[]>;
  /** Puts another in use for this run. Throws `CLAW_USAGE`, naming the nearest, or `CLAW_CONFIG_INVALID` for a file that is none. Announces `theme.changed`. */
  choose(name: string): Promise<Theme>;
}
/** Provided by `@claw/feature-theme`. */
export const Themes: ServiceToken<Themes> = defineService<Themes>("claw.theme@1");

declare module "claw" {
  interface EventMap {
    "theme.changed": Readonly<{ name: string }>;
  }
}

/** How many colours there are: `--no-color` and `NO_COLOR` say none, `FORCE_COLOR` says how many, else the terminal's name does. */
export function colorsOf(env: Env, options: Options = {}): Colors {
  const { NO_COLOR: none = "", FORCE_COLOR: forced, COLORTERM: colorterm = "", TERM: term = "", TERM_PROGRAM: program = "" } = env;
  if (options["no-color"] === true || none !== "") return 0;
  const levels: Readonly<Record<string, Colors>> = { "0": 0, false: 0, "1": 16, "2": 256, "3": 16_777_216 };
  const level = forced === undefined ? undefined : levels[forced];
  if (level !== undefined) return level;
  if (term === "dumb" && forced === undefined) return 0;
  if (/^(truecolor|24bit)$/i.test(colorterm) || /-(direct|truecolor)$|^(xterm-)?(kitty|ghostty)|^(foot|alacritty|wezterm)/.test(term))
    return 16_777_216;
  if (/^(iTerm\.app|WezTerm|ghostty|vscode)$/.test(program) || (env["WT_SESSION"] ?? "") !== "") return 16_777_216;
  if (/256/.test(term) || program === "Apple_Terminal") return 256;
  return term === "" && forced === undefined ? 0 : 16;
}

/** The SGR sequences of a style on a terminal with so many colours. Without colours what is left is bold, underlined, inverse and the like. */
export function sgrOf(style: Style, colors: Colors): Readonly<{ begin: string; end: string }> {
  const begin: string[] = [];
  const end: string[] = [];
  const add = (on: string | undefined, off: string): void => {
    if (on === undefined) return;
    begin.push(on);
    if (!end.includes(off)) end.unshift(off);
  };
  for (const [name, on, off] of ATTRIBUTES) if (style[name] === true) add(on, off);
  add(colorCode(style.color, colors, 30), "39");
  add(colorCode(style.background, colors, 40), "49");
  return begin.length === 0 ? { begin: "", end: "" } : { begin: `\x1b[${begin.join(";")}m`, end: `\x1b[${end.join(";")}m` };
}

// --- internal ---

const ATTRIBUTES = [
  ["bold", "1", "22"],
  ["dim", "2", "22"],
  ["italic", "3", "23"],
  ["underline", "4", "24"],
  ["inverse", "7", "27"],
  ["strike", "9", "29"],
] as const;
const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** `base` is 30 for text and 40 for what is behind it. */
function colorCode(color: string | undefined, colors: Colors, base: 30 | 40): string | undefined {
  if (color === undefined || colors === 0) return undefined;
  const bright = color.startsWith("bright");
  const named = COLORS.indexOf(bright ? color.slice(6).toLowerCase() : color);
  if (named >= 0) return String(base + named + (bright ? 60 : 0));
  const format = colors === 16 ? "ansi-16" : colors === 256 ? "ansi-256" : "ansi-16m";
  // Bun gives the whole sequence for text; a background's codes are ten higher.
  const codes = Bun.color(color, format)?.replace(/^\x1b\[|m$/g, "");
  if (codes === undefined || codes === "") return undefined;
  if (base === 30) return codes;
  return codes.startsWith("38;") ? `48;${codes.slice(3)}` : String(Number(codes) + 10);
}
