// MCP, the client: servers that settings, `.mcp.json`, the command line and plugins name; their tools are the model's. All work is in desk.ts.
import { definePlugin, type Input, Inspecting, type Route, type TurnScope, wrap } from "claw";
import { MCP_RESOURCE_TOOLS, Mcp, type McpOffer, refuseInput, slashDoors, slashInput } from "claw/kit";
import * as v from "valibot";
import type { Desk } from "./desk.ts";
import { named } from "./given.ts";

declare module "claw" {
  interface EventMap {
    /** An MCP server of the session stands otherwise, or offers other tools. */
    "mcp.changed": { readonly server: string; readonly state: string; readonly tools: number; readonly problem?: string };
  }
}

const positive = (preset: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), preset);

export default definePlugin({
  config: v.strictObject({
    /** How long the first request of a session waits for its servers. */
    waitMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 5_000),
    /** How long a server may take to start and say what it offers. */
    connectMs: positive(30_000),
    /** The longest silence of a call. With progress it may take ten times as long. An entry's `timeout` wins. */
    callMs: positive(60_000),
    /** Characters of a result that the model gets. */
    keep: positive(30_000),
    /** Tools of one server. */
    tools: positive(128),
  }),
  setup(ctx) {
    const offers = new Set<McpOffer>();
    let desk: Promise<Desk> | undefined;
    const open = (): Promise<Desk> => {
      desk ??= import("./desk.ts").then((module) => new module.Desk(ctx, ctx.config, offers));
      return desk;
    };
    ctx.provide(Mcp, {
      list: async (scope) => (await open()).list(scope),
      connect: async (scope, name) => (await open()).connect(scope, name),
      resources: async (scope, server) => (await open()).resources(scope, server),
      prompts: async (scope, server) => (await open()).prompts(scope, server),
      read: async (server, uri, scope) => (await open()).read(server, uri, scope),
      login: async (name, scope) => (await open()).login(name, scope),
      logout: async (name, scope) => (await open()).logout(name, scope),
      offer(offer) {
        offers.add(offer);
        return { [Symbol.dispose]: () => void offers.delete(offer) };
      },
    });
    // Before prompts of files and skills are made: those turns have servers too. Commands start none.
    ctx.hooks.route.tap((input, scope) => (desk === undefined && !named(scope, offers) ? undefined : route(input, scope)));
    async function route(input: Input, scope: TurnScope): Promise<Route | undefined> {
      const asked = slashInput(input.text);
      if (asked !== undefined && slashDoors((await ctx.use(Inspecting)).plugins()).has(asked.name.toLowerCase())) return undefined;
      try {
        const opened = await open();
        await opened.enter(scope);
        const made = asked !== undefined && /^mcp__/i.test(asked.name) ? await opened.prompt(asked.name, asked.rest, input, scope) : undefined;
        return made && { to: "prompt", input: made };
      } catch (thrown) {
        return refusal(scope, thrown);
      }
    }
    /** Sessions in which nothing named a server in this turn: looked up on the disk once. */
    const without = new Map<string, number>();
    const serverless = (scope: TurnScope): boolean => {
      const { id } = scope.session;
      if (without.get(id) === scope.turn) return true;
      if (named(scope, offers)) return false;
      without.set(id, scope.turn);
      return true;
    };
    ctx.hooks.draft.tap((draft, scope) => {
      if (desk !== undefined || (scope.step > 0 && !serverless(scope))) return open().then((opened) => opened.draft(draft, scope));
      const tools = draft.tools.filter((tool) => !MCP_RESOURCE_TOOLS.includes(tool));
      return tools.length === draft.tools.length ? undefined : { ...draft, tools };
    });
    ctx.hooks.shutdown.tap(() => desk?.then((opened) => opened.close()));
    ctx.bus.on("session.closed", ({ session = "" }) => {
      without.delete(session);
      void desk?.then((opened) => opened.leave(session));
    });
  },
});

// --- internal ---

/** A `--mcp-config` that cannot be read ends the turn: the user named it. So does a prompt that cannot be had. */
function refusal({ signal }: TurnScope, thrown: unknown): Route | undefined {
  return signal.aborted ? undefined : refuseInput("mcp", wrap(thrown, "CLAW_USAGE"));
}
