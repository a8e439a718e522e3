// Streams that are malformed, doubled, out of order or cut, and text that is not well-formed, on the built binary.
import { describe, expect, test } from "bun:test";
import type { Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

async function ask(scratch: Scratch, replies: readonly Reply[], words: readonly string[] = []) {
  scratch.serve({ replies });
  const { out, err, code } = await scratch.ask(["-p", "go", "--output-format", "json", ...words]);
  return { err, code, result: JSON.parse(out), requests: scratch.mock.requests };
}
const bash = (command: string): Reply => ({ blocks: [{ type: "call", tool: "bash", input: { command }, deltas: 1_000 }] });
const danger = ["--permission-mode", "danger-full-access"];

describe("the wire", () => {
  const text = "grüße, 你好 \u{1f980}";
  test.each([
    ["CRLF", { newline: "\r\n" as const }],
    ["a BOM", { bom: true }],
    ["comments", { comments: true }],
    ["data over several lines", { multiline: true }],
    ["events nobody knows", { strange: true }],
    ["one byte at a time", { split: 1 }],
  ])("%s > the answer arrives whole", async (_, wire) => {
    await using scratch = await createScratch();
    const { result, code } = await ask(scratch, [{ text, deltas: 3, wire }]);
    expect({ code, answer: result.result }).toEqual({ code: 0, answer: text });
  });
});

describe("faults", () => {
  test.each([
    ["a reset before the first byte", { text: "lost", fault: { kind: "reset" } }],
    ["a cut in the middle of the text", { text: "lost words here", deltas: 4, fault: { kind: "cut", after: 3 } }],
    ["an end without its last event", { text: "lost words here", deltas: 4, fault: { kind: "end", after: 4 } }],
    ["overloaded inside the stream", { text: "lost", fault: { kind: "error", after: 2, error: { type: "overloaded_error", message: "busy" } } }],
    ["529", { status: 529 }],
    ["500", { status: 500 }],
    ["429 with retry-after", { status: 429, headers: { "retry-after": "0" } }],
  ] as const)("%s > is tried again, and nothing is said twice", async (_, bad) => {
    await using scratch = await createScratch();
    const { result, code, requests } = await ask(scratch, [bad as Reply, { text: "fine" }]);
    expect({ code, answer: result.result, requests: requests.length }).toEqual({ code: 0, answer: "fine", requests: 2 });
  });

  test("a cut after a complete call > the call runs once", async () => {
    await using scratch = await createScratch();
    const call: Reply = { ...bash("echo ran >> log; wc -l < log"), fault: { kind: "cut", after: 6 } };
    const { result } = await ask(scratch, [call, { text: "fine" }], danger);
    expect(result).toMatchObject({ result: "fine", tool_results: [{ is_error: false }] });
    expect(result.tool_results[0].output.trim()).toBe("1");
  });

  test("events doubled > no text and no call twice", async () => {
    await using scratch = await createScratch();
    const { result } = await ask(scratch, [{ ...bash("echo ran >> log; wc -l < log"), double: [0, 1, 2, 5, 6] }, { text: "fine" }], danger);
    expect(result.tool_uses).toHaveLength(1);
    expect(result.tool_results[0].output.trim()).toBe("1");
  });

  test("a call cut at the output limit > is not run, and the model is told", async () => {
    await using scratch = await createScratch();
    const cut: Reply = { blocks: [{ type: "call", tool: "bash", json: '{"command":"touch x' }], stop: "max_tokens" };
    const { result } = await ask(scratch, [cut, { text: "fine" }], danger);
    expect(result.tool_results).toMatchObject([{ is_error: true }]);
    expect(await Bun.file(`${scratch.work}/x`).exists()).toBe(false);
  });

  test("a bad key > exit 3 at once, and the key is nowhere", async () => {
    await using scratch = await createScratch();
    const body = { type: "error", error: { type: "authentication_error", message: "invalid x-api-key sk-test" } };
    const { result, code, err, requests } = await ask(scratch, [{ status: 401, body }]);
    expect({ code, requests: requests.length }).toEqual({ code: 3, requests: 1 });
    expect(JSON.stringify(result) + err).not.toContain("sk-test");
  });
});

describe("text that is not well-formed", () => {
  test("bytes 00 to FF from a command > every later request is valid", async () => {
    await using scratch = await createScratch();
    const all = bash("for i in $(seq 0 255); do printf \"\\\\x$(printf %x $i)\"; done; printf '\\xed\\xa0\\x80'");
    const { result, code, requests } = await ask(scratch, [all, { text: "fine" }], danger);
    expect({ code, answer: result.result }).toEqual({ code: 0, answer: "fine" });
    expect(requests[1]!.text.isWellFormed()).toBe(true);
  });

  test("a lone surrogate from the model > is kept and sent well-formed", async () => {
    await using scratch = await createScratch();
    const { code } = await ask(scratch, [{ text: "half \ud83e" }]);
    expect(code).toBe(0);
    scratch.serve({ replies: [{ text: "fine" }] });
    expect(await scratch.ask(["-c", "-p", "on"])).toMatchObject({ out: "fine\n", code: 0 });
    expect(scratch.mock.requests[0]!.text).not.toMatch(/\\ud[89a-f]/i);
  });
});
