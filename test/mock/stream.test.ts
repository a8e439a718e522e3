// What the provider `anthropic` makes of streams, well-formed and not (`security.md` section 3, lines 7 and 8).
import { describe, expect, test } from "bun:test";
import { createDrive } from "./drive.ts";
import type { MockEvent, Reply, Wire } from "./mock.ts";

const USAGE = { input: 7, output: 9, cacheRead: 3, cacheWrite: 2 };
const COUNTS = { input_tokens: 7, output_tokens: 9, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 };
const RICH: Reply = {
  blocks: [
    { type: "thinking", text: "Let me see — 思考 🤔", signature: "c2ln==", deltas: 3 },
    { type: "redacted", data: "ZW5jcnlwdGVk" },
    { type: "text", text: 'Grüße, 世界! 🎉 \n "quoted" \\ done', deltas: 4 },
    { type: "call", id: "toolu_1", tool: "read_file", input: { path: "ä.txt", deep: { list: [1, "two 🎈", null] } }, deltas: 5 },
    { type: "call", id: "toolu_2", tool: "glob_search", input: {} },
  ],
  usage: COUNTS,
};
const RICH_CALLS = [
  { type: "call", id: "toolu_1", tool: "read_file", input: { path: "ä.txt", deep: { list: [1, "two 🎈", null] } } },
  { type: "call", id: "toolu_2", tool: "glob_search", input: {} },
];
const RICH_FINISH = {
  type: "finish",
  stop: "calls",
  usage: USAGE,
  content: [
    { type: "thinking", text: "Let me see — 思考 🤔", opaque: { provider: "anthropic", signature: "c2ln==" } },
    { type: "thinking", text: "", opaque: { provider: "anthropic", raw: { type: "redacted_thinking", data: "ZW5jcnlwdGVk" } } },
    { type: "text", text: 'Grüße, 世界! 🎉 \n "quoted" \\ done' },
    ...RICH_CALLS,
  ],
};

describe("stream > whole answers", () => {
  test("every kind of block comes out as parts and as content", async () => {
    await using drive = await createDrive({ replies: [RICH] });
    const { parts, text, calls, finish } = await drive.ask();
    expect(finish as unknown).toEqual(RICH_FINISH);
    expect(text).toBe('Grüße, 世界! 🎉 \n "quoted" \\ done');
    expect(calls as unknown).toEqual(RICH_CALLS);
    expect(parts.filter((part) => part.type === "finish")).toHaveLength(1);
  });

  const wires: readonly [string, Wire][] = [
    ["CRLF", { newline: "\r\n" }],
    ["CR", { newline: "\r" }],
    ["a BOM", { bom: true }],
    ["comments", { comments: true }],
    ["data over several lines", { multiline: true }],
    ["unknown events and fields", { strange: true }],
    ["no event names", { unnamed: true }],
    ["no blank lines", { blankless: true }],
    ["no blank lines and no names", { blankless: true, unnamed: true }],
    ["everything at once", { newline: "\r\n", bom: true, comments: true, multiline: true, strange: true }],
  ];
  test.each(wires)("%s change nothing", async (_, wire) => {
    await using drive = await createDrive({
      replies: [
        { ...RICH, wire },
        { ...RICH, wire: { ...wire, split: 1 } },
        { ...RICH, wire: { ...wire, split: 7 } },
      ],
    });
    for (let round = 0; round < 3; round++) expect((await drive.ask()).finish as unknown).toEqual(RICH_FINISH);
  });

  test("text of one network chunk is one part, and lone halves of a character never leave", async () => {
    const deltas = ["a", "b", "\ud83c", "\udf89", "c", "\ud83c"];
    await using drive = await createDrive({
      replies: [
        { text: "", deltas },
        { text: "", deltas, wire: { split: 1 } },
      ],
    });
    expect(await drive.ask()).toMatchObject({
      parts: [
        { type: "text", delta: "ab🎉c" },
        { type: "finish", content: [{ type: "text", text: "ab🎉c\ufffd" }] },
      ],
    });
    const { parts, text } = await drive.ask();
    expect(text).toBe("ab🎉c");
    for (const part of parts) if (part.type === "text") expect(part.delta.isWellFormed()).toBe(true);
  });

  test("stop reasons have their words", async () => {
    const reasons = {
      end_turn: "done",
      stop_sequence: "done",
      tool_use: "done",
      max_tokens: "length",
      model_context_window_exceeded: "length",
      pause_turn: "pause",
      refusal: "refusal",
      one_of_tomorrow: "done",
    };
    await using drive = await createDrive({ replies: Object.keys(reasons).map((stop) => ({ text: "x", stop })) });
    const heard: Record<string, unknown> = {};
    for (const reason of Object.keys(reasons)) heard[reason] = (await drive.ask()).finish?.stop;
    expect(heard).toEqual(reasons);
  });

  test("blocks of server tools are kept whole", async () => {
    const block = {
      type: "web_search_tool_result",
      tool_use_id: "srv_1",
      content: [{ type: "web_search_result", url: "https://example.com" }],
    };
    await using drive = await createDrive({ replies: [{ blocks: [{ type: "raw", block }], stop: "pause_turn" }, { text: "ok" }] });
    const { finish } = await drive.ask();
    expect(finish).toMatchObject({ stop: "pause", content: [{ type: "thinking", text: "", opaque: { raw: block } }] });
    await drive.ask({
      messages: [
        { role: "user", content: [{ type: "text", text: "q" }] },
        { role: "assistant", content: finish?.content ?? [] },
      ],
    });
    expect(drive.mock.requests[1]?.body).toMatchObject({ messages: [{ role: "user" }, { role: "assistant", content: [block] }] });
  });

  test("an answer of 10 MB in one event is taken", async () => {
    const text = "x".repeat(10_000_000);
    await using drive = await createDrive({ replies: [{ text }] });
    expect((await drive.ask()).text).toBe(text);
  });
});

