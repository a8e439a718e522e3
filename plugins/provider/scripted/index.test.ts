// The player by itself, then the provider in a real kernel.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClawError, definePlugin, defineTool, type Json, type Message, type Part, type Provider } from "claw";
import { createHarness, pluginContract, providerContract } from "claw/testing";
import * as v from "valibot";
import { nextReply, play } from "./player.ts";
import { parseScript, type Script } from "./script.ts";

pluginContract(import.meta.dir);

const scriptOf = (...replies: readonly Json[]): Script => parseScript(JSON.stringify({ replies }), "test");
const collect = (reply: Json, signal = new AbortController().signal): Promise<Part[]> =>
  Array.fromAsync(play(scriptOf(reply).replies[0]!, 1, signal));
const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
const FREE = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

describe("play", () => {
  test("thinking, text and calls, in deltas of a size, then the whole", async () => {
    const reply = {
      thinking: "hm",
      text: "a😀b",
      deltas: [1, 1],
      calls: [
        { tool: "t", input: { a: 1 } },
        { tool: "u", id: "x" },
      ],
      usage: { input: 3 },
    };
    expect(await collect(reply)).toEqual([
      { type: "thinking", delta: "h" },
      { type: "thinking", delta: "m" },
      { type: "text", delta: "a" },
      { type: "text", delta: "😀" },
      { type: "text", delta: "b" },
      { type: "call", id: "call_1_2", tool: "t", input: { a: 1 } },
      { type: "call", id: "x", tool: "u", input: {} },
      {
        type: "finish",
        stop: "calls",
        usage: { ...FREE, input: 3 },
        content: [
          { type: "thinking", text: "hm" },
          { type: "text", text: "a😀b" },
          { type: "call", id: "call_1_2", tool: "t", input: { a: 1 } },
          { type: "call", id: "x", tool: "u", input: {} },
        ],
      },
    ]);
  });
  test("content in any order; a broken call is in the message only", async () => {
    const content = [{ call: { tool: "t", id: "1" } }, { text: "after" }, { call: { tool: "t", id: "2", broken: "cut" } }];
    const parts = await collect({ content, stop: "length" });
    expect(parts.map((part) => part.type)).toEqual(["call", "text", "finish"]);
    expect(parts.at(-1)).toMatchObject({ stop: "length", broken: { 2: "cut" }, content: [{ id: "1" }, { text: "after" }, { id: "2" }] });
  });
  test.each([
    [0, []],
    [2, ["a", "b"]],
    [99, ["a", "b", "c"]],
  ])("a fault after %d parts comes before the finish", async (after, deltas) => {
    const seen: string[] = [];
    const stream = async (): Promise<void> => {
      const fault = { after, code: "CLAW_PROVIDER_RATE", message: "slow down", status: 429, retryAfterMs: 5 };
      for await (const part of play(scriptOf({ text: "abc", deltas: 1, fault }).replies[0]!, 1, new AbortController().signal))
        if (part.type === "text") seen.push(part.delta);
    };
    const thrown = (await stream().catch((error: unknown) => error)) as ClawError;
    expect([thrown.code, thrown.message, thrown.info]).toEqual(["CLAW_PROVIDER_RATE", "slow down", { status: 429, retryAfterMs: 5 }]);
    expect(seen).toEqual([...deltas]);
  });
  test("a hanging stream ends when it is aborted, without a finish; so does a pause", async () => {
    for (const reply of [
      { text: "ab", deltas: 1, fault: { after: 1, hang: true } },
      { text: "ab", deltas: 1, pauseMs: 60_000 },
    ] as const) {
      const abort = new AbortController();
      const parts = collect(reply, abort.signal);
      abort.abort("test");
      expect((await parts).filter((part) => part.type === "finish")).toEqual([]);
    }
  });
});

test("nextReply > `when` goes first, the rest in line, a repeating one for ever", () => {
  const { replies } = scriptOf({ text: "1" }, { when: "boom", text: "!" }, { text: "2" }, { text: "…", repeat: true });
  const progress = { played: new Set<number>(), count: 0 };
  const result: Message = {
    role: "user",
    content: [{ type: "result", id: "1", content: [{ type: "text", text: "went boom" }], failed: true }],
  };
  const heard = [said("hi"), result, result, said("x"), said("x")].map((message) => nextReply(replies, progress, [message])?.text);
  expect(heard).toEqual(["1", "!", "2", "…", "…"]);
  expect(progress.count).toBe(5);
  expect(nextReply(scriptOf({ when: "never" }).replies, { played: new Set(), count: 0 }, [said("x")])).toBeUndefined();
});

test.each([
  ["{", /the script f is not JSON/],
  ['{"replies":[{"txt":"x"}]}', /replies\.0\.txt/],
  ['{"replies":[{"fault":{"code":"CLAW_BUG"}}]}', /replies\.0\.fault\.code/],
  ['{"replies":[{"deltas":0}]}', /replies\.0\.deltas/],
])("parseScript > %s is malformed", (text, message) => {
  expect(() => parseScript(text, "f")).toThrow(
    expect.objectContaining({ code: "CLAW_CONFIG_INVALID", message: expect.stringMatching(message) as string }),
  );
});

describe("in a kernel", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-script-"));
  const write = (name: string, ...replies: readonly Json[]): string => {
    writeFileSync(join(folder, name), JSON.stringify({ replies }));
    return join(folder, name);
  };
  providerContract(async () => {
    const path = write("contract.json", { thinking: "t", text: "hello", deltas: 2, calls: [{ tool: "t", input: {} }], repeat: true });
    const harness = await createHarness({ plugins: ["provider/scripted"], options: { script: path } });
    const provider: Provider = await harness.host.get("provider", "scripted");
    const model = await provider.resolve("scripted");
    return { provider, request: { model, system: [], messages: [said("x")], tools: [], maxOutput: 1, options: {} } };
  });
  test("a script is played step by step, calls really run, and its end is said", async () => {
    const path = write(
      "session.json",
      { text: "look", calls: [{ tool: "echo", input: { text: "HELLO" } }] },
      { when: "HELLO", text: "it said HELLO" },
    );
    const echo = definePlugin({
      setup({ contribute }) {
        const tool = defineTool({
          name: "echo",
          description: "Says it back",
          input: v.strictObject({ text: v.string() }),
          access: () => "none",
          subject: ({ text }) => text,
          run: async ({ text }) => ({ content: [{ type: "text", text }] }),
        });
        contribute("tool", { ...tool, access: () => "none" });
      },
    });
    await using harness = await createHarness({
      plugins: [echo, "provider/scripted"],
      config: { provider: "scripted", model: `scripted:${path}` },
    });
    expect(await harness.submit("go")).toEqual({ kind: "completed" });
    expect(harness.shell.session.messages.at(-1)).toEqual({ role: "assistant", content: [{ type: "text", text: "it said HELLO" }] });
    expect(await harness.submit("more")).toMatchObject({ kind: "failed", error: { code: "CLAW_PROVIDER_REJECTED" } });
  });
  test.each([
    ["scripted", {}, "CLAW_MODEL_UNKNOWN"],
    ["gpt", {}, "CLAW_MODEL_UNKNOWN"],
    ["scripted:/no/such/file", {}, "CLAW_CONFIG_UNREADABLE"],
  ])("model %s without a script is %s", async (model, options, code) => {
    await using harness = await createHarness({ plugins: ["provider/scripted"], options, config: { provider: "scripted", model } });
    expect(await harness.submit("go")).toMatchObject({ kind: "failed", error: { code } });
    rmSync(join(folder, "none"), { force: true });
  });
});
