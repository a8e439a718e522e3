import { expect, expectTypeOf, test } from "bun:test";
import {
  type Access,
  type AnyEvent,
  type Bus,
  type Decision,
  defineCommand,
  definePlugin,
  defineService,
  defineTool,
  type EventMap,
  type HookName,
  type Kind,
  type PluginContext,
  type Taps,
  type Tool,
} from "claw";
import * as v from "valibot";

// Each `@ts-expect-error` is a promise of the public types that `tsc` holds: without the error, it complains.
test("types > what a plugin taps with must fit its hook", () => {
  const use = (hooks: Taps): void => {
    hooks.draft.tap(async (draft) => draft);
    hooks.draft.tap(() => undefined, "late");
    // @ts-expect-error: nobody waits for a sync hook.
    hooks.request.tap(async (request) => request);
    // @ts-expect-error: the same.
    hooks.part.tap(async () => undefined);
    // @ts-expect-error: `false` is no answer.
    hooks.route.tap(() => false);
    // @ts-expect-error: nor is null.
    hooks.next.tap(() => null);
    // @ts-expect-error: there is no such verdict.
    hooks.permit.tap(() => ({ verdict: "maybe" }));
    // @ts-expect-error: a denial has a reason.
    hooks.permit.tap(() => ({ verdict: "deny" }));
    // @ts-expect-error: there is no such stage.
    hooks.permit.tap(() => undefined, "soon");
    // @ts-expect-error: there is no such hook.
    hooks.toolUse?.tap(() => undefined);
  };
  expectTypeOf(use).toEqualTypeOf<(hooks: Taps) => void>();
  expectTypeOf<Extract<Decision, { verdict: "ask" }>["question"]>().toEqualTypeOf<string>();
  expectTypeOf<Decision["verdict"]>().toEqualTypeOf<"allow" | "deny" | "ask">();
  expectTypeOf<HookName>().toExtend<keyof Taps>();
});

test("types > a contribution must be of its kind", () => {
  const use = ({ contribute }: PluginContext<unknown>, tool: Tool): void => {
    contribute("tool", tool);
    // @ts-expect-error: there is no such kind.
    contribute("skill", tool);
    // @ts-expect-error: a tool is no command.
    contribute("command", tool);
  };
  expectTypeOf(use).toEqualTypeOf<(ctx: PluginContext<unknown>, tool: Tool) => void>();
  expectTypeOf<Kind>().toEqualTypeOf<"tool" | "command" | "provider" | "compactor" | "permission-mode" | "renderer" | "store" | "frontend">();
});

test("types > an event has its name and its payload", () => {
  const use = (bus: Bus): void => {
    bus.emit("log.written", { message: "x" });
    bus.on("text.delta", ({ data }) => expectTypeOf(data).toEqualTypeOf<EventMap["text.delta"]>());
    // @ts-expect-error: there is no such event.
    bus.emit("log.wrote", { message: "x" });
    // @ts-expect-error: nor can it be listened to.
    bus.on("log.wrote", () => {});
    // @ts-expect-error: the payload is another.
    bus.emit("log.written", { text: "x" });
  };
  expectTypeOf(use).toEqualTypeOf<(bus: Bus) => void>();
  expectTypeOf<Extract<AnyEvent, { type: "session.closed" }>["data"]>().toEqualTypeOf<Readonly<Record<string, never>>>();
});

test("types > a schema says what `run` and `setup` get", async () => {
  const input = v.strictObject({ n: v.number(), word: v.optional(v.string(), "x") });
  const common = { name: "typed", description: "for tests", input, access: (): Access => "none", subject: () => "" };
  defineTool({
    ...common,
    run: async (given) => {
      expectTypeOf(given).toEqualTypeOf<{ n: number; word: string }>();
      return { content: [] };
    },
  });
  defineTool({
    ...common,
    // @ts-expect-error: `n` is a number.
    run: async ({ n }) => ({ content: [{ type: "text", text: n }] }),
  });
  defineTool({
    ...common,
    // @ts-expect-error: there is no such access.
    access: () => "delete",
    run: async () => ({ content: [] }),
  });
  defineCommand({
    name: "typed",
    summary: "for tests",
    args: v.tuple([v.picklist(["on", "off"])]),
    run: async ([word]) => {
      expectTypeOf(word).toEqualTypeOf<"on" | "off">();
      return { kind: "done" };
    },
  });
  definePlugin({
    config: v.object({ size: v.number() }),
    setup: ({ config }) => void expectTypeOf(config).toEqualTypeOf<{ size: number }>(),
  });
  expect(v.parse(input, { n: 1 })).toEqual({ n: 1, word: "x" });
});

test("types > a service is what its token says, and its id has a version", async () => {
  const token = defineService<{ greet(name: string): string }>("test.greeting@1");
  const use = async (ctx: PluginContext<unknown>): Promise<void> => {
    expectTypeOf(await ctx.use(token)).toEqualTypeOf<{ greet(name: string): string }>();
    // @ts-expect-error: that is not what the token says.
    ctx.provide(token, { greet: (name: number) => name });
  };
  // @ts-expect-error: no version.
  defineService("test.greeting");
  expectTypeOf(use).toEqualTypeOf<(ctx: PluginContext<unknown>) => Promise<void>>();
  expect(token).toEqual({ id: "test.greeting@1" });
});
