import { expect, test } from "bun:test";
import type { AnyEvent, Json } from "claw";
import { calls, createHarness, fails, type HarnessOptions, pluginContract, rendererContract, says } from "claw/testing";
import { createStreamRenderer } from "./stream.ts";

pluginContract(import.meta.dir);

const START = {
  ...{ cwd: "/w", tools: () => ["bash"], model: "m", permissionMode: "ask", commands: ["help"], keySource: "none" },
  outputStyle: "concise",
};
const event = (type: string, data: Json): AnyEvent => ({ type, data, seq: 0, at: 0, session: "s", source: "claw" }) as unknown as AnyEvent;
rendererContract(
  () => createStreamRenderer(true, async () => START),
  [
    event("session.opened", { cwd: "/w", resumed: false }),
    event("turn.started", { text: "x" }),
    event("step.started", { model: "m" }),
    event("text.delta", { delta: "x" }),
    event("step.failed", { code: "C", message: "no", again: true }),
    event("message.added", { message: { role: "assistant", content: [] } }),
    event("turn.ended", { outcome: "completed" }),
  ],
);

/** Runs a turn with the renderer at the bus; its lines, with ids left out. */
async function turn(script: HarnessOptions["script"] & object, options: HarnessOptions["options"] & object = {}) {
  await using harness = await createHarness({ plugins: ["renderer/stream-json"], script, options });
  const renderer = await harness.host.get("renderer", "stream-json");
  const written: string[] = [];
  await renderer.open(
    (text) => written.push(text),
    () => undefined,
  );
  using _ = harness.host.bus.onAny((each) => renderer.render(each));
  const shell = await harness.host.open();
  await shell.submit({ text: "go" });
  await renderer.close();
  await shell.close();
  const lines = written.map((line) => JSON.parse(line) as { [key: string]: Json });
  for (const line of lines) expect({ session: line["session_id"], uuid: typeof line["uuid"] }).toEqual({ session: shell.session.id, uuid: "string" });
  return { workspace: harness.workspace, lines: lines.map(({ uuid: _uuid, session_id: _session, ...line }) => line) };
}

test("stream-json > init first, then messages in the Messages API's shape, then the result", async () => {
  const { lines, workspace } = await turn([calls("nothing_such", { a: 1 }, "c1"), says("Done.")]);
  expect(lines.map((line) => line["type"])).toEqual(["system", "assistant", "user", "assistant", "result"]);
  expect(lines[0]).toEqual({
    type: "system",
    subtype: "init",
    cwd: workspace,
    tools: [],
    mcp_servers: [],
    model: "default",
    permissionMode: "ask",
    slash_commands: [],
    apiKeySource: "none",
    output_style: "default",
  });
  expect(lines[1]).toEqual({
    type: "assistant",
    message: {
      id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      type: "message",
      role: "assistant",
      model: "default",
      content: [{ type: "tool_use", id: "c1", name: "nothing_such", input: { a: 1 } }],
      stop_reason: "tool_use",
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    },
    parent_tool_use_id: null,
  });
  expect(lines[2]).toEqual({
    type: "user",
    message: {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "c1", content: expect.stringContaining("nothing_such"), is_error: true }],
    },
    parent_tool_use_id: null,
  });
  expect(lines[4]).toMatchObject({ type: "result", subtype: "success", is_error: false, result: "Done.", num_turns: 2 });
});

