// The renderer `stream-json`: one JSON object a line, as it happens, in the shape that scripts of the field read.
import { ClawError, definePlugin, Inspecting, type PluginScope, type ServiceToken } from "claw";
import { OutputStyles, PLAIN_STYLE, Prompts } from "claw/kit";
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
          ...((await (await served(ctx, Prompts))?.list(ctx)) ?? []).map(({ name }) => name),
        ],
        keySource: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"].find((name) => env[name]) ?? "none",
        outputStyle: (await (await served(ctx, OutputStyles))?.current(ctx)) ?? PLAIN_STYLE,
      };
    });
    contribute("renderer", renderer);
  },
});

// --- internal ---

/** A service that may not be there. */
async function served<T>(scope: PluginScope, token: ServiceToken<T>): Promise<T | undefined> {
  try {
    return await scope.use(token);
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_SERVICE_MISSING") return undefined;
    throw thrown;
  }
}
