import { describe, expect, test } from "bun:test";
import { type AnyEvent, ClawError, type EventMap, type Json } from "claw";
import { failureOf } from "./failure-text.ts";
import { createReport } from "./report.ts";

const SESSION = "0198c5a4-7d1e-7c3b-8a2f-1b2c3d4e5f60";
const USAGE = { input: 10, output: 4, cacheRead: 2, cacheWrite: 1 };

/** 10 tokens of input make 0.25 dollars. */
const PRICE = { input: 25_000, output: 0, cacheRead: 0, cacheWrite: 0 };

/** Events as the bus gives them, 10 ms apart. */
function feed(calls: boolean, events: readonly [keyof EventMap, Json, string?][]) {
  const report = createReport({ calls });
  events.forEach(([type, data, session = SESSION], seq) => {
    report.add({ type, data, session, seq, at: 1_000 + seq * 10, source: "claw" } as unknown as AnyEvent);
  });
  return report;
}
const text = (said: string): Json => ({ role: "assistant", content: [{ type: "text", text: said }] });
const CALL = { type: "call", id: "c1", tool: "read_file", input: { path: "a" } };
const TURN: readonly [keyof EventMap, Json, string?][] = [
  ["session.opened", { cwd: "/w", resumed: false }],
  ["turn.started", { text: "hi" }],
  ["message.added", { message: { role: "user", content: [{ type: "text", text: "hi" }] } }],
  ["step.started", { model: "m" }],
  ["step.ended", { stop: "calls", usage: USAGE, model: "m", ms: 100.4, price: PRICE }],
  ["message.added", { message: { role: "assistant", content: [{ type: "text", text: "looking" }, CALL] } }],
  ["permission.decided", { id: "c1", tool: "read_file", subject: "a", decision: { verdict: "deny", reason: "no" }, by: "headless" }],
  [
    "message.added",
    {
      message: {
        role: "user",
        content: [
          {
            type: "result",
            id: "c1",
            failed: true,
            content: [
              { type: "text", text: "no" },
              { type: "image", mediaType: "image/png", base64: "AA==" },
            ],
          },
        ],
      },
    },
  ],
  ["step.started", { model: "m" }],
  ["step.ended", { stop: "done", usage: USAGE, model: "m", ms: 50 }],
  ["message.added", { message: text("It is so.") }],
  ["turn.ended", { outcome: "completed" }],
];

