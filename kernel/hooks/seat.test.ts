import { expect, test } from "bun:test";
import type { CallScope, Decision, Draft, Request, Route, StepScope, TurnScope } from "claw";
import { ClawError } from "../errors.ts";
import type { HookName, Stage, Tap } from "./hooks.ts";
import { createSeats, limited } from "./seat.ts";

/** Seats whose plugins are ready at once, or are what `refusing` says. */
function seated(refusing: Readonly<Record<string, Error>> = {}, hookMs = 5_000) {
  const [activated, failures]: [string[], ClawError[]] = [[], []];
  const seats = createSeats({
    hookMs,
    async activate(plugin) {
      activated.push(plugin);
      if (refusing[plugin]) throw refusing[plugin];
    },
    known: (plugin) => ({ rank: 0, status: { state: plugin in refusing ? "off" : "active" } }),
    failed: (_, error) => void failures.push(error),
  });
  function tap<K extends HookName>(plugin: string, hook: K, fn: Tap[K], stage: Stage = "normal"): Disposable {
    return seats.tap(plugin, hook, fn as never, stage);
  }
  return { ...seats, tap, activated, failures };
}
// The seats hand these on and never look inside.
const turn = {} as TurnScope;
const step = {} as StepScope;
const draft: Draft = { system: ["start"], messages: [], tools: [] };
const adds =
  (text: string) =>
  (before: Draft): Draft => ({ ...before, system: [...before.system, text] });

test("seat > taps run by stage, and within one in the order of seats, not of taps", async () => {
  const { hooks, seat, tap } = seated();
  const stages: readonly (readonly [string, Stage])[] = [
    ["a", "last"],
    ["b", "normal"],
    ["c", "first"],
    ["d", "late"],
    ["e", "early"],
    ["f", "normal"],
  ];
  for (const [plugin, stage] of stages) seat(plugin, "draft", stage);
  for (const [plugin, stage] of stages.toReversed()) tap(plugin, "draft", adds(plugin), stage);
  expect((await hooks.draft.promise(draft, step)).system).toEqual(["start", "c", "e", "b", "f", "d", "a"]);
});

test("seat > its plugin is activated when the hook first fires, and its tap of that moment is in time", async () => {
  const activated: string[] = [];
  const seats = createSeats({
    hookMs: 5_000,
    async activate(plugin) {
      activated.push(plugin);
      if (activated.length === 1) seats.tap(plugin, "draft", adds("lazy") as never, "normal");
    },
    known: () => ({ rank: 0, status: { state: "active" } }),
    failed: (_, error) => {
      throw error;
    },
  });
  seats.seat("lazy-plugin", "draft", "normal");
  expect(activated).toEqual([]);
  expect((await seats.hooks.draft.promise(draft, step)).system).toEqual(["start", "lazy"]);
  expect(activated).toEqual(["lazy-plugin"]);
});

test("seat > nothing is activated only to be shut down", async () => {
  const { hooks, seat, tap, activated } = seated();
  const closed: string[] = [];
  seat("sleeping", "shutdown", "normal");
  tap("awake", "shutdown", () => void closed.push("awake"));
  await hooks.shutdown.promise(turn);
  expect({ activated, closed }).toEqual({ activated: [], closed: ["awake"] });
});

test("seat > bail: the first opinion wins, `undefined` is none, and nobody after it is asked", async () => {
  const { hooks, tap } = seated();
  const asked: string[] = [];
  const answers = (name: string, route?: Route) => (): Route | undefined => {
    asked.push(name);
    return route;
  };
  tap("silent", "route", answers("silent"));
  tap("owner", "route", answers("owner", { to: "handled" }));
  tap("late", "route", answers("late", { to: "prompt", input: { text: "never" } }));
  expect(await hooks.route.promise({ text: "x" }, turn)).toEqual({ to: "handled" });
  expect(asked).toEqual(["silent", "owner"]);
});

