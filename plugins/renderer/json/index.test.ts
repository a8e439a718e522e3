import { expect, test } from "bun:test";
import type { AnyEvent, Json } from "claw";
import { calls, createHarness, fails, pluginContract, rendererContract, says } from "claw/testing";
import { createJsonRenderer } from "./json.ts";

pluginContract(import.meta.dir);

const event = (type: string, data: Json): AnyEvent => ({ type, data, seq: 0, at: 0, session: "s", source: "claw" }) as unknown as AnyEvent;
const SAMPLES = [
  event("session.opened", { cwd: "/w", resumed: false }),
  event("turn.started", { text: "x" }),
  event("turn.ended", { outcome: "failed", reason: "no", code: "CLAW_BUG" }),
  event("error.raised", { code: "C", kind: "c", message: "no", hint: null }),
];
rendererContract(createJsonRenderer, SAMPLES);

/** Runs a turn with the renderer at the bus, as a frontend has it. */
async function turn(script: Parameters<typeof createHarness>[0]["script"] & object, after: readonly AnyEvent[] = []) {
  await using harness = await createHarness({ plugins: ["renderer/json"], script });
  const renderer = await harness.host.get("renderer", "json");
  const lines: string[] = [];
  const errors: string[] = [];
  await renderer.open(
    (text) => lines.push(text),
    (text) => errors.push(text),
  );
  using _ = harness.host.bus.onAny((each) => renderer.render(each));
  const shell = await harness.host.open();
  await shell.submit({ text: "go" });
  for (const each of after) renderer.render(each);
  await renderer.close();
  await shell.close();
  return { lines, errors, session: shell.session.id };
}

test("json > one object on one line, when the turn is over", async () => {
  const { lines, errors, session } = await turn([calls("nothing_such", { a: 1 }, "c1"), says("Two\nlines.")]);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
  expect(errors).toEqual([]);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    type: "result",
    subtype: "success",
    is_error: false,
    result: "Two\nlines.",
    message: "Two\nlines.",
    session_id: session,
    num_turns: 2,
    iterations: 2,
    stop_reason: "end_turn",
    usage: { input_tokens: 20, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    tool_uses: [{ id: "c1", name: "nothing_such", input: { a: 1 } }],
    tool_results: [{ tool_use_id: "c1", tool_name: "nothing_such", is_error: true }],
  });
});

test("json > a failed turn is told once, with its hint", async () => {
  const told = event("error.raised", { code: "CLAW_PROVIDER_REJECTED", kind: "api_http_error", message: "no", hint: "do" });
  const { lines } = await turn([fails("CLAW_PROVIDER_REJECTED")], [told]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { is_error: true, error: { code: "CLAW_PROVIDER_REJECTED", kind: "api_http_error", message: "no", hint: "do" } },
  ]);
});

test("json > a failed turn that nobody explains is told at the end", async () => {
  const { lines } = await turn([fails("CLAW_PROVIDER_REJECTED")]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { is_error: true, error: { code: "CLAW_PROVIDER_REJECTED", message: "scripted failure: CLAW_PROVIDER_REJECTED", hint: null } },
  ]);
});

test("json > half a surrogate pair stays JSON", async () => {
  const { lines } = await turn([says("a\ud800b")]);
  expect(new TextDecoder("utf-8", { fatal: true }).decode(new TextEncoder().encode(lines[0]))).toBe(lines[0] ?? "");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ result: "a\ufffdb" });
});
