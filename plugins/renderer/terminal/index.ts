// The renderer `terminal`. What it does with events is in `view.ts`, loaded when the renderer is opened.
import { type AnyEvent, definePlugin, type Renderer } from "claw";
import { Screen, Themes } from "claw/kit";
import { object, optional, picklist } from "valibot";

export default definePlugin({
  config: object({ thinking: optional(picklist(["shown", "hidden"]), "shown") }),
  setup({ contribute, use, config }) {
    let renderer: Renderer | undefined;
    contribute("renderer", {
      name: "terminal",
      async open(out, err) {
        const [screen, themes, { createTerminalRenderer }] = await Promise.all([use(Screen), use(Themes), import("./terminal.ts")]);
        renderer = createTerminalRenderer({ screen, themes, thinking: config.thinking === "shown" });
        await renderer.open(out, err);
      },
      render: (event: AnyEvent) => renderer?.render(event),
      async close() {
        await renderer?.close();
        renderer = undefined;
      },
    });
  },
});