describe("stream > order and number of events", () => {
  const twoBlocks: Reply = {
    blocks: [
      { type: "text", text: "one two three", deltas: 4 },
      { type: "call", id: "t1", tool: "bash", input: { command: "ls" } },
    ],
  };
  const expected = {
    stop: "calls",
    content: [
      { type: "text", text: "one two three" },
      { type: "call", id: "t1", tool: "bash", input: { command: "ls" } },
    ],
  };
  const isDelta = (event: MockEvent) => event.type === "content_block_delta";

  test("every event but a delta may come twice", async () => {
    const edit = (events: readonly MockEvent[]) => events.flatMap((event) => (isDelta(event) ? [event] : [event, event]));
    await using drive = await createDrive({ replies: [{ ...twoBlocks, edit }] });
    const heard = await drive.ask();
    expect(heard.finish).toMatchObject(expected);
    expect([heard.text, heard.calls.length]).toEqual(["one two three", 1]);
  });

  test("an answer that is sent again from its start after any event is taken once", async () => {
    await using probe = await createDrive({ replies: [twoBlocks] });
    const count = 13;
    expect((await probe.ask()).finish).toMatchObject(expected);
    const again = (at: number): Reply => ({ ...twoBlocks, edit: (events) => [...events.slice(0, at), ...events] });
    await using drive = await createDrive({ replies: Array.from({ length: count }, (_, at) => again(at)) });
    for (let at = 0; at < count; at++) {
      const heard = await drive.ask();
      expect([at, heard.finish?.content, heard.text, heard.calls.length]).toEqual([at, expected.content as never, "one two three", 1]);
    }
  });

  test("missing starts, stops and message deltas lose nothing", async () => {
    const without = (type: string, index?: number) => (events: readonly MockEvent[]) =>
      events.filter((event) => event.type !== type || (index !== undefined && event["index"] !== index));
    const edits = [
      without("message_start"),
      without("ping"),
      without("content_block_stop"),
      without("content_block_start", 0),
      without("message_delta"),
    ];
    await using drive = await createDrive({ replies: edits.map((edit) => ({ ...twoBlocks, edit })) });
    for (const edit of edits) {
      const heard = await drive.ask();
      expect([edit.length, heard.finish?.content, heard.calls.length]).toEqual([edit.length, expected.content as never, 1]);
    }
  });

  test("a call without its start is no call", async () => {
    const edit = (events: readonly MockEvent[]) => events.filter((event) => event.type !== "content_block_start" || event["index"] !== 1);
    await using drive = await createDrive({ replies: [{ ...twoBlocks, edit }] });
    expect((await drive.ask()).finish).toMatchObject({ stop: "done", content: [{ type: "text", text: "one two three" }] });
  });

  test("one id is called once", async () => {
    const call = { type: "call", id: "t1", tool: "bash", input: { command: "rm x" } } as const;
    await using drive = await createDrive({ replies: [{ blocks: [call, call] }] });
    const heard = await drive.ask();
    expect([heard.calls.length, heard.finish?.content.length]).toEqual([1, 1]);
  });

  test("a second message in one stream is a broken stream", async () => {
    const edit = (events: readonly MockEvent[]) => [
      ...events.slice(0, 5),
      { type: "message_start", message: { id: "msg_other" } },
      ...events.slice(3),
    ];
    await using drive = await createDrive({ replies: [{ text: "one two three", deltas: 4, edit }] });
    expect((await drive.ask()).error).toMatchObject({ code: "CLAW_PROVIDER_UNAVAILABLE" });
  });

  test("odd indexes and shapes are skipped", async () => {
    const odd: MockEvent[] = [
      { type: "content_block_delta", index: -1, delta: { type: "text_delta", text: "no" } },
      { type: "content_block_delta", index: "x", delta: { type: "text_delta", text: "no" } },
      { type: "content_block_delta", index: 0 },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: 7 } },
      { type: "content_block_start" },
      { type: "content_block_stop", index: 99 },
      { type: "message_delta" },
    ];
    await using drive = await createDrive({
      replies: [{ text: "yes", edit: (events) => [...events.slice(0, 3), ...odd, ...events.slice(3)] }],
    });
    expect((await drive.ask()).text).toBe("yes");
  });
});
