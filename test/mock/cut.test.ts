// How the provider `anthropic` takes answers that end early (`security.md` section 3, lines 3 to 6 and 9), and being told to stop.
import { describe, expect, test } from "bun:test";
import { createDrive, requestOf } from "./drive.ts";
import type { Reply } from "./mock.ts";

describe("stream > cuts", () => {
  const reply: Reply = {
    blocks: [
      { type: "thinking", text: "hm", signature: "s" },
      { type: "text", text: "reading" },
      { type: "call", id: "t1", tool: "read_file", input: { path: "a" }, deltas: 99 },
      { type: "call", id: "t2", tool: "bash", input: { command: "make" }, deltas: 99 },
    ],
  };
  /** message_start, ping, 4 of thinking, 3 of text, 4 of the first call, 4 of the second, message_delta, message_stop. */
  const [COMPLETE_AT, SECOND_AT, COUNT] = [13, 17, 19];

  test.each(["cut", "end"] as const)(
    "a stream that is %s after any event is given up before a complete call, and ends there after it",
    async (kind) => {
      const replies = Array.from({ length: COUNT }, (_, after): Reply => ({ ...reply, fault: { kind, after } }));
      await using drive = await createDrive({ replies });
      for (let after = 0; after < COUNT; after++) {
        const { error, finish, calls } = await drive.ask();
        if (after < COMPLETE_AT) expect([after, error?.code, calls.length, finish]).toEqual([after, "CLAW_PROVIDER_UNAVAILABLE", 0, undefined]);
        else {
          const done = after < SECOND_AT ? ["t1"] : ["t1", "t2"];
          expect([after, error, finish?.stop, calls.map((call) => call.type === "call" && call.id)]).toEqual([after, undefined, "calls", done]);
          expect(finish?.content.flatMap((block) => (block.type === "call" ? [block.id] : []))).toEqual(done);
          expect(finish?.content.slice(0, 2) as unknown).toEqual([
            { type: "thinking", text: "hm", opaque: { provider: "anthropic", signature: "s" } },
            { type: "text", text: "reading" },
          ]);
        }
      }
    },
  );

  test("an error event counts as what it says, and ends the answer after a complete call", async () => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    await using drive = await createDrive({
      replies: [4, COMPLETE_AT].map((after) => ({ ...reply, fault: { kind: "error", after, error } })),
    });
    const first = await drive.ask();
    expect(first.error).toMatchObject({ code: "CLAW_PROVIDER_RATE", info: { status: 529, requestId: "req_mock_1" } });
    expect(first.error?.message).toContain("529");
    expect(first.error?.message).toContain("req_mock_1");
    expect((await drive.ask()).finish).toMatchObject({ stop: "calls" });
  });

  test("error events map by their type", async () => {
    const kinds = {
      overloaded_error: ["CLAW_PROVIDER_RATE", 529],
      server_overloaded: ["CLAW_PROVIDER_UNAVAILABLE", 529],
      rate_limit_error: ["CLAW_PROVIDER_RATE", 429],
      api_error: ["CLAW_PROVIDER_UNAVAILABLE", 500],
      timeout_error: ["CLAW_PROVIDER_UNAVAILABLE", 504],
      authentication_error: ["CLAW_PROVIDER_AUTH", 401],
      permission_error: ["CLAW_PROVIDER_AUTH", 403],
      request_too_large: ["CLAW_PROVIDER_OVERFLOW", 413],
      invalid_request_error: ["CLAW_PROVIDER_REJECTED", 400],
      not_heard_of: ["CLAW_PROVIDER_UNAVAILABLE", 500],
    } as const;
    const replies = Object.keys(kinds).map((type): Reply => ({ text: "x", fault: { kind: "error", after: 1, error: { type, message: "m" } } }));
    await using drive = await createDrive({ replies });
    const heard: Record<string, unknown> = {};
    for (const type of Object.keys(kinds)) {
      const { error } = await drive.ask();
      heard[type] = [error?.code, error?.info.status];
    }
    expect(heard).toEqual({ ...kinds, server_overloaded: ["CLAW_PROVIDER_RATE", 529] } as never);
  });

  test("silence ends the wait, bytes of any kind do not", async () => {
    const pings = Array.from({ length: 8 }, () => ({ type: "ping" }));
    await using drive = await createDrive({
      slice: { idleMs: 150 },
      replies: [
        { ...reply, fault: { kind: "stall", after: 6 } },
        { ...reply, fault: { kind: "stall", after: COMPLETE_AT } },
        { text: "slow", edit: (events) => [...events.slice(0, 2), ...pings, ...events.slice(2)], paceMs: 40 },
      ],
    });
    const stalled = await drive.ask();
    expect([stalled.error?.code, stalled.error?.message.includes("sent nothing for 0.15 s")]).toEqual(["CLAW_PROVIDER_UNAVAILABLE", true]);
    expect((await drive.ask()).finish).toMatchObject({ stop: "calls" });
    expect((await drive.ask()).text).toBe("slow");
  });

  test("a slow reader of the parts is no silence", async () => {
    await using drive = await createDrive({ slice: { idleMs: 250 }, replies: [{ text: "a b c", deltas: 1, paceMs: 5 }] });
    let text = "";
    for await (const part of drive.provider.stream(requestOf(), new AbortController().signal)) {
      if (part.type !== "text") continue;
      text += part.delta;
      if (text.length === 1) await Bun.sleep(500);
    }
    expect(text).toBe("a b c");
  });
});

