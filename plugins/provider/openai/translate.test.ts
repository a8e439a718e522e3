import { describe, expect, test } from "bun:test";
import type { Block, Json, Message } from "claw";
import { type ChatStyle, createChatTranslator } from "./chat.ts";
import { addDetails } from "./reasoning.ts";
import { createResponsesTranslator } from "./responses.ts";

const MODEL = { id: "m", context: 1, maxOutput: 1 };
const STYLE: ChatStyle = { service: "deepseek", replay: "none", ids: "any", images: true };
const user = (...content: Block[]): Message => ({ role: "user", content });
const assistant = (...content: Block[]): Message => ({ role: "assistant", content });
const text = (value: string): Block => ({ type: "text", text: value });
const call = (id: string, input: Json = { a: 1 }): Block => ({ type: "call", id, tool: "bash", input });
const result = (id: string, content: Block[], failed = false): Block => ({ type: "result", id, content, failed });
const picture: Block = { type: "image", mediaType: "image/png", base64: "AAAA" };
const thought = (opaque?: Json): Block => ({ type: "thinking", text: "hm", ...(opaque === undefined ? {} : { opaque }) });

type Body = { readonly messages: readonly Json[]; readonly [key: string]: unknown };
const chat = (messages: readonly Message[], style: Partial<ChatStyle> = {}): Body =>
  JSON.parse(createChatTranslator({ ...STYLE, ...style })({ model: MODEL, system: [], tools: [], messages }, {}));
const spoken = (messages: readonly Message[], model = "gpt-6-sol"): readonly Json[] =>
  JSON.parse(createResponsesTranslator("openai", model, true)({ model: MODEL, system: [], tools: [], messages }, {})).input;
const ASKED = { id: "c1", type: "function", function: { name: "bash", arguments: '{"a":1}' } };

