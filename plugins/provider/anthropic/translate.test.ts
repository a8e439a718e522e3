import { describe, expect, test } from "bun:test";
import type { Block, Message, Request, ToolSpec } from "claw";
import { createTranslator } from "./translate.ts";

const MODEL = { id: "claude-x", context: 1, maxOutput: 1 };
const MARK = { cache_control: { type: "ephemeral" } };
const TOOLS: readonly ToolSpec[] = [
  { name: "a", description: "A", schema: { type: "object", properties: {} } },
  { name: "b", description: "B", schema: { type: "object" } },
];
type Body = { messages: { role: string; content: { [key: string]: unknown }[] }[]; [key: string]: unknown };

function bodyOf(change: Partial<Request>, translate = createTranslator()): Body {
  return JSON.parse(translate({ model: MODEL, system: [], messages: [], tools: [], maxOutput: 100, options: {}, ...change }, {})) as Body;
}
const user = (...content: Block[]): Message => ({ role: "user", content });
const assistant = (...content: Block[]): Message => ({ role: "assistant", content });
const text = (words: string): Block => ({ type: "text", text: words });
const call = (id: string): Block => ({ type: "call", id, tool: "a", input: { n: 1 } });
const result = (id: string, ...content: Block[]): Block => ({ type: "result", id, content, failed: false });

