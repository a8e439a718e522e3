// Markdown commands, users' own and those in the binary: files whose text becomes the prompt when `/name` is called. Also lists, for others, all that can be called so.
import { definePlugin, type Input, Inspecting, type Route, type TurnScope } from "claw";
import { Prompts, slashDoors, slashInput } from "claw/kit";
import * as v from "valibot";

declare module "claw" {
  interface EventMap {
    /** A Markdown command became the prompt. */
    "prompt.used": { readonly name: string; readonly source: string; readonly path: string };
  }
}

export default definePlugin({
  config: v.object({
    /** Whether the prompts in the binary are offered: `/review`, `/commit`, … */
    bundled: v.optional(v.boolean(), true),
  }),
  setup({ config: { bundled }, hooks, provide, use }) {
    provide(Prompts, { list: async (scope) => (await import("./list.ts")).listPrompts(scope, use, bundled) });
    hooks.route.tap((input, scope) => {
      const asked = slashInput(input.text);
      return asked && route(asked, input, scope);
    });
    async function route(asked: NonNullable<ReturnType<typeof slashInput>>, input: Input, scope: TurnScope): Promise<Route | undefined> {
      const plugins = (await use(Inspecting)).plugins();
      if (slashDoors(plugins).has(asked.name.toLowerCase())) return undefined;
      const { findCommand } = await import("./find.ts");
      const command = findCommand(scope, plugins, asked.name, bundled);
      if (command === undefined) return undefined;
      if (command.source === "bundled" && (await (await import("./list.ts")).skillNamed(asked.name, scope, use))) return undefined;
      return (await import("./use.ts")).useCommand(command, asked.rest, input, scope);
    }
  },
});
