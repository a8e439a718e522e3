// Provides the status line: model, mode, context used, cost and branch, or what the user's own command says.
import { ClawError, definePlugin, type Setting } from "claw";
import { Screen, StatusLine, Themes } from "claw/kit";
import * as v from "valibot";

const SettingSchema = v.union([v.literal(false), v.object({ type: v.literal("command"), command: v.pipe(v.string(), v.minLength(1)) })]);

export default definePlugin({
  async setup(ctx) {
    const wanted = settingOf(ctx.settings("statusLine"));
    const [screen, themes, { openStatus }] = await Promise.all([ctx.use(Screen), ctx.use(Themes), import("./status.ts")]);
    ctx.provide(StatusLine, { open: (shell) => openStatus({ shell, scope: ctx, screen, themes, wanted }) });
  },
});

// --- internal ---

/** A command that runs at every step: only the user's own settings can name one. */
function settingOf(layers: readonly Setting[]): v.InferOutput<typeof SettingSchema> | undefined {
  const set = layers.findLast(({ source, trusted }) => trusted && source !== "project" && source !== "local");
  if (set === undefined) return undefined;
  const { success, output } = v.safeParse(SettingSchema, set.value);
  if (success) return output;
  throw new ClawError("CLAW_CONFIG_INVALID", `${set.origin}: statusLine is no command`, {
    hint: 'It is { "type": "command", "command": "…" }, or false for none.',
  });
}
