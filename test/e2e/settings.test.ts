// Values in settings that can mean nothing, lists of words on the command line, and what goes from one machine to another: as a person meets them.
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createMock, type Mock, type Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

let scratch: Scratch;
let mock: Mock | undefined;
beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(async () => {
  await mock?.stop();
  mock = undefined;
  scratch[Symbol.dispose]();
});
async function ask(
  words: readonly string[],
  { replies = [{ text: "fine" }], home, stdin }: { replies?: Reply[]; home?: string; stdin?: string } = {},
) {
  mock = createMock({ replies, repeat: true });
  const env = { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test", ...(home !== undefined && { CLAW_CONFIG_HOME: home }) };
  const ran = await scratch.run(words, { env, ...(stdin !== undefined && { stdin }) });
  return { ...ran, bodies: mock.requests.map(({ body }) => body as { readonly messages: readonly { readonly content: unknown }[] }) };
}
async function settings(text: string): Promise<string> {
  const path = join(scratch.home, ".claw", "settings.json");
  await mkdir(join(scratch.home, ".claw"), { recursive: true });
  await Bun.write(path, text);
  return path;
}
const call = (tool: string, input: object): Reply => ({ blocks: [{ type: "call", tool, input }] });
const last = (bodies: Awaited<ReturnType<typeof ask>>["bodies"]): string => JSON.stringify(bodies.at(-1)?.messages.at(-1));

describe("a wrong type in settings > exit 3 with file, line and key, and nothing is sent", () => {
  test.each([
    ['{\n  // of commands\n  "env": ["A=1"]\n}', 3, "env → Invalid type"],
    ['{ "env": {\n  "A": [1]\n} }', 2, "env.A → Invalid type"],
    ['{\n  "autoCompactInputTokens": "many"\n}', 2, "autoCompactInputTokens → Invalid type"],
    ['{\n  "smallModel": 3 }', 2, "smallModel → Invalid type"],
    ['{\n\n  "hooks": [] }', 3, "hooks → Invalid type"],
    [
      '{ "hooks": {\n  "PreToolUse": [\n    {\n      "hooks": [ { "type": "command",\n        "command": 3 } ] } ] } }',
      4,
      "hooks.PreToolUse[0].hooks[0] → ",
    ],
    ['{\n  "statusLine": "date"\n}', 2, "statusLine → Invalid type"],
    ['{\n  "mcpServers": []\n}', 2, "mcpServers → Invalid type"],
  ])("%j", async (text, line, what) => {
    const path = await settings(text);
    const { code, out, err, bodies } = await ask(["-p", "hi"]);
    expect({ code, out, sent: bodies.length }).toEqual({ code: 3, out: "", sent: 0 });
    expect(err).toStartWith(`error: ${path}:${line}: ${what}`);
  });

  test("and the commands that say what is wrong still run", async () => {
    await settings('{ "env": 3, "model": "haiku" }');
    for (const words of [["config"], ["config", "explain", "model"], ["doctor"], ["status"]]) {
      const { code, out } = await ask(words);
      expect([words, code <= 1, out.length > 0]).toEqual([words, true, true]);
    }
  });

  test("a plugin that has taken the place of the bundled one says itself what its key may be", async () => {
    await settings('{ "theme": { "mine": 1 }, "plugins": { "@claw/feature-theme": false } }');
    expect((await ask(["-p", "hi"])).code).toBe(0);
  });

  test("Claude Code's own file may be as it likes", async () => {
    await mkdir(join(scratch.home, ".claude"));
    await Bun.write(join(scratch.home, ".claude", "settings.json"), '{ "env": { "A": [1] }, "hooks": { "Stop": "x" } }');
    expect((await ask(["-p", "hi"])).code).toBe(0);
  });
});

test("--allowedTools A B > several words are one list, and none of them is prompt", async () => {
  const { code, bodies } = await ask(["-p", "go", "--allowedTools", "Bash(echo *)", "Edit", "--model", "haiku"]);
  expect([code, JSON.stringify(bodies[0]?.messages.at(-1)?.content)]).toEqual([0, expect.stringContaining('"go"') as unknown as string]);
  expect(JSON.stringify(bodies[0]?.messages)).not.toContain("Edit");
  expect(await ask(["-p", "go", "--allowedTools", "Read", "please"])).toMatchObject({ code: 2, bodies: [] });
});

test("two commands in one message > the second is judged when the first is over, and not refused for coming after it", async () => {
  await Bun.write(join(scratch.work, "a.txt"), "found me\n");
  const blocks = ["mkdir -p d && cd d", "cat ../a.txt"].map((command) => ({ type: "call" as const, tool: "bash", input: { command } }));
  const { code, bodies } = await ask(["-p", "go"], { replies: [{ blocks }, { text: "fine" }] });
  expect([code, last(bodies).includes("found me"), last(bodies).includes("refused")]).toEqual([0, true, false]);
});

test("--json-schema > without such an answer stdout stays empty, and stderr has one reason", async () => {
  const schema = '{"type":"object","properties":{"a":{"type":"number"}},"required":["a"]}';
  const { code, out, err } = await ask(["-p", "hi", "--json-schema", schema], { replies: [{ text: "I cannot." }] });
  expect({ code, out, err }).toEqual({ code: 1, out: "", err: "I cannot.\nerror: the model gave no answer that fits --json-schema\n" });
});

test("set_model > a name that nobody knows is an error, and the session keeps its model", async () => {
  const line = (object: object): string => `${JSON.stringify(object)}\n`;
  const stdin =
    line({ type: "control_request", request_id: "1", request: { subtype: "set_model", model: "hiaku" } }) +
    line({ type: "user", message: { role: "user", content: "hi" } });
  const streamed = ["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--model", "sonnet"];
  const { out, bodies } = await ask(streamed, { stdin });
  expect(out.split("\n")[0]).toContain('"subtype":"error","request_id":"1","error":"unknown model \\"hiaku\\". Did you mean \\"haiku\\"?"');
  expect(JSON.stringify(bodies[0])).toContain('"model":"claude-sonnet');
});

test.each(["the record", "an export"])("session import > %s of another machine is gone on with here", async (form) => {
  const replies: Reply[] = [call("read_file", { path: "no-such-file" }), { text: "There is none." }];
  const [there, here] = [join(scratch.home, "there"), join(scratch.home, "here")];
  expect((await ask(["-p", "Look for the file", "--output-format", "json"], { replies, home: there })).code).toBe(0);
  let file = join(scratch.home, "carried.json");
  if (form === "an export") expect((await ask(["session", "export", "latest", file], { home: there })).code).toBe(0);
  else file = [...new Bun.Glob("sessions/*/*.jsonl").scanSync({ cwd: there, absolute: true })][0] ?? "";
  expect(await ask(["session", "import", file], { home: here })).toMatchObject({ code: 0, out: expect.stringContaining("Look for the file") });
  const { code, bodies } = await ask(["-c", "and on"], { home: here });
  expect([code, bodies[0]?.messages.length]).toEqual([0, 5]);
  expect((await ask(["session", "import", file], { home: here })).code).toBe(2);
});

test("anthropic/NAME > a server of one's own is asked for any name; a slip stays one", async () => {
  expect((await ask(["-p", "hi", "--model", "anthropic/my-model"])).bodies[0]).toMatchObject({ model: "my-model" });
  expect(await ask(["-p", "hi", "--model", "my-model"])).toMatchObject({ code: 2, bodies: [] });
});

test.each([
  ["plugins.@claw/provider-anthropic.baseURL", "http://x", "plugins.@claw/provider-anthropic.baseURL → Invalid key"],
  ["plugins.@claw/tool-bash.timeoutMs", "soon", "plugins.@claw/tool-bash.timeoutMs → Invalid type"],
  ["hooks.PreToolUse", '["echo", 3]', "hooks.PreToolUse[1] → must be {"],
])("config set %s > what the next start would refuse is refused now, and the file stays as it is", async (key, value, message) => {
  const file = await settings('{\n  // mine\n  "effort": "low"\n}\n');
  const { code, err } = await ask(["config", "set", key, value]);
  expect([code, err]).toEqual([3, expect.stringContaining(`error: ${file}: ${message}`)]);
  expect(await Bun.file(file).text()).toBe('{\n  // mine\n  "effort": "low"\n}\n');
});
