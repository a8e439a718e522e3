// The renderer `stream-json`: one JSON object a line, as it happens, in the shape that scripts of the field read.
import { definePlugin, Inspecting } from "claw";
import { absent, OutputStyles, PLAIN_STYLE, Prompts } from "claw/kit";
import { createStreamRenderer } from "./stream.ts";

export default definePlugin({
  setup(ctx) {
    const { contribute, env, options } = ctx;
    const renderer = createStreamRenderer(options["include-partial-messages"] === true, async () => {
      const inspection = await ctx.use(Inspecting);
      const commands = inspection.plugins().flatMap((plugin) => plugin.manifest.contributes?.command ?? []);
      return {
        cwd: ctx.cwd,
        tools: () => ctx.names("tool"),
        model: inspection.config.model,
        permissionMode: inspection.config.permissionMode,
        commands: [
          ...commands.flatMap((listed) => (typeof listed !== "string" && listed.slash === true ? [listed.name] : [])),
          ...((await (await ctx.use(Prompts).catch(absent))?.list(ctx)) ?? []).map(({ name }) => name),
        ],
        keySource: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"].find((name) => env[name]) ?? "none",
        outputStyle: (await (await ctx.use(OutputStyles).catch(absent))?.current(ctx)) ?? PLAIN_STYLE,
      };
    });
    contribute("renderer", renderer);
  },
});
