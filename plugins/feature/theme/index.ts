// Provides the theme service. Which theme it starts with is a setting; the files are read by `themes.ts`.
import { definePlugin } from "claw";
import { colorsOf, Themes } from "claw/kit";

export default definePlugin({
  async setup(ctx) {
    const { openThemes } = await import("./themes.ts");
    const set = ctx.settings("theme").findLast(({ trusted }) => trusted);
    const themes = await openThemes({
      folder: `${ctx.home}/themes`,
      colors: colorsOf(ctx.env, ctx.options),
      env: ctx.env,
      changed: (name) => ctx.bus.emit("theme.changed", { name }),
      problem: (text) => ctx.bus.emit("notice.raised", { level: "warn", text }),
      ...(set === undefined ? {} : { wanted: set.value, origin: set.origin }),
    });
    ctx.provide(Themes, themes);
  },
});
