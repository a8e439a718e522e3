// The line editor of the session. Where there is no editor service, the least that can take a line stands in: such a session can still be talked to and left.
import type { Host } from "claw";
import {
  Editor,
  type EditorEffect,
  type EditorFrame,
  type EditorInput,
  type EditorKind,
  type FrontendAction,
  keyName,
  type LineEditor,
} from "claw/kit";
import { EMPTY } from "./field.ts";
import { pressField, showField } from "./field-keys.ts";

/** `editor` is absent when `line` only stands in for it. */
export async function openLine(host: Host): Promise<{ readonly line: LineEditor; readonly editor: Editor | undefined }> {
  try {
    const editor = await host.use(Editor);
    return { line: await editor.open({ cwd: host.cwd, history: true, completion: true }), editor };
  } catch {
    // Why it could not be had, was announced.
    return { line: createLine(), editor: undefined };
  }
}

export function createLine(): LineEditor {
  let field = EMPTY;
  let before = "";
  return {
    press(key) {
      const name = keyName(key);
      const again = name === before;
      before = name;
      const effect = effectOf(name, field.text, again);
      if (effect?.kind === "submit" || (effect?.kind === "interrupt" && effect.used)) field = EMPTY;
      if (effect === undefined) field = pressField(field, key) ?? field;
      return effect === undefined ? [] : [effect];
    },
    frame({ width }): EditorFrame {
      const { text, column } = showField(field, width);
      const kind = kindOf(field.text);
      const cursor = { line: 0, column, shape: "bar" } as const;
      return { rows: [[{ text, role: "text" }]], cursor, above: 0, below: 0, kind, empty: field.text === "" };
    },
    get text() {
      return field.text;
    },
    replace(text) {
      field = { text, at: text.length };
    },
    insert(text) {
      field = { text: field.text + text, at: field.text.length + text.length };
    },
    onChange: () => ({ [Symbol.dispose]() {} }),
    [Symbol.dispose]() {},
  };
}

// --- internal ---

function effectOf(name: string, text: string, again: boolean): EditorEffect | undefined {
  switch (name) {
    case "enter":
      return { kind: "submit", input: inputOf(text) };
    case "escape":
      return { kind: "escape", again, used: false };
    case "ctrl+c":
      return { kind: "interrupt", again, used: text !== "" };
    case "ctrl+d":
      return text === "" ? { kind: "exit" } : undefined;
    default:
      return ACTIONS[name] === undefined ? undefined : { kind: "act", action: ACTIONS[name] };
  }
}

const ACTIONS: Readonly<Record<string, FrontendAction>> = {
  "shift+tab": "cycle-mode",
  "ctrl+o": "toggle-details",
  "ctrl+t": "toggle-todos",
  "alt+o": "toggle-thinking",
  "ctrl+l": "clear-screen",
  "ctrl+z": "suspend",
};

function kindOf(text: string): EditorKind {
  const kinds: Readonly<Record<string, EditorKind>> = { "/": "command", "!": "shell", "#": "memory" };
  return kinds[text[0] ?? ""] ?? "prompt";
}

function inputOf(text: string): EditorInput {
  const kind = kindOf(text);
  return { kind, text, body: kind === "shell" || kind === "memory" ? text.slice(1).trim() : text, images: [] };
}
