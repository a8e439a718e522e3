// Provides the keymap `emacs`: what shells understand, besides what every keymap has.
import { definePlugin } from "claw";
import { type Keymap, keymapToken } from "claw/kit";

export default definePlugin({
  setup({ provide }) {
    provide(keymapToken("emacs"), KEYMAP);
  },
});

// --- internal ---

const KEYMAP: Keymap = {
  name: "emacs",
  bindings: {
    ...{ "ctrl+a": "line-start", "ctrl+e": "line-end", "ctrl+b": "left", "ctrl+f": "right", "ctrl+p": "up", "ctrl+n": "down" },
    ...{
      "alt+b": "word-left",
      "alt+f": "word-right",
      "alt+<": "text-start",
      "alt+>": "text-end",
      "alt+shift+,": "text-start",
      "alt+shift+.": "text-end",
    },
    ...{
      "ctrl+h": "delete-left",
      "ctrl+w": "kill-blank-word-left",
      "alt+d": "kill-word-right",
      "ctrl+u": "kill-line-start",
      "ctrl+k": "kill-line-end",
    },
    ...{ "ctrl+y": "yank", "alt+y": "yank-pop", "ctrl+x ctrl+t": "transpose-chars", "alt+t": "transpose-words" },
    ...{ "alt+u": "uppercase-word", "alt+l": "lowercase-word", "alt+c": "capitalize-word", "ctrl+x ctrl+u": "undo" },
    ...{ "alt+p": "history-back", "alt+n": "history-forward" },
  },
  start: () => undefined,
  look: () => ({ shape: "bar", typing: true, selections: [] }),
};
