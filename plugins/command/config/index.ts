// The command `config`: what is set, by whom, and changing it.
import { defineCommand, definePlugin } from "claw";
import * as v from "valibot";

const Key = v.pipe(v.string(), v.minLength(1, "the key is empty"));
const SAY = "say: show [KEY], explain KEY, set KEY VALUE, unset KEY, or edit";
const Words = v.union(
  [
    v.strictTuple([]),
    v.strictTuple([v.literal("show")]),
    v.strictTuple([v.picklist(["show", "explain", "unset"]), Key]),
    v.strictTuple([v.literal("edit")]),
    v.tupleWithRest([v.literal("set"), Key, v.string()], v.string()),
    v.strictTuple([v.pipe(Key, v.notValues(["explain", "set", "unset"], SAY))]),
  ],
  SAY,
);

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "command",
      defineCommand({
        name: "config",
        summary: "Show settings and which file set what, or change them",
        args: Words,
        async run([verb, key = "", ...given], scope) {
          if (verb !== "edit" && verb !== "set" && verb !== "unset") {
            const words = [verb, key].filter((word) => word !== undefined && word !== "") as string[];
            return (await import("./run.ts")).config(words, scope);
          }
          const change = await import("./change.ts");
          if (verb === "edit") return change.edit(scope);
          return verb === "unset" ? change.unset(key, scope) : change.set(key, given.join(" "), scope);
        },
      }),
    );
  },
});
