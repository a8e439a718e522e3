// The contract line by line, as scripts drive the built binary: what a word or option gives, and how a run ends.
import { describe, expect, test } from "bun:test";
import type { Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

async function ask(
  scratch: Scratch,
  words: readonly string[],
  replies: readonly Reply[] = [{ text: "fine" }],
  env: Readonly<Record<string, string>> = {},
) {
  scratch.serve({ replies, repeat: true });
  const ran = await scratch.ask(words, { env });
  const models = scratch.mock.requests.map(({ body }) => (body as { readonly model: string }).model);
  return { ...ran, models };
}
/** Waits between tries that a test has time for. */
const quick = (tries?: number): string[] => [
  "--settings",
  JSON.stringify({ plugins: { "@claw/feature-retry": { baseMs: 1, ...(tries !== undefined && { tries }) } } }),
];
const busy: Reply = { status: 529 };

describe("a mistake of usage > exit 2 with what was probably meant, and nothing is sent", () => {
  test.each([
    ["stauts", 'Did you mean "status"?'],
    ["/stauts", 'Did you mean "/status"?'],
    ["-p x --modle haiku", 'Did you mean "--model"?'],
    ["-p x --maxTurns 3", 'Did you mean "--max-turns"?'],
    ["-p x --model hiaku", 'Did you mean "haiku"?'],
    ["-p x --output-format jsno", 'Did you mean "json"?'],
    ["status --output-format yaml", "Known: "],
    ["-p x --permission-mode reed-only", 'Did you mean "read-only"?'],
    ["-p x --allowedTools raed", 'Did you mean "read"?'],
    ["-p x --disallowed-tools Bsah", 'Did you mean "bash"?'],
    ["-p x --tools Raed", 'Did you mean "read"?'],
    ["-p x --effort hgih", 'Did you mean "high"?'],
    ["-p x --max-turns -1", "write --max-turns=-1"],
    ["-p x --agent nope", "general-purpose"],
    ["-p x --input-format stream-json", "--output-format stream-json"],
    ["-p x --fork", "--continue or --resume"],
  ])("%s", async (line, hint) => {
    await using scratch = await createScratch();
    const { code, err, out, models } = await ask(scratch, line.split(" "));
    expect({ code, out, models }).toEqual({ code: 2, out: "", models: [] });
    expect(err).toStartWith("error: ");
    expect(err).toContain(hint);
  });
});

describe("--fallback-model", () => {
  test("is asked after a few tries, though nobody is there to wait", async () => {
    await using scratch = await createScratch();
    const { code, out, models } = await ask(
      scratch,
      ["-p", "x", "--fallback-model", "haiku", ...quick()],
      [busy, busy, busy, busy, { text: "from the other" }],
    );
    expect({ code, out, asked: new Set(models).size, last: models.at(-1) }).toEqual({
      code: 0,
      out: "from the other\n",
      asked: 2,
      last: "claude-haiku-5-5",
    });
  });
});

test("CLAW_API_REQUEST_TIMEOUT > limits the wait for the first byte too", async () => {
  await using scratch = await createScratch();
  const { code, err } = await ask(scratch, ["-p", "x", ...quick(0)], [{ fault: { kind: "hang" } }], { CLAW_API_REQUEST_TIMEOUT: "0.2" });
  expect(code).toBe(1);
  expect(err).toContain("did not begin to answer within 0.2 s");
});

test.each([
  ["ANTHROPIC_API_KEY", "sk-one\nsk-two"],
  ["ANTHROPIC_AUTH_TOKEN", "tok\u2026en"],
])("%s that no header can carry > exit 3 at once, naming it and not showing it", async (name, value) => {
  await using scratch = await createScratch();
  const { code, err, models } = await ask(scratch, ["-p", "x"], [{ text: "fine" }], { [name]: value });
  expect({ code, models }).toEqual({ code: 3, models: [] });
  expect(err).toContain(name);
  expect(err).not.toContain("sk-");
});

test("-p TEXT --help > is the help, whatever TEXT is", async () => {
  await using scratch = await createScratch();
  const { code, out, models } = await ask(scratch, ["-p", "fix the bug", "--help"]);
  expect({ code, models }).toEqual({ code: 0, models: [] });
  expect(out).toContain("Exit codes");
});

test("a permission answer with `interrupt` > ends the turn, and the next message is answered", async () => {
  await using scratch = await createScratch();
  const call: Reply = { blocks: [{ type: "call", tool: "write_file", input: { path: "new.txt", content: "x" } }] };
  scratch.serve({ replies: [call, { text: "after all" }] });
  const words = [
    "-p",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--permission-prompt-tool",
    "stdio",
    "--permission-mode",
    "prompt",
  ];
  await using child = Bun.spawn([scratch.binary, ...words], {
    cwd: scratch.work,
    env: scratch.env,
    stdio: ["pipe", "pipe", "ignore"],
    timeout: 20_000,
  });
  const send = (object: object): void => {
    child.stdin.write(`${JSON.stringify(object)}\n`);
    child.stdin.flush();
  };
  const say = (content: string): void => send({ type: "user", message: { role: "user", content } });
  const results: { subtype: string; result: string }[] = [];
  const types: string[] = [];
  say("go");
  for await (const line of linesOf(child.stdout)) {
    types.push(line.type);
    if (line.type === "control_request") {
      const response = { behavior: "deny", message: "stop", interrupt: true };
      send({ type: "control_response", response: { subtype: "success", request_id: line.request_id, response } });
    } else if (line.type === "result") {
      results.push({ subtype: line.subtype, result: line.result });
      if (results.length === 1) say("and now?");
      else child.stdin.end();
    }
  }
  expect(results).toEqual([
    { subtype: "error_during_execution", result: "" },
    { subtype: "success", result: "after all" },
  ]);
  expect(types).not.toContain("control_cancel_request");
  expect(await child.exited).toBe(0);
});

// --- internal ---

interface Line {
  readonly type: string;
  readonly request_id: string;
  readonly subtype: string;
  readonly result: string;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const [...whole] = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) yield JSON.parse(line) as Line;
  }
}
