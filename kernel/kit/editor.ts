// The line editor: its service and those of keymaps, of a project's history of inputs, and of completion. Only types, tokens and the names of actions.
import { type Block, defineService, type PluginScope, type ServiceToken } from "claw";
import type { Cursor, Key } from "./screen.ts";

/** Every action a key can be bound to, with what it does, for help and `keybindings.json`. */
// biome-ignore format: a catalogue reads better in rows
export const EDITOR_ACTIONS = {
  "submit": "Send the input; after a backslash, break the line instead", "newline": "Break the line",
  "left": "One character left", "right": "One character right", "up": "One row up; from the first, older input", "down": "One row down; from the last, newer input",
  "word-left": "To the start of a word", "word-right": "To the end of a word", "line-start": "To the start of the line", "line-end": "To the end of the line",
  "text-start": "To the start of the text", "text-end": "To the end of the text",
  "delete-left": "Delete the character to the left", "delete-right": "Delete the character to the right",
  "kill-blank-word-left": "Cut to the blank before the word", "kill-word-left": "Cut to the start of the word", "kill-word-right": "Cut to the end of the word",
  "kill-line-start": "Cut to the start of the line", "kill-line-end": "Cut to the end of the line",
  "yank": "Put back what was cut last", "yank-pop": "After `yank`, what was cut before that instead",
  "transpose-chars": "Swap two characters", "transpose-words": "Swap two words",
  "uppercase-word": "Word in capitals", "lowercase-word": "Word in small letters", "capitalize-word": "Word with a capital",
  "undo": "Undo", "redo": "Redo what was undone",
  "history-back": "Older input", "history-forward": "Newer input", "history-search": "Search older inputs", "complete": "Complete a file, command or argument",
  "paste-image": "Paste the clipboard's image", "open-editor": "Edit the input in $VISUAL or $EDITOR",
  "escape": "Close what is open, or stop the turn; twice: rewind", "interrupt": "Clear the input; on an empty one, twice: quit", "exit": "On an empty input, quit; else `delete-right`",
  "cycle-mode": "Next permission mode", "toggle-details": "Show or hide calls in full", "toggle-todos": "Show or hide the todos", "toggle-thinking": "Show or hide the model's thinking",
  "clear-screen": "Clear the screen", "suspend": "Suspend claw",
} as const;
/** The name of an action. */
export type EditorAction = keyof typeof EDITOR_ACTIONS;
/** Actions that the editor only hands on to the frontend. */
export type FrontendAction = "cycle-mode" | "toggle-details" | "toggle-todos" | "toggle-thinking" | "clear-screen" | "suspend";

/** What an input is, by its first character: `/` a command, `!` a line for the shell, `#` a line to remember. */
export type EditorKind = "prompt" | "command" | "shell" | "memory";
/** An image in an input. Its place in the text is `[label]`. It has a path, or its bytes. */
export interface EditorImage {
  readonly label: string;
  readonly path?: string;
  readonly bytes?: Uint8Array;
}
/** What was submitted. `text` is all of it with pastes in full; `body` is without the `!` or `#` of its kind. */
export interface EditorInput {
  readonly kind: EditorKind;
  readonly text: string;
  readonly body: string;
  readonly images: readonly EditorImage[];
}
/** What a key asks of the frontend. `again`: the key before was the same one. */
export type EditorEffect =
  | Readonly<{ kind: "submit"; input: EditorInput }>
  /** `used`: it already did something here, as leaving Vim's insert mode. A running turn is still to be stopped. */
  | Readonly<{ kind: "escape"; again: boolean; used: boolean }>
  /** `used`: it cleared the text. */
  | Readonly<{ kind: "interrupt"; again: boolean; used: boolean }>
  | Readonly<{ kind: "exit" }>
  /** Let the user edit `text`, then `replace` it. */
  | Readonly<{ kind: "open-editor"; text: string }>
  /** Text for the system's clipboard. */
  | Readonly<{ kind: "copy"; text: string }>
  | Readonly<{ kind: "act"; action: FrontendAction }>;

