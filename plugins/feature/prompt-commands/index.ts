// Users' own commands: Markdown files whose text becomes the prompt when `/name` is called. Also lists, for others, all that can be called so.
import { definePlugin, Inspecting } from "claw";
import { Prompts, slashDoors, slashInput } from "claw/kit";

declare module "claw" {
  interface EventMap {
    /** A Markdown command became the prompt. */
    "prompt.used": { readonly name: string; readonly source: string; readonly path: string };
  }
}

export default definePlugin({
  setup({ hooks, provide, use }) {
    provide(Prompts, { list: async (scope) => (await import("./list.ts")).listPrompts(scope, use) });
    hooks.route.tap(async (input, scope) => {
      const asked = slashInput(input.text);
      if (asked === undefined) return undefined;
      const plugins = (await use(Inspecting)).plugins();
      if (slashDoors(plugins).has(asked.name.toLowerCase())) return undefined;
      const { findCommand } = await import("./find.ts");
      const command = findCommand(scope, plugins, asked.name);
      return command === undefined ? undefined : (await import("./use.ts")).useCommand(command, asked.rest, input, scope);
    });
  },
});
