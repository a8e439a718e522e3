// The tool `Skill`: gives the model the text of a skill that its prompt names. Which skills there are is feature/skills' affair.
import { definePlugin, defineTool } from "claw";
import { Agents, Skills } from "claw/kit";
import * as v from "valibot";

export default definePlugin({
  setup({ contribute }) {
    contribute(
      "tool",
      defineTool({
        name: "Skill",
        description: "Loads a skill: its instructions, which you then follow. Take one that is listed, or that the user names.",
        input: v.strictObject({
          skill: v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.description("Its name")),
          args: v.optional(v.pipe(v.string(), v.maxLength(20_000), v.description("What it is to be applied to"))),
        }),
        access: () => "read",
        subject: ({ skill }) => skill.trim().replace(/^[/$]/, ""),
        async run({ skill: name, args = "" }, scope) {
          const { skill, text } = await (await scope.use(Skills)).use(name, args, scope, "model");
          const { path, description, source, agent } = skill;
          const details = { skill: skill.name, path, args, description, source };
          // Without sub-agents, it is followed by whoever asked for it.
          const agents = agent === undefined ? undefined : await scope.use(Agents).catch(() => undefined);
          if (agent === undefined || agents === undefined) return { content: [{ type: "text", text }], details };
          const end = await agents.run({ prompt: text, description: `skill ${skill.name}`, type: agent }, scope);
          return { content: [{ type: "text", text: end.text }], failed: end.failed, details: { ...details, agent, session: end.session } };
        },
      }),
    );
  },
});