/** A piece of a row. `ghost` is no text of the input: a hint for what could follow. */
export interface EditorSpan {
  readonly text: string;
  readonly role: "text" | "chip" | "selection" | "prefix" | "mention" | "match" | "ghost";
}
/** What to show, no row wider than asked for. Nothing stands right of the cursor's row but text and ghost. */
export interface EditorFrame {
  readonly rows: readonly (readonly EditorSpan[])[];
  /** `line` is a row of `rows`. */
  readonly cursor: Required<Cursor>;
  /** Rows left out above and below. */
  readonly above: number;
  readonly below: number;
  readonly kind: EditorKind;
  readonly empty: boolean;
  /** The keymap's mode, as `NORMAL`, with keys it waits to be ended. */
  readonly mode?: string;
  /** Offers of a completion. `selected` is -1 while none is: Enter then sends the input as it is. */
  readonly popup?: Readonly<{ items: readonly CompletionItem[]; selected: number; total: number }>;
  /** An incremental search of the history is open. */
  readonly search?: Readonly<{ query: string; failed: boolean }>;
}
/** One input being edited. Nothing here waits; what comes later (completions, an image) calls the listener, and the frame is to be asked for again. */
export interface LineEditor extends Disposable {
  press(key: Key): readonly EditorEffect[];
  /** `rows` bounds the height; the cursor's row is always in it. */
  frame(size: Readonly<{ width: number; rows?: number }>): EditorFrame;
  /** The text with pastes in full. */
  readonly text: string;
  /** Puts `text` in place of all there is, as one undoable change, with the cursor at its end. */
  replace(text: string): void;
  /** Inserts at the cursor as if pasted: a long text or an image's path becomes a chip. */
  insert(text: string): void;
  onChange(listener: () => void): Disposable;
}
/** For a session's line editor: its folder. Without `history` nothing is kept or offered; without `completion` nothing is completed. */
export interface EditorOptions {
  readonly cwd: string;
  readonly history?: boolean;
  readonly completion?: boolean;
}
export interface Editor {
  open(options: EditorOptions): Promise<LineEditor>;
  /** The images of an input as blocks. Throws `CLAW_TOOL_INPUT_INVALID` for one that cannot be read, is none, is broken, or is too large. */
  blocks(input: EditorInput): Promise<readonly Block[]>;
  /** The keymap in use, and those there are. */
  readonly keymap: string;
  keymaps(): Promise<readonly string[]>;
  /** Every open line editor changes. Throws `CLAW_USAGE` for one there is not. */
  useKeymap(name: string): Promise<void>;
  /** Which keys do what now, the user's own bindings first. */
  bindings(): Promise<readonly Readonly<{ keys: string; action: EditorAction }>[]>;
}
/** Provided by `@claw/feature-editor`. */
export const Editor: ServiceToken<Editor> = defineService<Editor>("claw.editor@1");

/** What a keymap sees of the input. A chip is one character of `text`, from a private plane. Offsets are in UTF-16 units, between graphemes. */
export interface KeymapView {
  readonly text: string;
  readonly cursor: number;
}
/** `replace` is the whole input after a change or motion; `action` an editor's own; `copy` goes to the system's clipboard. */
export type KeymapCommand =
  | Readonly<{ do: "replace"; text: string; cursor: number }>
  | Readonly<{ do: "action"; action: EditorAction }>
  | Readonly<{ do: "copy"; text: string }>;
/** How a keymap's state looks. `typing`: a letter now is text. `selections` are ranges of the text. */
export interface KeymapLook {
  readonly mode?: string;
  readonly shape: Required<Cursor>["shape"];
  readonly typing: boolean;
  readonly selections: readonly Readonly<{ from: number; to: number }>[];
}
/**
 * What keys mean. `bindings` are keys (`ctrl+a`, `alt+b`, `ctrl+x ctrl+e`) with actions; a modal keymap also has `press`, which is asked first and gives
 * `undefined` for a key it leaves to the bindings. Its state is immutable; the text may have been changed by others between two keys.
 */
export interface Keymap<S = unknown> {
  readonly name: string;
  readonly bindings: Readonly<Record<string, EditorAction>>;
  /** The state to start with; `last` is the one when the input was submitted or cleared. */
  start(last?: S): S;
  press?(key: Key, state: S, view: KeymapView): Readonly<{ state: S; commands: readonly KeymapCommand[] }> | undefined;
  look(state: S, view: KeymapView): KeymapLook;
}
/** The service of the keymap `name`: a plugin provides `claw.keymap-NAME@1`, and `NAME` can be chosen. */
export const keymapToken = (name: string): ServiceToken<Keymap> => defineService<Keymap>(`claw.keymap-${name}@1`);

/** A project's earlier inputs. */
export interface InputHistory {
  /** Oldest first, no two neighbours alike. */
  readonly entries: readonly string[];
  /** Keeps an input, at once in `entries`; one that starts with a blank is not kept. */
  add(text: string): void;
  /** When all is on the disk. */
  flush(): Promise<void>;
}
export interface Histories {
  /** The history of the project that `cwd` is in. The same object for the same project. */
  open(cwd: string): Promise<InputHistory>;
}
/** Provided by `@claw/feature-history`. */
export const Histories: ServiceToken<Histories> = defineService<Histories>("claw.history@1");

/** One offer. `insert` replaces the range; `marks` are offsets in `label` that matched; `open`: go on completing after it, as behind a folder. */
export interface CompletionItem {
  readonly label: string;
  readonly insert: string;
  readonly detail?: string;
  readonly marks?: readonly number[];
  readonly open?: boolean;
}
/** Offers for `text` from `from` to `to`, best first. `total` counts those not listed too; `partial`: more are being looked for. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
  readonly total: number;
  readonly partial?: boolean;
  /** Something else may be meant as well, as a file that is yet to be made: Enter takes an offer only when one was chosen. */
  readonly free?: boolean;
  /** A hint for what could follow, as a command's arguments. */
  readonly ghost?: string;
}
/** `forced`: the user asked with a key; otherwise only what an input's marks (`@`, `/`) call for. */
export interface CompletionRequest {
  readonly text: string;
  readonly cursor: number;
  readonly cwd: string;
  readonly forced: boolean;
  readonly signal: AbortSignal;
}
/** Gives `undefined` when the text before the cursor is none of its business; may give more than once, each in place of the one before. */
export interface CompletionSource {
  complete(request: CompletionRequest, scope: PluginScope): AsyncIterable<Completions | undefined>;
}
/** Asks every source: its own, and each service whose id ends in `.completions@1`. The first with an answer wins. */
export interface Completion {
  complete(request: CompletionRequest): AsyncIterable<Completions | undefined>;
}
/** Provided by `@claw/feature-completion`. */
export const Completion: ServiceToken<Completion> = defineService<Completion>("claw.completion@1");