test("seat > bail: with no opinion at all there is no answer", async () => {
  const { hooks, tap } = seated();
  tap("silent", "route", async () => undefined);
  expect(await hooks.route.promise({ text: "x" }, turn)).toBeUndefined();
});

test("seat > waterfall: each gets what the one before gave, `undefined` leaves it as it is", async () => {
  const { hooks, tap } = seated();
  const seen: (readonly string[])[] = [];
  tap("one", "draft", adds("one"));
  tap("none", "draft", ({ system }) => void seen.push(system) as undefined);
  tap("two", "draft", async (before) => adds("two")(before));
  expect((await hooks.draft.promise(draft, step)).system).toEqual(["start", "one", "two"]);
  expect(seen).toEqual([["start", "one"]]);
});

test.each([[null], [false]])("seat > %p is no answer but a mistake, which is attributed and skipped", async (value) => {
  const { hooks, tap, failures } = seated();
  tap("mistaken", "route", () => value as unknown as Route);
  tap("sound", "route", () => ({ to: "handled" }));
  expect(await hooks.route.promise({ text: "x" }, turn)).toEqual({ to: "handled" });
  expect(failures.map(({ code, message, info: { plugin, hook } }) => ({ code, message, plugin, hook }))).toEqual([
    {
      code: "CLAW_HOOK_FAILED",
      message: `plugin mistaken failed in route: a tap returned ${value}; undefined means no opinion`,
      plugin: "mistaken",
      hook: "route",
    },
  ]);
});

test("seat > an error says whose tap of which hook failed, and what it was", async () => {
  const { hooks, tap, failures } = seated();
  const cause = new TypeError("x is not a function");
  tap("broken", "next", async () => {
    throw cause;
  });
  const end = { calls: 0, failed: 0, denied: 0, stop: "done", usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } } as const;
  expect(await hooks.next.promise({ ...end, message: { role: "assistant", content: [] } }, step)).toBeUndefined();
  expect(failures).toHaveLength(1);
  const [error] = failures;
  expect(error).toBeInstanceOf(ClawError);
  expect({ message: error?.message, ...error?.info }).toEqual({
    message: "plugin broken failed in next: x is not a function",
    plugin: "broken",
    hook: "next",
    cause,
  });
});

test("seat > a tap that does not settle in time is CLAW_HOOK_TIMEOUT, and the others go on", async () => {
  const { hooks, tap, failures } = seated({}, 5);
  tap("stuck", "draft", () => new Promise<never>(() => {}));
  tap("fine", "draft", adds("fine"));
  expect((await hooks.draft.promise(draft, step)).system).toEqual(["start", "fine"]);
  expect(failures.map(({ code, info }) => [code, info.plugin, info.hook])).toEqual([["CLAW_HOOK_TIMEOUT", "stuck", "draft"]]);
});

test("seat > a failing tap is skipped from then on", async () => {
  const { hooks, tap, failures } = seated();
  let fired = 0;
  tap("broken", "draft", () => {
    fired += 1;
    throw new Error("no");
  });
  tap("fine", "draft", adds("fine"));
  for (const _ of [1, 2, 3]) expect((await hooks.draft.promise(draft, step)).system).toEqual(["start", "fine"]);
  expect([fired, failures.length]).toEqual([1, 1]);
});

const call = { id: "1", tool: "put", input: {}, access: "write", subject: "", paths: [] } as const;
const deny: Decision = { verdict: "deny", reason: "no" };

test("seat > a failing tap of a gate throws, and does so again: it keeps denying", async () => {
  const { hooks, tap, failures } = seated();
  let fired = 0;
  tap("guard", "permit", () => {
    fired += 1;
    throw new Error("rules are broken");
  });
  tap("lenient", "permit", () => ({ verdict: "allow" }), "late");
  for (const _ of [1, 2]) await expect(hooks.permit.promise(call, step)).rejects.toMatchObject({ code: "CLAW_HOOK_FAILED" });
  expect([fired, failures.length]).toEqual([2, 2]);
});

