// The text of `/help keys`: every action of the line editor, with the keys that do it now.
import type { CommandOutcome, PluginScope } from "claw";
import { EDITOR_ACTIONS, Editor, type EditorAction } from "claw/kit";

export async function helpOfKeys(scope: PluginScope): Promise<CommandOutcome> {
  const editor = await scope.use(Editor);
  const bindings = await editor.bindings();
  const keysOf = (action: EditorAction): readonly string[] => bindings.filter((one) => one.action === action).map(({ keys }) => keys);
  const rows = (Object.keys(EDITOR_ACTIONS) as EditorAction[]).map(
    (action) => [action, keysOf(action).slice(0, MOST).join(", ") || "-", EDITOR_ACTIONS[action]] as const,
  );
  const wide = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const lines = rows.map(([action, keys, about]) => `  ${action.padEnd(wide(0))}  ${keys.padEnd(wide(1))}  ${about}`);
  const notice = [
    `Keys of the input, keymap ${editor.keymap}`,
    ...lines,
    "",
    `Bind others in ${scope.home}/keybindings.json, null for none: { "ctrl+k": "kill-line-end", "ctrl+x ctrl+s": "submit", "ctrl+z": null }`,
    "In Vim's normal mode keys mean what they mean in Vim.",
  ].join("\n");
  return { kind: "done", notice, data: { kind: "help", topic: "keys", keymap: editor.keymap, bindings: bindings.map((one) => ({ ...one })) } };
}

// --- internal ---

/** Keys of one action: more are most often one key as other terminals send it. */
const MOST = 2;