describe("createChatTranslator", () => {
  test("a whole request", () => {
    const tools = [{ name: "bash", description: "runs", schema: { type: "object" } }];
    const body = createChatTranslator(STYLE)({ model: MODEL, system: ["one", " ", "two"], tools, messages: [user(text("hi"))] }, { max_tokens: 5 });
    expect(JSON.parse(body)).toEqual({
      model: "m",
      messages: [
        { role: "system", content: "one\n\ntwo" },
        { role: "user", content: "hi" },
      ],
      tools: [{ type: "function", function: { name: "bash", description: "runs", parameters: { type: "object" } } }],
      stream: true,
      max_tokens: 5,
    });
    expect(JSON.parse(createChatTranslator(STYLE)({ model: MODEL, system: [], tools: [], messages: [] }, {})).messages).toHaveLength(1);
  });

  test.each([
    [
      "text",
      [user(text("a"), text("b"))],
      [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      ],
    ],
    ["nothing that shows", [user(text(" \n")), assistant(text("")), user(text("x"))], [{ role: "user", content: "x" }]],
    ["a picture", [user(picture)], [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }]],
    ["calls", [assistant(text("go"), call("c1"))], [{ role: "assistant", content: "go", tool_calls: [ASKED] }]],
    ["calls without a word", [assistant(call("c1"))], [{ role: "assistant", content: null, tool_calls: [ASKED] }]],
    ["thinking alone", [assistant(thought())], [{ role: "user", content: "(The start of this session is not shown.)" }]],
    ["a result", [user(result("c1", [text("ok")]))], [{ role: "tool", tool_call_id: "c1", content: "ok" }]],
    ["a failure", [user(result("c1", [text("no")], true))], [{ role: "tool", tool_call_id: "c1", content: "Error: no" }]],
    ["an empty result", [user(result("c1", []))], [{ role: "tool", tool_call_id: "c1", content: "(no output)" }]],
    ["an empty failure", [user(result("c1", [], true))], [{ role: "tool", tool_call_id: "c1", content: "(failed without output)" }]],
    [
      "results before text",
      [user(text("and"), result("c1", [text("a")]), result("c2", [text("b")]))],
      [
        { role: "tool", tool_call_id: "c1", content: "a" },
        { role: "tool", tool_call_id: "c2", content: "b" },
        { role: "user", content: "and" },
      ],
    ],
    [
      "a picture in a result",
      [user(result("c1", [picture]), result("c2", [text("b")]))],
      [
        { role: "tool", tool_call_id: "c1", content: "(a picture, see below)" },
        { role: "tool", tool_call_id: "c2", content: "b" },
        {
          role: "user",
          content: [
            { type: "text", text: "Pictures in the result of call c1:" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
      ],
    ],
  ] as [string, Message[], Json[]][])("%s", (_, messages, expected) => {
    expect(chat(messages).messages).toEqual(expected);
  });

  test("a model without eyes is told of a picture", () => {
    expect(chat([user(picture)], { images: false }).messages).toEqual([{ role: "user", content: expect.stringContaining("cannot see") }]);
  });

  test("reasoning goes back where it is wanted, our own only, and its field stands beside every call", () => {
    const own = thought({ service: "deepseek" });
    const content = { replay: "content" } as const;
    expect(chat([assistant(own, text("a"), call("c1"))], content).messages).toMatchObject([{ reasoning_content: "hm", content: "a" }]);
    expect(chat([assistant(thought({ provider: "anthropic" }), call("c1"))], content).messages).toMatchObject([{ reasoning_content: "" }]);
    expect(chat([assistant(text("a"))], content).messages).toEqual([{ role: "assistant", content: "a" }]);
    expect(chat([assistant(own, text("a"))]).messages).toEqual([{ role: "assistant", content: "a" }]);
    const detailed = thought({ service: "deepseek", details: [{ type: "reasoning.encrypted", data: "x" }] });
    expect(chat([assistant(detailed, call("c1"))], { replay: "details" }).messages).toMatchObject([{ reasoning_details: [{ data: "x" }] }]);
  });

  test("ids are such that the server takes them, the same in call and result", () => {
    for (const ids of ["any", "short"] as const) {
      for (const id of ["toolu_01ABCDEFGHIJKLMNOPQRSTUV", "x".repeat(90), "functions.bash:0", "a|b"]) {
        const [asked, answered] = chat([assistant(call(id)), user(result(id, [text("ok")]))], { ids }).messages as [
          { tool_calls: [{ id: string }] },
          { tool_call_id: string },
        ];
        expect(asked.tool_calls[0].id).toBe(answered.tool_call_id);
        expect(answered.tool_call_id).toMatch(ids === "short" ? /^[a-zA-Z0-9]{9}$/ : /^[A-Za-z0-9_-]{1,40}$/);
      }
    }
  });

  test("lone surrogates are repaired, and an input that is no object becomes one", () => {
    expect(chat([user(text("a\ud83d")), assistant(call("c1", { x: "\udc00" }))]).messages).toMatchObject([
      { content: "a\ufffd" },
      { tool_calls: [{ function: { arguments: '{"x":"\ufffd"}' } }] },
    ]);
    expect(chat([assistant(call("c1", [1]))]).messages).toMatchObject([{ tool_calls: [{ function: { arguments: '{"value":[1]}' } }] }]);
  });

  test("what was sent keeps its bytes while the session grows", () => {
    const translate = createChatTranslator(STYLE);
    const messages = [user(text("hi")), assistant(text("a"), call("c1")), user(result("c1", [text("ok")]))];
    const body = (count: number): string => translate({ model: MODEL, system: ["s"], tools: [], messages: messages.slice(0, count) }, {});
    const head = body(1).slice(0, body(1).indexOf("]"));
    expect(body(3)).toStartWith(head);
  });
});

describe("createResponsesTranslator", () => {
  test("a whole request", () => {
    const tools = [{ name: "bash", description: "runs", schema: { type: "object" } }];
    const body = createResponsesTranslator(
      "openai",
      "gpt-6-sol",
      true,
    )({ model: MODEL, system: ["one", "two"], tools, messages: [user(text("hi"), picture)] }, { max_output_tokens: 5 });
    expect(JSON.parse(body)).toEqual({
      model: "gpt-6-sol",
      instructions: "one\n\ntwo",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "hi" },
            { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "auto" },
          ],
        },
      ],
      tools: [{ type: "function", name: "bash", description: "runs", parameters: { type: "object" }, strict: false }],
      stream: true,
      store: false,
      max_output_tokens: 5,
    });
  });

  test("calls, results and their pictures", () => {
    expect(spoken([assistant(text("go"), call("c1")), user(result("c1", [text("ok")]), result("c2", [text("x"), picture], true))])).toEqual([
      { role: "assistant", content: [{ type: "output_text", text: "go" }] },
      { type: "function_call", call_id: "c1", name: "bash", arguments: '{"a":1}' },
      { type: "function_call_output", call_id: "c1", output: "ok" },
      {
        type: "function_call_output",
        call_id: "c2",
        output: [
          { type: "input_text", text: "Error:" },
          { type: "input_text", text: "x" },
          { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "auto" },
        ],
      },
    ]);
  });

  test("reasoning and phase go back, to the model that made them, and never without what follows", () => {
    const item = { type: "reasoning", id: "r", summary: [], encrypted_content: "e" };
    const sealed = thought({ service: "openai", model: "gpt-6-sol", item });
    const phase = thought({ service: "openai", phase: "commentary" });
    const said = { role: "assistant", content: [{ type: "output_text", text: "a" }] };
    expect(spoken([assistant(sealed, phase, text("a"))])).toEqual([item, { ...said, phase: "commentary" }]);
    expect(spoken([assistant(sealed, text("a"))], "gpt-6-luna")).toEqual([said]);
    expect(spoken([assistant(text("a"), sealed)])).toEqual([said]);
    expect(spoken([assistant(thought({ service: "xai", model: "gpt-6-sol", item }), text("a"))])).toEqual([said]);
  });
});

test("addDetails > puts fragments of one detail together, and leaves sealed ones alone", () => {
  const details: { [key: string]: Json }[] = [];
  addDetails(details, [{ type: "reasoning.text", index: 0, text: "a", signature: null }]);
  addDetails(details, [{ type: "reasoning.text", index: 0, text: "b", signature: "s" }]);
  addDetails(details, [
    { type: "reasoning.encrypted", index: 0, data: "x" },
    { type: "reasoning.encrypted", index: 0, data: "y" },
  ]);
  addDetails(details, "nonsense");
  expect(details).toEqual([
    { type: "reasoning.text", index: 0, text: "ab", signature: "s" },
    { type: "reasoning.encrypted", index: 0, data: "x" },
    { type: "reasoning.encrypted", index: 0, data: "y" },
  ]);
});