describe("translate", () => {
  test("a whole request", () => {
    const messages = [
      user(text("look"), { type: "image", mediaType: "image/png", base64: "AAAA" }),
      assistant({ type: "thinking", text: "hm", opaque: { provider: "anthropic", signature: "sig" } }, text("reading"), call("t1")),
      user({ type: "result", id: "t1", content: [text("body"), { type: "image", mediaType: "image/png", base64: "BBBB" }], failed: true }),
    ];
    expect(bodyOf({ system: ["one", " \n", "two"], tools: TOOLS, messages })).toEqual({
      model: "claude-x",
      max_tokens: 100,
      stream: true,
      tools: [
        { name: "a", description: "A", input_schema: { type: "object", properties: {} } },
        { name: "b", description: "B", input_schema: { type: "object" }, ...MARK },
      ],
      system: [
        { type: "text", text: "one" },
        { type: "text", text: "two", ...MARK },
      ],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "look" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" }, ...MARK },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "hm", signature: "sig" },
            { type: "text", text: "reading" },
            { type: "tool_use", id: "t1", name: "a", input: { n: 1 } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "t1",
              content: [
                { type: "text", text: "body" },
                { type: "image", source: { type: "base64", media_type: "image/png", data: "BBBB" } },
              ],
              is_error: true,
              ...MARK,
            },
          ],
        },
      ],
    });
  });

  test("messages in a row become one, results first", () => {
    const { messages } = bodyOf({
      messages: [user(text("q")), assistant(call("t1"), call("t2")), user(text("steered"), result("t1", text("1"))), user(result("t2", text("2")))],
    });
    expect(messages.map(({ role, content }) => [role, content.map((block) => block["tool_use_id"] ?? block["text"] ?? block["id"])])).toEqual([
      ["user", ["q"]],
      ["assistant", ["t1", "t2"]],
      ["user", ["t1", "t2", "steered"]],
    ]);
  });

  test("marks at most four places, the last two of the user among them", () => {
    const messages = Array.from({ length: 9 }, (_, at) => (at % 2 === 0 ? user(text(`u${at}`)) : assistant(text(`a${at}`))));
    const body = bodyOf({ system: ["s"], tools: TOOLS, messages });
    expect(JSON.stringify(body).split("cache_control")).toHaveLength(5);
    expect(body.messages.flatMap(({ content }) => content.flatMap((block) => ("cache_control" in block ? [block["text"]] : [])))).toEqual([
      "u6",
      "u8",
    ]);
  });

  test("what was sent keeps its bytes while the session grows", () => {
    const translate = createTranslator();
    const plain = (messages: readonly Message[]): string =>
      translate({ model: MODEL, system: ["s"], tools: TOOLS, messages, maxOutput: 100, options: {} }, {}).replaceAll(
        ',"cache_control":{"type":"ephemeral"}',
        "",
      );
    const messages: Message[] = [user(text("q"))];
    let before = plain(messages).slice(0, -2);
    for (let step = 0; step < 20; step++) {
      messages.push(
        assistant({ type: "thinking", text: "t", opaque: { provider: "anthropic", signature: `s${step}` } }, call(`t${step}`)),
        user(result(`t${step}`, text("out"))),
      );
      const now = plain(messages);
      expect(now.startsWith(before)).toBe(true);
      before = now.slice(0, -2);
    }
  });

  test("no text without a visible character, no empty message, no empty result", () => {
    const { messages } = bodyOf({
      messages: [
        user(text("q"), text("")),
        assistant(text(" \n"), call("t1")),
        user(result("t1"), text("\t")),
        assistant(text("")),
        user({ ...(result("t2", text("")) as object), failed: true } as Block),
      ],
    });
    expect(messages.map(({ content }) => content.map((block) => block["content"] ?? block["text"] ?? block["type"]))).toEqual([
      ["q"],
      ["tool_use"],
      [[{ type: "text", text: "(no output)" }], [{ type: "text", text: "(failed without output)" }]],
    ]);
  });

  test("begins with the user, whatever is left of a session", () => {
    expect(bodyOf({ messages: [] }).messages.map(({ role }) => role)).toEqual(["user"]);
    expect(bodyOf({ messages: [assistant(text("a"))] }).messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test("thinking goes back as it came, and only our own", () => {
    const raw = { type: "redacted_thinking", data: "x+/=" };
    const content = [
      { type: "thinking", text: "no signature" },
      { type: "thinking", text: "someone else's", opaque: { signature: "s" } },
      { type: "thinking", text: "", opaque: { provider: "anthropic", signature: "only" } },
      { type: "thinking", text: "", opaque: { provider: "anthropic", raw } },
    ] as const;
    expect(bodyOf({ messages: [user(text("q")), assistant(...content)] }).messages[1]?.content as unknown).toEqual([
      { type: "thinking", thinking: "", signature: "only" },
      raw,
    ]);
  });

  test("lone surrogates are repaired wherever they hide, whole pairs are not touched", () => {
    const bad = "a\ud800b";
    const messages = [
      user(text(bad)),
      assistant({ type: "call", id: "t1", tool: "a", input: { [bad]: [bad, { deep: "🎉\\ud800" }] } }),
      user(result("t1", text(`\udfff🎉${bad}`))),
    ];
    const translate = createTranslator();
    const tools = [{ name: "a", description: bad, schema: { title: bad } }];
    const sent = translate({ model: MODEL, system: [bad], tools, messages, maxOutput: 1, options: {} }, {});
    expect(sent.isWellFormed()).toBe(true);
    expect(JSON.stringify(JSON.parse(sent)).replaceAll("\\\\", "")).not.toMatch(/\\ud[89a-f]/);
    expect(sent).toContain("🎉\\\\ud800");
  });

  test("an input that is no object becomes one", () => {
    const odd: Block = { type: "call", id: "t1", tool: "a", input: [1] };
    expect(bodyOf({ messages: [user(text("q")), assistant(odd)] }).messages[1]?.content).toEqual([
      { type: "tool_use", id: "t1", name: "a", input: { value: [1] } },
    ]);
  });

  test("other fields go in by their names", () => {
    const translate = createTranslator();
    const sent = translate(
      { model: MODEL, system: [], messages: [], tools: [], maxOutput: 1, options: {} },
      { thinking: { type: "adaptive" }, top_k: 3 },
    );
    expect(JSON.parse(sent)).toMatchObject({ thinking: { type: "adaptive" }, top_k: 3 });
  });

  test("a session that steps back, forks or is folded is sent as it is then", () => {
    const translate = createTranslator();
    const fresh = (messages: readonly Message[]): Body => bodyOf({ messages });
    const long = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? user(text(`u${at}`)) : assistant(text(`a${at}`))));
    const fork = [...long.slice(0, 8), user(text("other way"))];
    const folded = [user(text("summary")), ...long.slice(9)];
    const blanks = [...long.slice(0, 4), user(text(" ")), assistant(text("")), ...long.slice(4)];
    const orders = [
      long.slice(0, 11),
      long.slice(0, 3),
      long,
      long.slice(0, 8),
      long.slice(0, 9),
      long.slice(1),
      fork,
      long,
      folded,
      blanks,
      blanks.slice(0, 5),
      long.slice(0, 7),
      long,
    ];
    for (const messages of orders) expect(bodyOf({ messages }, translate)).toEqual(fresh(messages));
    for (let length = 0; length <= long.length; length++)
      expect(bodyOf({ messages: long.slice(0, length) }, translate)).toEqual(fresh(long.slice(0, length)));
    for (let length = 12; length >= 0; length--)
      expect(bodyOf({ messages: blanks.slice(0, length) }, translate)).toEqual(fresh(blanks.slice(0, length)));
  });
});
