// The Vim keymap as the editor knows keymaps.
import { type Key, type Keymap, type KeymapCommand, type KeymapLook, type KeymapView, keymapToken } from "claw/kit";
import { blockSpans } from "./block.ts";
import { charOf, INSERT_CONTROLS, NORMAL_CONTROLS, NORMAL_KEYS } from "./keys.ts";
import { closeState, feed, openState } from "./machine.ts";
import { regionOfSelection } from "./selection.ts";
import { freshState, type Mode, type VimOptions, type VimState, visual } from "./state.ts";

export const Token = keymapToken("vim");

/** A keymap that works as `options` say. */
export function createVim(options: VimOptions): Keymap<VimState> {
  return {
    name: "vim",
    bindings: { "ctrl+n": "down", "ctrl+p": "up" },
    start: freshState,
    press(key, state, view) {
      const char = translate(key, state, options);
      if (char === undefined) return undefined;
      const vim = openState(state, view.text, view.cursor, options);
      const edge = edgeAction(vim.s.mode, vim.s.pending, char, vim.row, vim.lines.length);
      if (edge !== undefined) return { state: closeState(vim), commands: [{ do: "action", action: edge }] };
      if (feed(vim, char) === undefined) return undefined;
      const next = closeState(vim);
      const commands: KeymapCommand[] = vim.copies.map((text) => ({ do: "copy", text }));
      if (next.text !== view.text || next.cursor !== view.cursor) commands.push({ do: "replace", text: next.text, cursor: next.cursor });
      return { state: next, commands };
    },
    look: (state, view) => lookOf(state, view, options),
  };
}

// --- internal ---

const inserting = (mode: Mode): boolean => mode === "insert" || mode === "replace";

function translate(key: Key, state: VimState, { enter }: VimOptions): string | undefined {
  const char = charOf(key);
  if (char === undefined) return undefined;
  const controls = inserting(state.mode) ? INSERT_CONTROLS : NORMAL_CONTROLS;
  if (inserting(state.mode)) {
    if (char === "\r") return enter === "newline" && !key.shift ? "\n" : undefined;
    // The editor knows rows as they are on the screen, and what was inserted before.
    if (char === "\t" || key.key === "up" || key.key === "down") return undefined;
    return char < " " && !controls.includes(char) ? undefined : char;
  }
  if (state.pending.length > 0) return char;
  if (char === "\r") return visual(state.mode) ? "+" : undefined;
  if (char < " " && !controls.includes(char)) return undefined;
  return NORMAL_KEYS[char] ?? char;
}

/** `k` in the first line and `j` in the last go on in the history. */
function edgeAction(mode: Mode, pending: readonly string[], char: string, row: number, rows: number): "history-back" | "history-forward" | undefined {
  if (mode !== "normal" || pending.length > 0) return undefined;
  if (char === "k" && row === 0) return "history-back";
  return char === "j" && row === rows - 1 ? "history-forward" : undefined;
}

const NAMES: Readonly<Record<Mode, string>> = {
  ...{ normal: "NORMAL", insert: "INSERT", replace: "REPLACE" },
  ...{ visual: "VISUAL", "visual-line": "V-LINE", "visual-block": "V-BLOCK" },
};

function lookOf(state: VimState, view: KeymapView, options: VimOptions): KeymapLook {
  const pending = state.pending.map((key) => (key < " " ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key)).join("");
  const words = [NAMES[state.mode], ...(state.recording ? [`recording @${state.recording.register}`] : []), ...(pending === "" ? [] : [pending])];
  const typing = inserting(state.mode);
  const shape = typing ? (state.mode === "insert" ? "bar" : "underline") : state.pending.length > 0 ? "underline" : "block";
  return { mode: words.join(" "), shape, typing, selections: visual(state.mode) ? selections(state, view, options) : [] };
}

function selections(state: VimState, view: KeymapView, options: VimOptions): { from: number; to: number }[] {
  if (view.text !== state.text) return [];
  const vim = openState(state, view.text, view.cursor, options);
  const starts = [0];
  for (const line of vim.lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const at = (row: number, col: number): number => (starts[row] ?? 0) + col;
  const { start, end, kind, columns } = regionOfSelection(vim);
  if (kind === "line") return [{ from: at(start.row, 0), to: Math.min(at(end.row + 1, 0), view.text.length) }];
  if (columns === undefined) return [{ from: at(start.row, start.col), to: at(end.row, end.col) }];
  return blockSpans(vim, start.row, end.row, columns).flatMap(({ row, from, to }) =>
    from === undefined ? [] : [{ from: at(row, from), to: at(row, to) }],
  );
}
