// Skills: their names in the system prompt, `/name` for users, the text of one for whoever uses it. Finding them on disk is find.ts.
import { type Draft, definePlugin } from "claw";
import { Skills, slashInput } from "claw/kit";
import * as v from "valibot";
import { Desk } from "./desk.ts";

declare module "claw" {
  interface EventMap {
    /** A skill is being followed from here on. */
    "skill.used": { readonly name: string; readonly source: string; readonly path: string; readonly by: "model" | "user" };
    /** Skills that came after the session's first request, and that the model has been told of. */
    "skills.found": { readonly names: readonly string[] };
  }
}

export default definePlugin({
  config: v.object({
    /** Whether the skills in the binary are offered. */
    bundled: v.optional(v.boolean(), true),
    /** Bytes of the system prompt that names and descriptions may take. Default: 1% of the model's context, at most 4,096. */
    budget: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  }),
  setup(ctx) {
    const desk = new Desk(ctx, ctx.config);
    ctx.provide(Skills, desk);
    ctx.hooks.route.tap((input, scope) => {
      const asked = slashInput(input.text);
      if (asked !== undefined) return desk.route(asked.name, asked.rest, input, scope);
      return desk.announce(scope)?.then(() => undefined);
    });
    ctx.hooks.draft.tap((draft, scope) => {
      if (!draft.tools.includes("Skill")) return undefined;
      const added = (part: string): Draft | undefined => (part === "" ? undefined : { ...draft, system: [...draft.system, part] });
      const part = desk.part(scope);
      return typeof part === "string" ? added(part) : part.then(added);
    });
    ctx.hooks.permit.tap((call, scope) => desk.permit(call, scope));
    ctx.bus.on("selection.changed", ({ session = "", data }) => desk.selected(session, data.model));
    ctx.bus.on("turn.ended", ({ session = "" }) => desk.ended(session));
    ctx.bus.on("session.closed", ({ session = "" }) => desk.closed(session));
  },
});