describe("stream > inputs that never became complete", () => {
  const json = JSON.stringify({ path: "a.txt", content: 'line\n"quoted" 🎈 {}' });

  test("cut by the output limit at any character, a call is never yielded and says so", async () => {
    const replies = Array.from(
      { length: json.length },
      (_, at): Reply => ({
        stop: "max_tokens",
        blocks: ["writing", { type: "call", id: "t1", tool: "write_file", json: json.slice(0, at).toWellFormed() }],
      }),
    );
    await using drive = await createDrive({ replies });
    for (let at = 0; at < json.length; at++) {
      const { calls, finish } = await drive.ask();
      expect([at, calls.length, finish?.stop, finish?.content.at(-1)]).toEqual([
        at,
        0,
        "length",
        { type: "call", id: "t1", tool: "write_file", input: {} },
      ]);
      expect(finish?.broken?.["t1"]).toContain("limit of 1000 output tokens");
    }
  });

  test("a call with no input at all is complete only when nothing cut it off", async () => {
    const bare = { type: "call", id: "t1", tool: "list" } as const;
    await using drive = await createDrive({
      replies: [
        { blocks: [bare] },
        { blocks: [bare], stop: "max_tokens" },
        { blocks: [bare, "more"], stop: "max_tokens" },
        { blocks: [bare], fault: { kind: "cut", after: 5 } },
      ],
    });
    const whole = { type: "call", id: "t1", tool: "list", input: {} };
    expect((await drive.ask()).calls as unknown).toEqual([whole]);
    expect(await drive.ask()).toMatchObject({ calls: [], finish: { stop: "length", broken: { t1: expect.any(String) } } });
    expect((await drive.ask()).calls as unknown).toEqual([whole]);
    expect(await drive.ask()).toMatchObject({ calls: [], error: { code: "CLAW_PROVIDER_UNAVAILABLE" } });
  });

  test("invalid JSON, and JSON that is no object, is broken too", async () => {
    const replies = ['{"a":1}}', "[1]", "7", '{"a":undefined}'].map(
      (text): Reply => ({ blocks: [{ type: "call", id: "t1", tool: "bash", json: text }] }),
    );
    await using drive = await createDrive({ replies });
    for (const _ of replies) {
      const { calls, finish } = await drive.ask();
      expect([calls.length, finish?.stop, Object.keys(finish?.broken ?? {})]).toEqual([0, "calls", ["t1"]]);
    }
  });

  test("an input that comes whole with its start is taken", async () => {
    const block = { type: "tool_use", id: "t1", name: "bash", input: { command: "ls" } };
    await using drive = await createDrive({ replies: [{ blocks: [{ type: "raw", block }], stop: "tool_use" }] });
    expect((await drive.ask()).calls as unknown).toEqual([{ type: "call", id: "t1", tool: "bash", input: { command: "ls" } }]);
  });
});

describe("stream > abort", () => {
  test("ends at once before the headers and inside the answer, and lets go of the connection", async () => {
    await using drive = await createDrive({ replies: [{ fault: { kind: "hang" } }, { text: "abc", fault: { kind: "stall", after: 4 } }] });
    for (const round of [1, 2]) {
      const control = new AbortController();
      const asked = drive.ask({}, control.signal);
      await drive.mock.arrived(round);
      control.abort("enough");
      expect((await asked).error).toMatchObject({ code: "CLAW_ABORTED" });
      await drive.mock.abandoned(round);
    }
  });

  test("a reader that leaves early lets go of the connection", async () => {
    await using drive = await createDrive({ replies: [{ text: "abc", fault: { kind: "stall", after: 4 } }] });
    for await (const part of drive.provider.stream(requestOf(), new AbortController().signal)) if (part.type === "text") break;
    await drive.mock.abandoned(1);
    expect(drive.mock.requests).toHaveLength(1);
  });
});
