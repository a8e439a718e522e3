// For tests: keys as they are written in key files, and a line editor in a kernel of its own.
import { definePlugin } from "claw";
import { type Completion, Editor, type EditorEffect, type EditorFrame, type InputHistory, type Key, type LineEditor } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";

/** Types `<enter>`, `<ctrl+a>` and the like as keys, all else as text. */
export function keysOf(written: string): readonly Key[] {
  return [...written.matchAll(/<([^>]+)>|([\s\S])/gu)].map(([, name, text]) => (name === undefined ? textKey(text ?? "") : namedKey(name)));
}

export const textKey = (text: string): Key => ({
  key: text === " " ? "space" : text.toLowerCase(),
  ...{ ctrl: false, alt: false, shift: text !== text.toLowerCase(), text },
});
export const paste = (text: string): Key => ({ key: "paste", ctrl: false, alt: false, shift: false, paste: text });

/** A line editor to type into. */
export interface Desk extends AsyncDisposable {
  readonly harness: Harness;
  readonly editor: Editor;
  readonly line: LineEditor;
  /** Types; gives what the keys asked for. */
  type(written: string): readonly EditorEffect[];
  paste(text: string): void;
  /** The text with `|` where the cursor is, by its frame. */
  shown(width?: number, rows?: number): string;
  frame(width?: number, rows?: number): EditorFrame;
}

export interface DeskOptions extends Partial<HarnessOptions> {
  readonly entries?: readonly string[];
  readonly completion?: Completion;
}

export async function openDesk({ entries, completion, plugins = [], ...options }: DeskOptions = {}): Promise<Desk> {
  const kept = [...(entries ?? [])];
  const history: InputHistory = { entries: kept, add: (text) => void kept.push(text), flush: async () => {} };
  const services = definePlugin({
    setup({ provide }) {
      provide({ id: "claw.history@1" }, { open: async () => history });
      if (completion !== undefined) provide({ id: "claw.completion@1" }, completion);
    },
  });
  const harness = await createHarness({ plugins: ["feature/editor", "feature/keymap-emacs", services, ...plugins], ...options });
  const editor = await harness.host.use(Editor);
  const line = await editor.open({ cwd: harness.workspace, history: true, completion: completion !== undefined });
  // The history is attached in the background.
  await new Promise(setImmediate);
  const frame = (width = 40, rows = 10): EditorFrame => line.frame({ width, rows });
  return {
    ...{ harness, editor, line, frame },
    type: (written) => keysOf(written).flatMap((key) => line.press(key)),
    paste: (text) => void line.press(paste(text)),
    shown(width, rows) {
      const { rows: lines, cursor } = frame(width, rows);
      const texts = lines.map((spans) => spans.map(({ text }) => text).join(""));
      return texts.map((text, index) => (index === cursor.line ? withCursor(text, cursor.column) : text)).join("\n");
    },
    async [Symbol.asyncDispose]() {
      line[Symbol.dispose]();
      await harness[Symbol.asyncDispose]();
    },
  };
}

// --- internal ---

function namedKey(name: string): Key {
  const parts = name.split("+");
  const key = parts.pop() ?? "";
  return { key, ctrl: parts.includes("ctrl"), alt: parts.includes("alt"), shift: parts.includes("shift") };
}

/** Puts the cursor's sign in front of the cell at a column. */
function withCursor(text: string, column: number): string {
  let used = 0;
  let at = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (used >= column) break;
    used += Bun.stringWidth(segment);
    at += segment.length;
  }
  return `${text.slice(0, at)}|${text.slice(at)}`;
}
