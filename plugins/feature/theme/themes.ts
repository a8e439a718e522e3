// Theme files, bundled ones and the user's own, as themes on this terminal.
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ClawError, type Env, wrap } from "claw";
import {
  type Colors,
  didYouMean,
  readSettings,
  STYLES,
  type StyleName,
  sgrOf,
  type Theme,
  type ThemeFile,
  type ThemeSummary,
  type Themes,
} from "claw/kit";
import { boolean, optional, pipe, regex, safeParse, strictObject, string } from "valibot";
import ansi from "./themes/ansi.json" with { type: "json" };
import dark from "./themes/dark.json" with { type: "json" };
import light from "./themes/light.json" with { type: "json" };

export interface ThemesOptions {
  /** Where the user's own theme files are. */
  readonly folder: string;
  readonly colors: Colors;
  readonly env: Env;
  /** What the setting says, and who. Not `auto` or a name there is: `problem` is told, and the theme is chosen as if there were none. */
  readonly wanted?: unknown;
  readonly origin?: string;
  changed(name: string): void;
  problem(text: string): void;
}

export async function openThemes({ folder, colors, env, wanted = "auto", origin = "", changed, problem }: ThemesOptions): Promise<Themes> {
  const load = async (name: string): Promise<Theme> => themeOf(name, await resolve(name, folder), colors);
  const usual = dayOrNight(env, colors);
  const start = async (): Promise<Theme> => {
    if (wanted === "auto") return load(usual);
    try {
      if (typeof wanted === "string") return await load(wanted);
      problem(`${origin}: theme must be the name of a theme`);
    } catch (thrown) {
      const { message, info } = wrap(thrown, "CLAW_CONFIG_INVALID");
      problem([`${origin}: ${message}.`, info.hint ?? ""].join(" ").trim());
    }
    return load(usual);
  };
  let current = await start();
  return {
    get current() {
      return current;
    },
    async list() {
      const own = (await namesIn(folder)).map((name) => ({ name, summary: "", source: join(folder, `${name}.json`) }));
      const summaries = own.map(async (one): Promise<ThemeSummary> => {
        const file = await readTheme(one.name, folder).catch(() => ({ summary: "cannot be used" }));
        return { ...one, summary: file.summary ?? "" };
      });
      const bundled = Object.entries(BUNDLED).filter(([name]) => !own.some((one) => one.name === name));
      return [...bundled.map(([name, { summary }]) => ({ name, summary: summary ?? "", source: "bundled" })), ...(await Promise.all(summaries))];
    },
    async choose(name) {
      current = await load(name === "auto" ? usual : name);
      changed(current.name);
      return current;
    },
  };
}

// --- internal ---

const BUNDLED: Readonly<Record<string, ThemeFile>> = { dark, light, ansi };
const DEEPEST = 5;
const NAME = /^[\w-]{1,64}$/;

const color = optional(
  pipe(string(), regex(/^(#[0-9a-f]{6}|(black|red|green|yellow|blue|magenta|cyan|white)|bright(Black|Red|Green|Yellow|Blue|Magenta|Cyan|White))$/i)),
);
const flag = optional(boolean());
const StyleSchema = strictObject({ color, background: color, bold: flag, dim: flag, italic: flag, underline: flag, strike: flag, inverse: flag });
const FileSchema = strictObject({
  summary: optional(string()),
  extends: optional(string()),
  styles: strictObject(Object.fromEntries(STYLES.map((name) => [name, optional(StyleSchema)]))),
});

/** The terminal's own colours where there are few, else dark unless the terminal says that its background is light. */
function dayOrNight(env: Env, colors: Colors): string {
  if (colors <= 16) return "ansi";
  const background = Number(env["COLORFGBG"]?.split(";").at(-1) ?? Number.NaN);
  return background === 7 || background === 15 ? "light" : "dark";
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .filter((name) => NAME.test(name))
    .sort();
}

/** The user's file of that name, else the bundled one. */
async function readTheme(name: string, folder: string): Promise<ThemeFile> {
  const path = join(folder, `${name}.json`);
  const found = NAME.test(name) ? await readSettings(path) : undefined;
  if (found === undefined) {
    const bundled = Object.hasOwn(BUNDLED, name) ? BUNDLED[name] : undefined;
    if (bundled !== undefined) return bundled;
    const names = [...new Set([...Object.keys(BUNDLED), ...(await namesIn(folder))])];
    throw new ClawError("CLAW_USAGE", `there is no theme ${JSON.stringify(name)}`, {
      hint: didYouMean(name, names) || `There are: ${names.join(", ")}.`,
    });
  }
  const { success, output, issues } = safeParse(FileSchema, found);
  if (success) return output as ThemeFile;
  const [issue] = issues;
  const key = issue?.path?.map((part) => String(part.key)).join(".") ?? "";
  throw new ClawError("CLAW_CONFIG_INVALID", `${path}: ${key === "" ? "" : `${key}: `}${issue?.message ?? "is no theme"}`, {
    hint: 'A theme is { "extends": "dark", "styles": { "accent": { "color": "#ff8800" } } }.',
  });
}

/** The styles of a theme, and below them those of the ones it extends. */
async function resolve(name: string, folder: string): Promise<ThemeFile["styles"]> {
  let styles: ThemeFile["styles"] = {};
  let next: string | undefined = name;
  for (let depth = 0; next !== undefined && depth < DEEPEST; depth++) {
    const file: ThemeFile = await readTheme(next, folder);
    styles = { ...file.styles, ...styles };
    // A file may extend the bundled theme whose name it has.
    if (file.extends === next) return { ...BUNDLED[next]?.styles, ...styles };
    next = file.extends;
  }
  return styles;
}

function themeOf(name: string, styles: ThemeFile["styles"], colors: Colors): Theme {
  const codes = new Map<StyleName, Readonly<{ begin: string; end: string }>>();
  const sgr = (style: StyleName): Readonly<{ begin: string; end: string }> => {
    const known = codes.get(style);
    if (known !== undefined) return known;
    const found = sgrOf(styles[style] ?? {}, colors);
    codes.set(style, found);
    return found;
  };
  return {
    name,
    sgr,
    paint(style, text) {
      const { begin, end } = sgr(style);
      if (begin === "" || text === "") return text;
      // What ends inside, ends this too: it is begun again.
      const inner = text.includes("\x1b") ? text.replaceAll(ENDS, (code) => code + begin) : text;
      return begin + (inner.includes("\n") ? inner.replaceAll("\n", `${end}\n${begin}`) : inner) + end;
    },
  };
}

/** The sequences that end a style, as `sgrOf` writes them, and the one that ends all. */
const ENDS = /\x1b\[(?:0|2[2-9]|39|49)(?:;(?:2[2-9]|39|49))*m|\x1b\[m/g;
