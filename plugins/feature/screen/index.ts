// Provides the screen service. The terminal itself is in `device.ts`, loaded when the screen is opened.
import { ClawError, definePlugin } from "claw";
import { colorsOf, connection, Screen } from "claw/kit";

export default definePlugin({
  async setup(ctx) {
    const { TerminalScreen } = await import("./screen.ts");
    const reader = ctx.settings("screenReader").findLast(({ trusted }) => trusted)?.value;
    if (reader !== undefined && typeof reader !== "boolean") {
      throw new ClawError("CLAW_CONFIG_INVALID", "the setting screenReader must be true or false");
    }
    ctx.provide(
      Screen,
      new TerminalScreen({
        env: ctx.env,
        colors: colorsOf(ctx.env, ctx.options),
        plain: reader === true,
        async device(listeners) {
          if (connection(0) !== "terminal" || connection(1) !== "terminal") {
            throw new ClawError("CLAW_USAGE", "an interactive session needs a terminal", {
              hint: 'Without one, write claw -p "TEXT", or pipe text in.',
            });
          }
          return (await import("./device.ts")).openTerminal(listeners);
        },
        failed: (error) =>
          ctx.bus.emit("log.written", { message: `screen: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` }),
        exit: (code) => process.exit(code),
      }),
    );
  },
});
