// Which key does what: those that every keymap has, and those of the user's own in `keybindings.json`. A binding may be several keys, one after the other.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ClawError, wrap } from "claw";
import { didYouMean, EDITOR_ACTIONS, type EditorAction, locate, NAMED_KEYS, readSettings } from "claw/kit";

/** Keys with what they do; `null` for those that shall do nothing. */
export type Bindings = Readonly<Record<string, EditorAction | null>>;
/** What keys mean: an action, nothing, or that more must follow. */
export type Meaning = Readonly<{ action: EditorAction | null } | { more: true }>;

/** Why a binding cannot be, with what may be meant. */
export type Wrong = Readonly<{ problem: string; near?: string }>;

/** What every keymap has, unless it says otherwise. */
export const COMMON: Bindings = {
  ...{ enter: "submit", "shift+enter": "newline", "alt+enter": "newline", "ctrl+enter": "newline", "ctrl+j": "newline" },
  ...{ left: "left", right: "right", up: "up", down: "down", home: "line-start", end: "line-end" },
  ...{ "ctrl+left": "word-left", "ctrl+right": "word-right", "alt+left": "word-left", "alt+right": "word-right" },
  ...{ "ctrl+home": "text-start", "ctrl+end": "text-end", "ctrl+up": "history-back", "ctrl+down": "history-forward" },
  ...{ backspace: "delete-left", "shift+backspace": "delete-left", delete: "delete-right" },
  ...{ "alt+backspace": "kill-word-left", "ctrl+backspace": "kill-word-left", "alt+delete": "kill-word-right", "ctrl+delete": "kill-word-right" },
  ...{ "ctrl+_": "undo", "ctrl+/": "undo", "ctrl+shift+-": "undo", "ctrl+shift+_": "undo" },
  ...{ "alt+_": "redo", "alt+shift+_": "redo", "alt+shift+-": "redo", "ctrl+shift+z": "redo" },
  ...{ tab: "complete", "ctrl+r": "history-search", "ctrl+v": "paste-image", "ctrl+g": "open-editor", "ctrl+x ctrl+e": "open-editor" },
  ...{ escape: "escape", "ctrl+c": "interrupt", "ctrl+d": "exit", "shift+tab": "cycle-mode", "ctrl+o": "toggle-details" },
  ...{ "ctrl+t": "toggle-todos", "alt+o": "toggle-thinking", "ctrl+l": "clear-screen", "ctrl+z": "suspend" },
};

/** A lookup of bindings; of a key in several, the first has it. */
export class Keys {
  readonly all: ReadonlyMap<string, EditorAction | null>;
  readonly #begun = new Set<string>();

  constructor(layers: readonly Bindings[]) {
    const all = new Map<string, EditorAction | null>();
    for (const layer of layers) {
      for (const [keys, action] of Object.entries(layer)) {
        // A key that begins longer bindings of a layer above means these.
        const begins = beginnings(keys);
        if (all.has(keys) || this.#begun.has(keys) || begins.some((known) => all.has(known))) continue;
        all.set(keys, action);
        if (action !== null) for (const begin of begins) this.#begun.add(begin);
      }
    }
    this.all = all;
  }

  find(keys: string): Meaning | undefined {
    const action = this.all.get(keys);
    if (action !== undefined) return { action };
    return this.#begun.has(keys) ? { more: true } : undefined;
  }
}

/** The user's bindings in `<home>/keybindings.json`. What is wrong in it is said to `problem`, with its line, and passed over. Never rejects. */
export async function readBindings(home: string, problem: (text: string) => void): Promise<Bindings> {
  const path = join(home, "keybindings.json");
  const found: Record<string, EditorAction | null> = {};
  if (!existsSync(path)) return found;
  try {
    for (const [written, action] of Object.entries((await readSettings(path)) ?? {})) {
      const keys = parseKeys(written);
      const wrong = typeof keys === "string" ? checkAction(action) : keys;
      if (wrong !== undefined) problem(`${await locate(path, [written])}: ${wrong.problem}; it is passed over. ${wrong.near ?? ""}`.trimEnd());
      else if (typeof keys === "string") found[keys] = action as EditorAction | null;
    }
  } catch (thrown) {
    const error: ClawError = wrap(thrown, "CLAW_CONFIG_UNREADABLE");
    problem(`${error.message}; no key is bound by it.`);
  }
  return found;
}

/** Keys as a person writes them, in the one way that the editor does. */
export function parseKeys(written: string): string | Wrong {
  const keys: string[] = [];
  for (const word of written.trim().split(/\s+/)) {
    // A plus is a key too.
    const parts = word.replace(/\+\+$/, "+plus").replace(/^\+$/, "plus").split("+");
    const last = parts.pop() ?? "";
    const name = SYNONYMS[last.toLowerCase()] ?? (last.length > 1 ? last.toLowerCase() : last);
    const modifiers = parts.map((part) => MODIFIERS[part.toLowerCase()]);
    const strange = parts.find((_, index) => modifiers[index] === undefined);
    if (strange !== undefined) return { problem: `"${written}": ${strange} is no modifier, which are ctrl, alt and shift` };
    const named = (NAMED_KEYS as readonly string[]).includes(name) && name !== "paste";
    if (!named && [...name].length !== 1) return { problem: `"${written}": there is no key ${last}`, near: didYouMean(last, NAMED_KEYS) };
    const held = (["ctrl", "alt", "shift"] as const).filter((one) => modifiers.includes(one));
    const types = (!named || name === "space") && !modifiers.includes("ctrl") && !modifiers.includes("alt");
    if (types && keys.length === 0) return { problem: `"${written}": a key that types text cannot be bound` };
    keys.push([...(types ? [] : held), name.toLowerCase()].join("+"));
  }
  return keys.join(" ");
}

// --- internal ---

const MODIFIERS: Readonly<Record<string, "ctrl" | "alt" | "shift">> = {
  ...{ ctrl: "ctrl", control: "ctrl", c: "ctrl", alt: "alt", option: "alt", opt: "alt", meta: "alt", m: "alt", shift: "shift", s: "shift" },
};
const SYNONYMS: Readonly<Record<string, string>> = {
  ...{
    return: "enter",
    esc: "escape",
    del: "delete",
    ins: "insert",
    bs: "backspace",
    plus: "+",
    pgup: "pageup",
    pgdn: "pagedown",
    pgdown: "pagedown",
  },
};

/** The keys that a longer binding begins with. */
function beginnings(keys: string): readonly string[] {
  const words = keys.split(" ");
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join(" "));
}

function checkAction(action: unknown): Wrong | undefined {
  if (action === null || (typeof action === "string" && action in EDITOR_ACTIONS)) return undefined;
  if (typeof action !== "string") return { problem: "an action is text, or null for none" };
  return { problem: `there is no action "${action}"`, near: didYouMean(action, Object.keys(EDITOR_ACTIONS)) };
}
