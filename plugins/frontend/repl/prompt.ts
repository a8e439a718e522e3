// The prompt on the screen: draws the editor and its menu, and hands on what its keys ask for. What that means is the session's affair.
import {
  clipCells,
  type EditorEffect,
  type EditorFrame,
  type EditorSpan,
  type Key,
  type LineEditor,
  type Painted,
  type Screen,
  type StyleName,
  type Theme,
  type Themes,
  widthOf,
} from "claw/kit";
import { SIGN } from "./banner.ts";

export interface PromptOptions {
  readonly screen: Screen;
  readonly themes: Themes;
  readonly editor: LineEditor;
  effect(effect: EditorEffect): void;
  /** Hears of every key before it does anything. Gives whether that was all there is to it. */
  touched(key: Key): boolean;
}
export interface Prompt extends Disposable {
  update(): void;
  /** A line below the prompt, until the next key or for a while. */
  hint(text: string): void;
  /** Keys come here before they come to anybody who listens already. */
  front(): void;
}

export function createPrompt({ screen, themes, editor, effect, touched }: PromptOptions): Prompt {
  let last: EditorFrame | undefined;
  let hint = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const paint = (columns: number, rows: number): Painted => {
    last = editor.frame({ width: Math.max(1, columns - SIGN.length), rows: Math.max(1, Math.min(rows - 1, Math.ceil(rows * SHARE))) });
    return editorLines(last, rows > 2, themes.current);
  };
  const paintMenu = (columns: number, rows: number): Painted => ({
    lines: menuLines(last, hint, columns, Math.min(MOST_OFFERS, rows), themes.current),
  });
  const update = (): void => {
    screen.live("editor", paint);
    screen.live("menu", paintMenu);
  };
  const say = (text: string): void => {
    clearTimeout(timer);
    if (text === hint) return;
    hint = text;
    if (text !== "") timer = setTimeout(() => say(""), HINT_MS);
    timer?.unref();
    update();
  };
  const listen = (): Disposable =>
    screen.onKey((key) => {
      const taken = touched(key);
      if (hint !== "") say("");
      if (!taken) for (const one of editor.press(key)) effect(one);
      update();
      return true;
    });
  let keys = listen();
  const changes = editor.onChange(update);
  update();
  return {
    update,
    hint: say,
    front() {
      keys[Symbol.dispose]();
      keys = listen();
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const one of [keys, changes]) one[Symbol.dispose]();
      for (const slot of ["editor", "menu"] as const) screen.live(slot, []);
    },
  };
}

// --- internal ---

const HINT_MS = 2_000;
const MOST_OFFERS = 8;
/** How much of the screen a long input may take. */
const SHARE = 0.6;

function editorLines(frame: EditorFrame, apart: boolean, theme: Theme): Painted {
  // A line that is no words for the model has another colour, its first character too.
  const style = frame.kind === "shell" || frame.kind === "memory" ? "warning" : "accent";
  const sign = theme.paint(style, SIGN);
  const rows = frame.rows.map(
    (row, index) => (index === 0 && frame.above === 0 ? sign : " ".repeat(SIGN.length)) + row.map((span) => spanText(span, style, theme)).join(""),
  );
  const shown = frame.rows.length === 0 ? [sign] : rows;
  return {
    lines: apart ? ["", ...shown] : shown,
    cursor: { ...frame.cursor, line: frame.cursor.line + (apart ? 1 : 0), column: frame.cursor.column + SIGN.length },
  };
}

function spanText({ text, role }: EditorSpan, style: StyleName, theme: Theme): string {
  switch (role) {
    case "text":
      return text;
    case "selection":
      return theme.sgr("selected").begin === "" ? `\x1b[7m${text}\x1b[27m` : theme.paint("selected", text);
    case "ghost":
      return theme.paint("dim", text);
    case "match":
      return theme.paint("strong", text);
    default:
      return theme.paint(role === "prefix" ? style : "accent", text);
  }
}

/** The offers of a completion, a search of the history, or a hint. */
function menuLines(frame: EditorFrame | undefined, hint: string, columns: number, most: number, theme: Theme): readonly string[] {
  if (hint !== "") return [theme.paint("dim", clipCells(`  ${hint}`, columns))];
  if (frame === undefined) return [];
  const { popup, search, mode } = frame;
  const about = mode === undefined ? [] : [theme.paint("dim", clipCells(`  -- ${mode} --`, columns))];
  if (search !== undefined) {
    return [clipCells(`  ${theme.paint(search.failed ? "error" : "dim", search.failed ? "nothing like" : "search:")} ${search.query}`, columns)];
  }
  if (popup === undefined || popup.items.length === 0) return about;
  // The last row says how many there are besides.
  const fit = popup.total > most && most > 2 ? most - 1 : most;
  const from = Math.max(0, Math.min(popup.selected - Math.floor(fit / 2), popup.items.length - fit));
  const items = popup.items.slice(from, from + fit);
  const wide = Math.min(Math.ceil(columns / 2), Math.max(...items.map(({ label }) => widthOf(label))));
  const rows = items.map(({ label, detail }, index) => {
    const chosen = from + index === popup.selected;
    const name = clipCells(label, wide);
    const line = `${chosen ? theme.paint("accent", "❯") : " "} ${chosen ? theme.paint("selected", name) : name}`;
    return clipCells(detail === undefined ? line : `${line}${" ".repeat(wide - widthOf(name) + 2)}${theme.paint("dim", detail)}`, columns);
  });
  const left = popup.total - items.length;
  return [...rows, ...(left > 0 && fit < most ? [theme.paint("dim", `  … ${left} more`)] : []), ...about];
}