test("seat > a gate whose plugin cannot be activated denies", async () => {
  const { hooks, seat, failures } = seated({ guard: new Error("bad config") });
  seat("guard", "permit", "first");
  seat("guard", "runner", "first");
  await expect(hooks.permit.promise(call, step)).rejects.toMatchObject({ message: "plugin guard failed in permit: bad config" });
  expect(() => hooks.runner.call(async () => ({ content: [] }), call)).toThrow("plugin guard failed in runner: the plugin is off");
  expect(failures.map(({ info }) => info.hook)).toEqual(["permit", "runner"]);
});

test("seat > a sync hook is waited for by nobody: a promise fails there", () => {
  const { hooks, tap, failures } = seated();
  const request = { system: [], messages: [], tools: [], maxOutput: 1, options: {} } as unknown as Request;
  const async = async (given: Request): Promise<Request> => ({ ...given, maxOutput: 2 });
  // @ts-expect-error: and it does not compile either.
  tap("async", "request", async);
  tap("sync", "request", (given) => ({ ...given, maxOutput: given.maxOutput + 10 }), "late");
  expect(hooks.request.call(request, step)).toEqual({ ...request, maxOutput: 11 });
  expect(failures.map(({ message }) => message)).toEqual(["plugin async failed in request: a tap of this hook must not be async"]);
});

test("seat > a runner that throws while it is wrapped denies the call", () => {
  const { hooks, tap } = seated();
  tap("sandbox", "runner", () => {
    throw new Error("there is no sandbox here");
  });
  expect(() => hooks.runner.call(async () => ({ content: [] }), call)).toThrow("plugin sandbox failed in runner: there is no sandbox here");
});

test("seat > runners wrap one another, the last tap outermost", async () => {
  const { hooks, tap } = seated();
  const log: string[] = [];
  const wraps = (name: string): Tap["runner"] => {
    return (inner) => async (judged, at) => {
      log.push(`${name} in`);
      const result = await inner(judged, at);
      log.push(`${name} out`);
      return result;
    };
  };
  tap("outer", "runner", wraps("outer"), "late");
  tap("inner", "runner", wraps("inner"));
  const runner = hooks.runner.call(async () => ({ content: [{ type: "text", text: "ran" }] }), call);
  expect(await runner(call, {} as CallScope)).toEqual({ content: [{ type: "text", text: "ran" }] });
  expect(log).toEqual(["outer in", "inner in", "inner out", "outer out"]);
});

test("tap > a plugin taps a hook once; when its tap is gone, it may again", async () => {
  const { hooks, tap } = seated();
  const first = tap("one", "draft", adds("first"));
  expect(() => tap("one", "draft", adds("second"))).toThrow(expect.objectContaining({ code: "CLAW_CONTRIBUTION_DUPLICATE" }));
  first[Symbol.dispose]();
  expect((await hooks.draft.promise(draft, step)).system).toEqual(["start"]);
  tap("one", "draft", adds("second"));
  expect((await hooks.draft.promise(draft, step)).system).toEqual(["start", "second"]);
});

test("author > is the plugin whose tap gave this very value", async () => {
  const { hooks, tap, author } = seated();
  tap("silent", "permit", () => undefined);
  tap("guard", "permit", () => deny);
  const said = await hooks.permit.promise(call, step);
  expect(said).toBe(deny);
  expect([author(deny), author({ ...deny })]).toEqual(["guard", undefined]);
});

test("limited > gives what settles in time, whether value, promise or error", async () => {
  expect(await limited(1, 5_000, "it")).toBe(1);
  expect(await limited(Promise.resolve(2), 5_000, "it")).toBe(2);
  await expect(limited(Promise.reject(new Error("no")), 5_000, "it")).rejects.toThrow("no");
  const late = limited(new Promise(() => {}), 1, "the wait");
  await expect(late).rejects.toMatchObject({ code: "CLAW_HOOK_TIMEOUT", message: expect.stringContaining("the wait did not settle within 1 ms") });
});
