// The command `vim`: the line editor's keymap, now and from now on.
import { join } from "node:path";
import { type CommandOutcome, defineCommand, definePlugin, type TurnScope } from "claw";
import { Editor, editSettings } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "vim",
        summary: "Switch the line editor between Vim's keys and the usual ones",
        args: v.union([v.strictTuple([]), v.strictTuple([v.picklist(["on", "off"])])], "takes `on`, `off` or nothing"),
        run: ([to], scope) => turn(to, scope),
      }),
    );
  },
});

// --- internal ---

const USUAL = "emacs";

async function turn(to: "on" | "off" | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const editor = await scope.use(Editor);
  const before = editor.keymap;
  const mode = (to === undefined ? before !== "vim" : to === "on") ? "vim" : USUAL;
  await editor.useKeymap(mode);
  await editSettings(scope.home, "the editor mode", () => [{ path: ["editorMode"], value: mode }]);
  // What wins over the user's file at the next start is said, so that nobody wonders then.
  const above = scope.settings("editorMode").findLast(({ trusted, source }) => trusted && source !== "user");
  const beaten =
    above === undefined || above.value === mode ? "" : ` But ${above.origin} says ${JSON.stringify(above.value)}, which wins at the next start.`;
  const now = mode === "vim" ? "Vim's keys are on: Esc for normal mode, i to insert." : "Vim's keys are off.";
  const data = { kind: "vim", action: "set", status: "ok", editorMode: mode, previous: before };
  return { kind: "done", notice: `${now} Kept in ${join(scope.home, "settings.json")}.${beaten}`, data };
}
