// The command `help`: what there is to run, told by manifests.
import { ClawError, defineCommand, definePlugin, Inspecting } from "claw";
import { didYouMean, Editor, HOST_OPTIONS, Prompts, Screen } from "claw/kit";
import * as v from "valibot";
import { describeTopic, listAll, renderHelp, renderTopic, topics } from "./render.ts";

export default definePlugin({
  setup(ctx) {
    ctx.contribute(
      "command",
      defineCommand({
        name: "help",
        summary: "Show commands and options, or one of them",
        args: v.pipe(v.array(v.string()), v.maxLength(1, "give one topic")),
        async run([topic], scope) {
          const shown = (await ctx.use(Inspecting)).plugins().filter((plugin) => plugin.state !== "off");
          const provided = (id: string): boolean => shown.some(({ manifest }) => manifest.provides?.includes(id));
          const manifests = shown.map((plugin) => plugin.manifest);
          const prompts = provided(Prompts.id) ? await (await scope.use(Prompts)).list(scope) : [];
          if (topic === undefined && provided(Screen.id) && (await scope.use(Screen)).opened) {
            return { kind: "done", notice: (await import("./session.ts")).renderSession(manifests, prompts) };
          }
          if (topic === undefined) {
            return { kind: "done", notice: renderHelp(manifests, HOST_OPTIONS, prompts), data: listAll(manifests, HOST_OPTIONS, prompts) };
          }
          const found = describeTopic(topic, manifests, HOST_OPTIONS, prompts);
          if (found !== undefined) return { kind: "done", notice: renderTopic(found), data: { kind: "help", topic, ...found } };
          if (topic === "keys" && provided(Editor.id)) return (await import("./keys.ts")).helpOfKeys(scope);
          const near = didYouMean(topic, ["keys", ...topics(manifests, HOST_OPTIONS, prompts)]);
          throw new ClawError("CLAW_USAGE", `no help for: ${topic}`, { hint: near || "`claw help` lists all topics." });
        },
      }),
    );
  },
});
