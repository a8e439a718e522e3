// The tool `bash`: what it takes and what it claims. How a command line is run is in run.ts.
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";

const Limit = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.object({ timeoutMs: v.optional(Limit, 120_000), maxTimeoutMs: v.optional(Limit, 600_000) }),
  setup({ contribute, bus, config }) {
    /** The folder each session's next command starts in. */
    const folders = new Map<string, string>();
    bus.on("session.closed", ({ session }) => void folders.delete(session ?? ""));
    contribute(
      "tool",
      defineTool({
        name: "bash",
        description:
          "Runs a command line in bash and returns its output, stdout and stderr together. The working directory is kept between calls, variables are not. " +
          "There is no terminal and stdin is empty. Long output is cut in the middle and kept whole in a file. " +
          "Processes left running end with the command: start servers and watchers with run_in_background.",
        input: v.strictObject({
          command: v.pipe(v.string(), v.minLength(1)),
          timeout: v.optional(v.pipe(Limit, v.description(`Time limit in ms. Default ${config.timeoutMs}, at most ${config.maxTimeoutMs}`))),
          description: v.optional(v.pipe(v.string(), v.description("What it does, in 5 to 10 words"))),
          run_in_background: v.optional(
            v.pipe(v.boolean(), v.description("Return a task id at once; read with TaskOutput, end with TaskStop. No default limit")),
          ),
          dangerouslyDisableSandbox: v.optional(
            v.pipe(v.boolean(), v.description("Only after the sandbox was why it failed: run outside it. The user is asked")),
          ),
        }),
        access: () => "execute",
        subject: ({ command }) => command,
        run: async (input, scope) => (await import("./run.ts")).run(input, scope, { ...config, folders }),
      }),
    );
  },
});
