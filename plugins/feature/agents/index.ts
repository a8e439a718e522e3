// Sub-agents: their definitions, sessions of their own for them, and the user's session run as one. Running is in `run.ts`.
import { existsSync } from "node:fs";
import { type Draft, definePlugin, Inspecting, type Route, type TurnScope, wrap } from "claw";
import { Agents, definitionFolders, refuseInput } from "claw/kit";
import * as v from "valibot";
import { next, permit } from "./gate.ts";
import type { Member, Runtime } from "./member.ts";
import { watch } from "./watch.ts";

const Whole = v.pipe(v.number(), v.integer(), v.minValue(1));

export default definePlugin({
  config: v.strictObject({
    levels: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(5)), 2),
    maxTurns: v.optional(Whole, 100),
    most: v.optional(Whole, 50),
    timeoutMs: v.optional(v.pipe(Whole, v.maxValue(2 ** 31 - 1)), 3_600_000),
    model: v.optional(v.string()),
  }),
  setup({ bus, config, hooks, options, provide, use }) {
    const at: Runtime = { config, members: new Map(), nested: new Set(), parts: new Map(), background: new Map(), running: 0 };
    const { members, nested, parts } = at;
    const { agent, agents } = options;
    const plugins = async () => (await use(Inspecting)).plugins();
    const defined = async (scope: TurnScope) => (await import("./definitions.ts")).listAgents(scope, await plugins());

    /** The user's own session as `--agent` says. Throws `CLAW_USAGE`. */
    async function own(scope: TurnScope): Promise<Member | undefined> {
      const { id } = scope.session;
      if (typeof agent !== "string" || nested.has(id) || members.has(id)) return members.get(id);
      const member = (await import("./own.ts")).ownMember(agent, scope, await plugins());
      members.set(id, member);
      return member;
    }
    hooks.route.tap((input, scope) => {
      const meant = (agent ?? agents) !== undefined && !nested.has(scope.session.id) && !input.text.startsWith("/");
      return meant ? enter(scope) : undefined;
    });
    async function enter(scope: TurnScope): Promise<Route | undefined> {
      try {
        // Bad `--agents` are told before anything is sent.
        const member = await own(scope);
        if (member === undefined) await defined(scope);
        else if (member.steps.turn === 0) await (await import("./own.ts")).select(member, scope);
        return undefined;
      } catch (thrown) {
        // What was asked for as an agent that is not there is not done as another.
        return refuseInput("agents", wrap(thrown, "CLAW_USAGE"));
      }
    }
    hooks.draft.tap((draft, scope) => {
      const part = parts.get(scope.session.id);
      // Nearly always, and in each step: so it must cost nothing.
      if (typeof part === "string" && typeof agent !== "string" && !members.has(scope.session.id)) return told(draft, part);
      return drafted(draft, scope);
    });
    const told = (draft: Draft, part: string): Draft =>
      part === "" || !draft.tools.includes("Agent") ? draft : { ...draft, system: [...draft.system, part] };
    async function drafted(draft: Draft, scope: TurnScope): Promise<Draft> {
      const { id } = scope.session;
      const member = await own(scope).catch(() => undefined);
      const run = member?.level !== 0 ? draft : (await import("./own.ts")).drafted(draft, member, options);
      if (!run.tools.includes("Agent")) return run;
      const part = parts.get(id) ?? extra(scope, member);
      parts.set(id, part);
      const text = await part;
      parts.set(id, text);
      return told(run, text);
    }
    async function extra(scope: TurnScope, member: Member | undefined): Promise<string> {
      const all = await plugins();
      if (typeof agents !== "string" && !definitionFolders("agents", scope, all).some(({ path }) => existsSync(path))) return "";
      return (await import("./part.ts")).partOf(scope, all, member?.limits.findLast(({ types }) => types !== undefined)?.types);
    }
    hooks.permit.tap((call, scope) => permit(call, scope, at));
    hooks.next.tap((end, scope) => next(end, scope, at));
    hooks.shutdown.tap(() => (at.background.size === 0 ? undefined : stopped()));
    async function stopped(): Promise<void> {
      const all = [...at.background.values()].flatMap((some) => [...some]);
      for (const one of all) one.abort("shutdown");
      await Promise.all(all.map(({ ended }) => ended));
    }
    watch(bus, at);
    provide(Agents, {
      list: async (scope) => (await import("./definitions.ts")).listAgents(scope, await plugins()),
      run: async (order, scope) => (await import("./await.ts")).run(order, scope, at),
      start: async (order, scope) => (await import("./background.ts")).start(order, scope, at),
      nested: (session) => nested.has(session),
    });
  },
});