test("stream-json > partial messages are the Messages API's events, and add up to the message", async () => {
  const content = [
    { type: "thinking", text: "Hm." },
    { type: "text", text: "Look." },
    { type: "call", id: "c1", tool: "nothing_such", input: { a: 1 } },
  ] as const;
  const { lines } = await turn([{ content, stop: "calls" }, says("Done.")], { "include-partial-messages": true });
  const partial = lines.filter((line) => line["type"] === "stream_event").map((line) => line["event"]) as { [key: string]: Json }[];
  const first = partial.slice(0, partial.findIndex((each) => each["type"] === "message_stop") + 1);
  expect(first.map((each) => each["type"])).toEqual([
    "message_start",
    ...["content_block_start", "content_block_delta", "content_block_stop"],
    ...["content_block_start", "content_block_delta", "content_block_stop"],
    ...["content_block_start", "content_block_delta", "content_block_stop"],
    "message_delta",
    "message_stop",
  ]);
  expect(first.map((each) => each["index"])).toEqual([undefined, 0, 0, 0, 1, 1, 1, 2, 2, 2, undefined, undefined]);
  expect(first.filter((each) => each["type"] === "content_block_delta").map((each) => each["delta"])).toEqual([
    { type: "thinking_delta", thinking: "Hm." },
    { type: "text_delta", text: "Look." },
    { type: "input_json_delta", partial_json: '{"a":1}' },
  ]);
  expect(first.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } });
  const whole = lines.find((line) => line["type"] === "assistant") as { message: { id: string } };
  expect(first[0]).toMatchObject({ message: { id: whole.message.id } });
});

test("stream-json > a run that fails before its first message writes init and one result", async () => {
  const { lines } = await turn([fails("CLAW_PROVIDER_REJECTED")]);
  expect(lines.map((line) => line["type"])).toEqual(["system", "result"]);
  expect(lines[1]).toMatchObject({ subtype: "error_during_execution", is_error: true, error: { code: "CLAW_PROVIDER_REJECTED" } });
});

test("stream-json > a failure without a session is one result line and nothing else", async () => {
  const renderer = createStreamRenderer(false, async () => START);
  const lines: string[] = [];
  await renderer.open(
    (text) => lines.push(text),
    () => undefined,
  );
  renderer.render({
    ...event("error.raised", { code: "CLAW_SESSION_MISSING", kind: "session_not_found", message: "no", hint: null }),
    session: undefined,
  } as unknown as AnyEvent);
  await renderer.close();
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ type: "result", is_error: true, error: { kind: "session_not_found" } }]);
});

test("stream-json > a message that is begun again says so", async () => {
  const renderer = createStreamRenderer(true, async () => START);
  const lines: string[] = [];
  await renderer.open(
    (text) => lines.push(text),
    () => undefined,
  );
  const said = { role: "assistant", content: [{ type: "text", text: "whole" }] };
  for (const each of [
    event("session.opened", { cwd: "/w", resumed: false }),
    event("turn.started", { text: "x" }),
    event("step.started", { model: "m" }),
    event("text.delta", { delta: "wh" }),
    event("step.failed", { code: "CLAW_PROVIDER_UNAVAILABLE", message: "cut", again: true, afterMs: 20 }),
    event("step.started", { model: "m" }),
    event("text.delta", { delta: "whole" }),
    event("message.added", { message: said }),
  ])
    renderer.render(each);
  const shapes = lines.map((line) => {
    const { type, subtype, event: inner } = JSON.parse(line) as { type: string; subtype?: string; event?: { type: string } };
    return inner?.type ?? subtype ?? type;
  });
  expect(shapes).toEqual([
    "init",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "api_retry",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "assistant",
  ]);
});

test("stream-json > init tells the output style, the tools as they are then, and how each MCP server of the session stands", async () => {
  let tools = ["bash"];
  const renderer = createStreamRenderer(false, async () => ({ ...START, tools: () => tools }));
  const lines: string[] = [];
  await renderer.open(
    (text) => lines.push(text),
    () => undefined,
  );
  const changed = (server: string, state: string) => event("mcp.changed", { server, state, tools: 0 });
  renderer.render(event("session.opened", { cwd: "/w", resumed: false }));
  for (const [server, state] of [
    ["a", "connecting"],
    ["b", "connecting"],
    ["c", "connecting"],
    ["a", "ready"],
    ["b", "failed"],
  ] as const)
    renderer.render(changed(server, state));
  renderer.render({ ...changed("other", "ready"), session: "another" } as AnyEvent);
  tools = ["bash", "mcp__a__x"];
  renderer.render(event("turn.started", { text: "x" }));
  renderer.render(event("step.started", { model: "m" }));
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    output_style: "concise",
    tools: ["bash", "mcp__a__x"],
    mcp_servers: [
      { name: "a", status: "connected" },
      { name: "b", status: "failed" },
      { name: "c", status: "pending" },
    ],
  });
});
