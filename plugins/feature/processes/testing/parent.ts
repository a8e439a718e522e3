// A program with the processes service in it, for tests that end it from outside. Says what it has started, then does as its argument says.
import { definePlugin, defineTool } from "claw";
import { Processes } from "claw/kit";
import { createHarness } from "claw/testing";
import * as v from "valibot";

const [how, runaway = "1010"] = process.argv.slice(2);
const COMMANDS = [
  "sleep 1001",
  "sleep 1002 & sleep 1003",
  "trap '' TERM HUP INT; while :; do sleep 1004; done",
  "setsid sh -c 'trap \"\" TERM; while :; do sleep 1005; done' & sleep 1006",
  "(sleep 1007 &) ; sleep 1008",
];

const probe = definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "probe",
        description: "Starts children.",
        input: v.strictObject({}),
        access: () => "none",
        subject: () => "",
        async run(_, scope) {
          const processes = await scope.use(Processes);
          const cwd = scope.session.cwd;
          for (const line of COMMANDS) {
            const { promise, resolve } = Promise.withResolvers<void>();
            await processes.start({ argv: ["bash", "-c", `echo up; ${line}`], cwd, onOutput: () => resolve() }, scope);
            await promise;
          }
          // When a child ends, what has run away by then is noted.
          const line = `env -i setsid sleep ${runaway} & env -i setsid sh -c 'trap "" TERM; sleep ${runaway} &'`;
          for (const argv of [["bash", "-c", line], ["true"]]) await processes.run({ argv, cwd }, scope);
          process.stdout.write(`${processes.environment(scope)["CLAW_RUN"]}\n`);
          // One in the foreground, in the middle of its call.
          if (how === "wait") await processes.run({ argv: ["sleep", "1009"], cwd }, scope);
          return { content: [] };
        },
      }),
    );
  },
});
const harness = await createHarness({ plugins: ["feature/processes", "feature/workspace", probe] });
await harness.call("probe", {});
await harness[Symbol.asyncDispose]();
