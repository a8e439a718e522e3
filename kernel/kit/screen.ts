// The screen service: the terminal of an interactive session, its keys, its scrollback and the small live region below it. Provided by feature/screen.
import { defineService, type ServiceToken } from "claw";

/**
 * One key, or one paste. `key` is a character as it would be typed without Ctrl, Alt and Shift ("a", "/", "é", "日"), or one of `NAMED_KEYS`.
 * `text` is what it would insert, with Shift applied; absent for keys that insert nothing, and with Ctrl or Alt. A capital letter is `shift` too.
 */
export interface Key {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly text?: string;
  /** With `key: "paste"`, which is no key: what was pasted, whole, its line ends `\n`, without control characters. */
  readonly paste?: string;
}
/** Keys with a name. `enter` is Return; `space` has a `text`; Ctrl-J is `j` with `ctrl`. */
export const NAMED_KEYS = [
  ...(["enter", "tab", "backspace", "escape", "space", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"] as const),
  ...(["insert", "delete", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "paste"] as const),
] as const;
/** `ctrl+alt+shift+key`, in this order: what key files and hints write. Shift is left out where `key` inserts text. */
export function keyName({ key, ctrl, alt, shift, text }: Key): string {
  return `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${shift && text === undefined ? "shift+" : ""}${key}`;
}

/**
 * The parts of the live region, from top to bottom. `tail`: what is not finished yet (the answer, running calls). `activity`: the spinner. `queue`: input
 * that waits. `question`: a question or picker, shown instead of the editor and the spinner. `menu`: completions. `status`: the status line.
 */
export const SLOTS = ["tail", "activity", "todos", "queue", "question", "editor", "menu", "status"] as const;
export type Slot = (typeof SLOTS)[number];
/** Where the cursor stands: a line of the slot, counted from 0, and a column in cells. Its shape is the terminal's own when absent. */
export type Cursor = Readonly<{ line: number; column: number; shape?: "bar" | "block" | "underline" }>;
/** What a slot shows. Lines wider than the screen are cut into several; lines that find no room are left out, those near the cursor last. */
export type Painted = Readonly<{ lines: readonly string[]; cursor?: Cursor }>;
/**
 * Called for the next frame after `live`, and again when there is another room for it: `columns` and `rows`. Not for every frame: what has changed must be
 * said with `live`. May `print`; that goes above in the same frame.
 */
export type Painter = (columns: number, rows: number) => Painted;
/** Lines that are not known yet. `lines` is called once: when `ready` settles, or when the screen cannot wait, as when it is closed. */
export interface LaterLines {
  readonly ready: Promise<unknown>;
  lines(): readonly string[];
}
/** What `progress` shows in the terminal's tab or the task bar, where the terminal can. */
export type Progress = "none" | "busy" | "failed";
/** How many colours the terminal shows: none, the 16 that its user chose, 256, or 2 to the power of 24. */
export type Colors = 0 | 16 | 256 | 16_777_216;

/**
 * Lines hold text and styles (SGR sequences, OSC 8 links), no line ends; anything else in them that a terminal would act on is removed. What they say
 * of the outside (a model, a tool, a file) still must go through `plain` first: styles in it would be obeyed.
 */
export interface Screen {
  /** Between `open` and `close`. Calls of `print` and `live` before that are kept for then; after it they do nothing. */
  readonly opened: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colors: Colors;
  /** Nothing is drawn twice: `TERM=dumb`, or the setting `screenReader`. Slots other than `question` are not shown, input comes by lines. */
  readonly plain: boolean;
  /** Takes the terminal: raw mode, bracketed paste, the Kitty keyboard. Throws `CLAW_USAGE` when stdin and stdout are none. */
  open(): Promise<void>;
  /** Shows what is printed, removes the live region and gives the terminal back as it was. Harmless when not open. Happens by itself on every exit. */
  close(): Promise<void>;
  /**
   * Adds lines to the scrollback, above the live region, for good. Never lost, never touched again. Long ones are left to the terminal to wrap.
   * What is printed after lines that come later comes after them: whoever prints such sees to it that nobody waits long.
   */
  print(lines: readonly string[] | LaterLines): void;
  /**
   * What `slot` shows from the next frame on: `[]` empties it. `editor`, `question` and `menu` are painted at once, the rest at most 25 times a second,
   * fewer while much is printed.
   */
  live(slot: Slot, shown: readonly string[] | Painter, cursor?: Cursor): void;
  /** Keys as they come. The newest listener hears them first; one that returns `true` has taken the key, and older ones do not hear it. */
  onKey(listener: (key: Key) => boolean | undefined): Disposable;
  /** After the size changed. Painters need not listen: they are called again anyway. */
  onResize(listener: (columns: number, rows: number) => void): Disposable;
  /** The terminal is gone, or claw is asked to end: `SIGHUP`, `SIGTERM`, `EIO`. When nobody has closed the screen two seconds later, claw exits. */
  onEnd(listener: (reason: string) => void): Disposable;
  /** Lets the shell have the terminal, as Ctrl-Z does, until it is brought back to the foreground. */
  suspend(): Promise<void>;
  /** Lets another program (an editor, a pager) have the terminal while `work` runs. */
  lend<T>(work: () => Promise<T>): Promise<T>;
  /** The window's title. */
  title(text: string): void;
  progress(state: Progress): void;
  bell(): void;
  /** Paints now what is to be painted. Resolves when the terminal has taken all of it. */
  flush(): Promise<void>;
}
declare module "claw" {
  interface EventMap {
    /** A frontend says that the person wants to see more or less of something: the results of calls in full, the todos, the thinking. */
    "view.toggled": Readonly<{ view: "details" | "todos" | "thinking" }>;
  }
}

/** Provided by `@claw/feature-screen`. */
export const Screen: ServiceToken<Screen> = defineService<Screen>("claw.screen@1");
