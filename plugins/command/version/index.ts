// The command `version`.
import { defineCommand, definePlugin } from "claw";
import pack from "claw/package.json" with { type: "json" };
import * as v from "valibot";
import { describeVersion, renderVersion } from "./render.ts";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "version",
        summary: "Show the version of claw and what it runs on",
        args: v.pipe(v.array(v.string()), v.maxLength(0, "takes no words")),
        run: async () => {
          const about = describeVersion(pack.version);
          return { kind: "done", notice: renderVersion(about), data: { ...about } };
        },
      }),
    );
  },
});
