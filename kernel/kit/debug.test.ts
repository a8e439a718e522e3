import { expect, test } from "bun:test";
import type { AnyEvent } from "claw";
import { debugging } from "./debug.ts";

const event = (type: string, source = "claw"): AnyEvent =>
  ({ type, source, seq: 1, at: Date.UTC(2026, 0, 1), session: "0123456789", turn: 1, data: { a: 1 } }) as unknown as AnyEvent;
const kept = (options: Record<string, string | boolean>, env: Record<string, string> = {}): string[] => {
  const debug = debugging({ options, env });
  const events = [event("call.ended"), event("text.delta"), event("plugin.failed"), event("notice.raised", "@claw/feature-retry")];
  return events.filter((one) => debug?.(one) !== undefined).map((one) => one.type);
};

test("debugging > nobody asked: nothing", () => {
  expect(debugging({ options: {}, env: {} })).toBeUndefined();
  expect(debugging({ options: {}, env: { CLAW_LOG: "off" } })).toBeUndefined();
});

test.each([
  [{ debug: true }, {}, ["call.ended", "plugin.failed", "notice.raised"]],
  [{ debug: "call" }, {}, ["call.ended"]],
  [{ debug: "retry,plugin.failed" }, {}, ["plugin.failed", "notice.raised"]],
  [{ debug: "!call" }, {}, ["plugin.failed", "notice.raised"]],
  [{}, { CLAW_LOG: "debug" }, ["call.ended", "plugin.failed", "notice.raised"]],
  [{}, { CLAW_LOG: "@claw/feature-retry" }, ["notice.raised"]],
] as const)("debugging > %j %j shows %j", (options, env, types) => {
  expect(kept(options, env)).toEqual([...types]);
});

test("debugging > a line has time, event, plugin, place and data, none too long", () => {
  const debug = debugging({ options: { debug: true }, env: {} });
  expect(debug?.(event("call.ended"))).toBe('debug 00:00:00.000 call.ended claw 01234567/1 {"a":1}\n');
  const long = { ...event("call.ended"), data: { text: "x".repeat(1_000) } } as unknown as AnyEvent;
  expect(debug?.(long)?.length).toBeLessThan(500);
});
