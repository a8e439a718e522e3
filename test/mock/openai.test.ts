// The providers that speak OpenAI's protocol, driven against a server that does: parts, calls, cuts, and being told to stop.
import { describe, expect, test } from "bun:test";
import { requestOf } from "./drive.ts";
import type { OpenAIReply } from "./openai.ts";
import { drive, KEY, MODEL } from "./openai-drive.ts";

const SPOKEN = { slice: { quirks: { api: "responses" } } } as const;

for (const [protocol, extra] of [
  ["chat", {}],
  ["responses", SPOKEN],
] as const) {
  describe(`stream > ${protocol}`, () => {
    const full: OpenAIReply = {
      reasoning: "Let me see. 🎈",
      text: "reading äöü 世界 🎉",
      calls: [
        { tool: "read_file", input: { path: 'a "b" 🎈' }, id: "t1" },
        { tool: "bash", input: {}, id: "t2" },
      ],
    };

    test("text, thinking and calls, cut up anywhere", async () => {
      const replies = [{}, { cut: 1 }, { cut: 3, split: 1 }, { split: 7 }].map((how) => ({ ...full, ...how }));
      await using on = await drive(replies, extra);
      for (const _ of replies) {
        const { parts, text, calls, finish } = await on.ask();
        expect(text).toBe(full.text!);
        expect(parts.flatMap((part) => (part.type === "thinking" ? [part.delta] : [])).join("")).toBe(full.reasoning!);
        expect(calls).toEqual([
          { type: "call", id: "t1", tool: "read_file", input: { path: 'a "b" 🎈' } },
          { type: "call", id: "t2", tool: "bash", input: {} },
        ]);
        expect(finish).toMatchObject({ stop: "calls", usage: { output: 5, cacheRead: 4 } });
        expect(finish?.content.filter((block) => block.type === "text" || block.type === "call")).toEqual([
          { type: "text", text: full.text! },
          ...(calls as never[]),
        ]);
      }
      expect(on.mock.requests[0]?.path).toBe(protocol === "chat" ? "/v1/chat/completions" : "/v1/responses");
      expect(on.mock.requests[0]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
    });

    test("usage counts fresh and cached tokens apart", async () => {
      await using on = await drive([{ text: "x" }], extra);
      expect((await on.ask()).finish?.usage).toEqual({
        input: protocol === "chat" ? 6 : 5,
        output: 5,
        cacheRead: 4,
        cacheWrite: protocol === "chat" ? 0 : 1,
      });
    });

    test("the end has its reason", async () => {
      await using on = await drive(
        [{ text: "x" }, { text: "x", stop: "length" }, { refusal: "I cannot." }, { text: "x", calls: [{ tool: "t" }] }],
        extra,
      );
      expect([await on.ask(), await on.ask(), await on.ask(), await on.ask()].map(({ finish }) => finish?.stop)).toEqual([
        "done",
        "length",
        "refusal",
        "calls",
      ]);
    });

    test("cut by the output limit at any character, a call is never yielded and says so", async () => {
      const json = JSON.stringify({ path: "a.txt", content: 'line\n"quoted" {}' });
      const replies = Array.from(
        { length: json.length },
        (_, at): OpenAIReply => ({ stop: "length", calls: [{ tool: "write_file", json: json.slice(0, at), id: "t1" }] }),
      );
      await using on = await drive(replies, extra);
      for (const _ of replies) {
        const { calls, finish } = await on.ask();
        expect(calls).toEqual([]);
        expect(finish).toMatchObject({ stop: "length", broken: { t1: expect.stringContaining("limit of 1000 output tokens") } });
        expect(finish?.content).toEqual([{ type: "call", id: "t1", tool: "write_file", input: {} }]);
      }
    });

    test("arguments that are no object are never run", async () => {
      const bad = ["nonsense", "[1]", '{"a":', '"x"', "null"];
      await using on = await drive(
        bad.map((json) => ({ calls: [{ tool: "bash", json, id: "t1" }] })),
        extra,
      );
      for (const json of bad) {
        const { calls, finish } = await on.ask();
        expect([json, calls.length, finish?.stop, finish?.broken?.["t1"]]).toEqual([
          json,
          0,
          "calls",
          expect.stringContaining("not a complete JSON object"),
        ]);
      }
    });

    test("missing and doubled ids become ids of their own", async () => {
      const same = { tool: "bash", input: {}, id: "x" };
      await using on = await drive(
        [
          { calls: [same, same, same] },
          {
            calls: [
              { ...same, id: "" },
              { ...same, id: "" },
            ],
          },
        ],
        extra,
      );
      expect((await on.ask()).calls.map((part) => part.type === "call" && part.id)).toEqual(["x", "x_2", "x_3"]);
      const ids = (await on.ask()).calls.map((part) => part.type === "call" && part.id);
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(/^call_.+/);
    });

    test("an error inside the stream is what it says, unless a call is complete", async () => {
      const error = { message: `slow down ${KEY}`, code: "rate_limit_exceeded" };
      const frame = protocol === "chat" ? { error } : { type: "error", ...error };
      const replies: OpenAIReply[] = [
        { text: "x", insert: { at: 2, frame } },
        {
          calls: [
            { tool: "a", input: { x: 1 } },
            { tool: "b", json: '{"y":' },
          ],
          insert: { at: protocol === "chat" ? 4 : 5, frame },
        },
      ];
      await using on = await drive(replies, extra);
      const { error: thrown } = await on.ask();
      expect(thrown).toMatchObject({ code: "CLAW_PROVIDER_RATE", info: { status: 429, requestId: "req_1" } });
      expect(thrown?.message).not.toContain(KEY);
      expect((await on.ask()).finish).toMatchObject({ stop: "calls", content: [{ type: "call", tool: "a", input: { x: 1 } }] });
    });

    test.each(["cut", "end"] as const)("a stream that is %s early is given up before a complete call, and ends there after it", async (kind) => {
      const reply: OpenAIReply = {
        text: "ab",
        cut: 99,
        calls: [
          { tool: "a", input: { x: 1 }, id: "t1" },
          { tool: "b", input: {}, id: "t2" },
        ],
      };
      const count = protocol === "chat" ? 8 : 12;
      const replies = Array.from({ length: count }, (_, after): OpenAIReply => ({ ...reply, fault: { kind, after } }));
      await using on = await drive(replies, extra);
      let complete = false;
      for (let after = 0; after < count; after++) {
        const { error, calls, finish } = await on.ask();
        if (error !== undefined)
          expect([after, complete, error.code, calls.length, finish]).toEqual([after, false, "CLAW_PROVIDER_UNAVAILABLE", 0, undefined]);
        else {
          complete = true;
          expect(calls.length).toBeGreaterThan(0);
          expect(finish?.broken).toBeUndefined();
          expect(finish?.content.filter((block) => block.type === "call")).toEqual(calls as never[]);
        }
      }
      expect(complete).toBe(true);
    });

    test("silence ends the wait, an abort ends it at once", async () => {
      await using on = await drive(
        [
          { text: "abc", cut: 1, fault: { kind: "stall", after: 3 } },
          { text: "abc", cut: 1, fault: { kind: "stall", after: 3 } },
        ],
        {
          slice: { idleMs: 150, ...("slice" in extra ? extra.slice : {}) },
        },
      );
      const { error } = await on.ask();
      expect([error?.code, error?.message.includes("sent nothing for 0.15 s")]).toEqual(["CLAW_PROVIDER_UNAVAILABLE", true]);
      const control = new AbortController();
      const stream = on.provider.stream(requestOf({ model: MODEL }), control.signal)[Symbol.asyncIterator]();
      await stream.next();
      control.abort("enough");
      await expect(
        (async () => {
          for (;;) if ((await stream.next()).done) return;
        })(),
      ).rejects.toMatchObject({ code: "CLAW_ABORTED" });
      await on.mock.abandoned(2);
    });
  });
}
