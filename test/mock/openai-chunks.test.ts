// Chunks of Chat Completions as the many servers that speak it send them.
import { describe, expect, test } from "bun:test";
import { chunk, drive } from "./openai-drive.ts";

const called = (...calls: object[]) => chunk({ tool_calls: calls });

describe("stream > chunks as servers send them", () => {
  const finishing = [chunk({}, "tool_calls"), "[DONE]"];
  const A = { type: "call", id: "a", tool: "x", input: { n: 1 } };
  const B = { type: "call", id: "b", tool: "y", input: { n: 2 } };
  const begin = (index: number | undefined, id: string, name: string, json = "") => ({
    ...(index === undefined ? {} : { index }),
    id,
    function: { name, arguments: json },
  });
  const more = (index: number | undefined, json: string) => ({ ...(index === undefined ? {} : { index }), function: { arguments: json } });

  test.each([
    [
      "two calls taking turns",
      [called(begin(0, "a", "x")), called(begin(1, "b", "y")), called(more(0, '{"n"')), called(more(1, '{"n":2}')), called(more(0, ":1}"))],
    ],
    ["two calls in one chunk", [called(begin(0, "a", "x", '{"n":1}'), begin(1, "b", "y", '{"n":2}'))]],
    ["no index", [called(begin(undefined, "a", "x", '{"n"')), called(more(undefined, ":1}")), called(begin(undefined, "b", "y", '{"n":2}'))]],
    ["no index, in one chunk", [called(begin(undefined, "a", "x", '{"n":1}'), begin(undefined, "b", "y", '{"n":2}'))]],
    ["one index for all", [called(begin(0, "a", "x", '{"n":1}')), called(begin(0, "b", "y", '{"n":2}'))]],
    [
      "id and name again in every chunk",
      [called(begin(0, "a", "x", '{"n"')), called(begin(0, "a", "x", ":1}")), called(begin(1, "b", "y", '{"n":2}'))],
    ],
    [
      "the name later than the id",
      [
        called({ index: 0, id: "a", function: {} }),
        called({ index: 0, function: { name: "x", arguments: '{"n":1}' } }),
        called(begin(1, "b", "y", '{"n":2}')),
      ],
    ],
    ["arguments as an object", [called({ index: 0, id: "a", function: { name: "x", arguments: { n: 1 } } }), called(begin(1, "b", "y", '{"n":2}'))]],
  ] as [string, object[]][])("%s", async (_, frames) => {
    await using on = await drive([{ frames: [...frames, ...finishing] }]);
    const { finish, calls } = await on.ask();
    expect(finish?.content.filter((block) => block.type === "call")).toEqual([A, B] as never);
    expect(new Set(calls.map((part) => JSON.stringify(part)))).toEqual(new Set([JSON.stringify(A), JSON.stringify(B)]));
  });

  test("a call runs as soon as the next begins", async () => {
    await using on = await drive([
      { frames: [called(begin(0, "a", "x", '{"n":1}')), called(begin(1, "b", "y")), chunk({ content: "z" }), ...finishing] },
    ]);
    const { parts } = await on.ask();
    expect(parts.map((part) => part.type)).toEqual(["call", "text", "call", "finish"]);
  });

  test("streams without [DONE], without usage, with usage elsewhere, or with more choices", async () => {
    const text = chunk({ content: "x" });
    const other = { id: "c", choices: [{ index: 1, delta: { content: "other" } }] };
    await using on = await drive([
      { frames: [text, chunk({}, "stop")] },
      { frames: [text, chunk({}, "stop")], fault: { kind: "cut", after: 2 } },
      {
        frames: [
          other,
          text,
          { ...chunk({}, "stop"), usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 21, prompt_cache_hit_tokens: 4 } },
          "[DONE]",
        ],
      },
      { frames: [text, { ...chunk({}, "stop"), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 1 } } }, "[DONE]"] },
      { frames: ["[DONE]"] },
    ]);
    const usages = [];
    for (let count = 0; count < 4; count++) {
      const { text: heard, finish } = await on.ask();
      expect([heard, finish?.stop]).toEqual(["x", "done"]);
      usages.push(finish?.usage);
    }
    expect(usages).toEqual([
      { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      { input: 5, output: 12, cacheRead: 4, cacheWrite: 0 },
      { input: 3, output: 1, cacheRead: 0, cacheWrite: 0 },
    ]);
    expect((await on.ask()).finish).toMatchObject({ stop: "done", content: [] });
  });

  test("thinking by any name is thinking", async () => {
    const pieces = [
      { type: "thinking", thinking: [{ type: "text", text: "c" }] },
      { type: "text", text: "T" },
    ];
    await using on = await drive([
      { frames: [chunk({ reasoning_content: "a" }), chunk({ reasoning: "b" }), chunk({ content: pieces }), chunk({}, "stop"), "[DONE]"] },
    ]);
    const { finish } = await on.ask();
    expect(finish?.content).toEqual([
      { type: "thinking", text: "abc", opaque: { service: "openai" } },
      { type: "text", text: "T" },
    ]);
  });
});