describe("createReport", () => {
  test("result > what fails after a turn was told has none of that turn's facts", () => {
    const report = feed(false, TURN);
    expect(report.result()).toMatchObject({ num_turns: 2, total_cost_usd: 0.25 });
    const failure = failureOf(new ClawError("CLAW_USAGE", "no such thing"));
    for (const _ of [1, 2])
      expect(report.result(failure)).toMatchObject({ is_error: true, result: "", num_turns: 0, total_cost_usd: 0, session_id: SESSION, model: "m" });
  });

  test("result > has the facts of a finished turn, for scripts of both families", () => {
    const { uuid, ...result } = feed(true, TURN).result();
    expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(result).toEqual({
      type: "result",
      subtype: "success",
      is_error: false,
      duration_ms: 100,
      duration_api_ms: 150,
      num_turns: 2,
      result: "It is so.",
      session_id: SESSION,
      total_cost_usd: 0.25,
      usage: { input_tokens: 20, output_tokens: 8, cache_creation_input_tokens: 2, cache_read_input_tokens: 4 },
      modelUsage: {
        m: { inputTokens: 20, outputTokens: 8, cacheReadInputTokens: 4, cacheCreationInputTokens: 2, costUSD: 0.25 },
      },
      permission_denials: [{ tool_name: "read_file", tool_use_id: "c1", tool_input: { path: "a" } }],
      stop_reason: "end_turn",
      model: "m",
      iterations: 2,
      auto_compaction: null,
      message: "It is so.",
      tool_uses: [{ id: "c1", name: "read_file", input: { path: "a" } }],
      tool_results: [{ tool_use_id: "c1", tool_name: "read_file", output: "no\n[image image/png]", is_error: true }],
      estimated_cost: "$0.2500",
    });
  });

  test("result > without calls, leaves out what was shown as it came", () => {
    const result = feed(false, TURN).result();
    expect(["message", "tool_uses", "tool_results"].filter((key) => key in result)).toEqual([]);
    expect(result["permission_denials"]).toHaveLength(1);
  });

  test("result > money and API time count sub-agents in; steps, text and calls do not", () => {
    const inner: [keyof EventMap, Json, string?][] = [
      ["session.opened", { cwd: "/w", resumed: false, parent: SESSION, agent: "Explore" }, "inner"],
      ["turn.started", { text: "look" }, "inner"],
      ["step.started", { model: "small" }, "inner"],
      ["step.ended", { stop: "done", usage: USAGE, model: "small", ms: 10, price: { ...PRICE, input: 40_000 } }, "inner"],
      ["message.added", { message: text("inner words") }, "inner"],
      ["turn.ended", { outcome: "completed" }, "inner"],
    ];
    const report = feed(true, [...TURN.slice(0, 8), ...inner, ...TURN.slice(8)]);
    expect(report.session).toBe(SESSION);
    expect(report.result()).toMatchObject({
      result: "It is so.",
      total_cost_usd: 0.65,
      duration_api_ms: 160,
      num_turns: 2,
      iterations: 2,
      model: "m",
      usage: { input_tokens: 30 },
      modelUsage: { small: { costUSD: 0.4 } },
    });
  });

  test("result > a command's notice is the answer when no request was made, and only then", () => {
    const opened = TURN.slice(0, 2);
    const notice: [keyof EventMap, Json] = ["notice.raised", { level: "info", text: "All is well." }];
    const ended = TURN.slice(-1);
    expect(feed(true, [...opened, notice, ...ended]).result()).toMatchObject({ result: "All is well.", num_turns: 0, is_error: false });
    expect(feed(true, [...TURN.slice(0, 5), notice, ...TURN.slice(5)]).text()).toBe("It is so.");
  });

  test("result > the next turn of a session starts from nothing", () => {
    const again: [keyof EventMap, Json][] = [
      ["turn.started", { text: "more" }],
      ["turn.ended", { outcome: "aborted", reason: "interrupt" }],
    ];
    expect(feed(true, [...TURN, ...again]).result()).toMatchObject({
      subtype: "error_during_execution",
      is_error: true,
      result: "",
      num_turns: 0,
      total_cost_usd: 0,
      tool_uses: [],
      permission_denials: [],
      error: { code: "CLAW_ABORTED", kind: "aborted", message: "interrupted: interrupt", hint: null },
    });
  });

  test.each([
    ["max_turns", "error_max_turns"],
    ["max_budget_usd", "error_max_budget_usd"],
    ["refusal", "error_during_execution"],
  ])("result > a turn stopped by %s has subtype %s and keeps its text", (reason, subtype) => {
    const stopped: [keyof EventMap, Json] = ["turn.ended", { outcome: "stopped", reason }];
    const result = feed(true, [...TURN.slice(0, -1), stopped]).result();
    expect(result).toMatchObject({ subtype, is_error: true, result: "It is so.", error: { code: reason, kind: reason } });
  });

  test("result > a failure has its hint, before any session too", () => {
    const failure = failureOf(new ClawError("CLAW_PROVIDER_AUTH", "no key", { hint: "Set one." }));
    expect(createReport({ calls: true }).result(failure)).toMatchObject({
      type: "result",
      subtype: "error_during_execution",
      is_error: true,
      session_id: "",
      result: "",
      error: { code: "CLAW_PROVIDER_AUTH", kind: "missing_credentials", message: "no key", hint: "Set one." },
    });
  });

  test("result > has every warning of its turn once, those from before the first turn too", () => {
    const before: [keyof EventMap, Json, string?] = ["notice.raised", { level: "warn", text: "odd settings" }];
    const lost: [keyof EventMap, Json, string?] = ["notice.raised", { level: "error", text: "disk full" }];
    const broken: [keyof EventMap, Json, string?] = ["plugin.failed", { plugin: "p", code: "C", message: "broke" }];
    const report = feed(true, [before, ...TURN, lost, lost, broken]);
    expect(report.result()).toMatchObject({ warnings: ["odd settings", "disk full", "plugin p: broke"] });
    expect(feed(true, [before, ...TURN, ["turn.ended", { outcome: "completed" }], ["turn.started", { text: "again" }]]).result()).not.toHaveProperty(
      "warnings",
    );
  });

  test("result > tells of compaction and structured output", () => {
    const more: [keyof EventMap, Json][] = [
      ["session.compacted", { dropped: 6, by: "extract" }],
      ["call.ended", { id: "c2", tool: "X", failed: false, ms: 1, content: [], details: { structured_output: { a: 1 } } }],
    ];
    expect(feed(true, [...TURN.slice(0, 5), ...more, ...TURN.slice(5)]).result()).toMatchObject({
      auto_compaction: { removed_messages: 6, notice: "[auto-compacted: removed 6 messages]" },
      structured_output: { a: 1 },
    });
  });
});
