import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TurnScope } from "claw";
import { Processes, playFetch, readCassette } from "claw/kit";
import { createHarness, type Harness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-cassette-test-")));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const harness = (options: Record<string, string>, env: Record<string, string> = {}): Promise<Harness> =>
  createHarness({
    plugins: [import.meta.dir, "feature/processes", "feature/workspace"],
    options,
    env: { PATH: process.env["PATH"] ?? "", HOME: root, ...env },
  });
async function inRun<T>(options: Record<string, string>, work: (one: Harness) => Promise<T>, env: Record<string, string> = {}): Promise<T> {
  await using one = await harness(options, env);
  await one.host.activate("@claw/feature-cassette");
  return await work(one);
}
/** What a program writes, by the service that all tools use. */
async function ran({ host, shell, workspace }: Harness, line: string): Promise<{ output: string; code: number | null; stderr?: string | undefined }> {
  const scope = { ...host, session: shell.session, signal: new AbortController().signal, turn: 1 } as unknown as TurnScope;
  const { output, code, stderr } = await (await host.use(Processes)).run(
    { argv: ["sh", "-c", line], cwd: workspace, apart: true, timeoutMs: 10_000 },
    scope,
  );
  return { output, code, stderr };
}

test("record, replay > answers come again byte for byte, with the server gone; secrets are not kept", async () => {
  const chunks = ["data: one\n\n", "data: tök", "en sk-hidden-value\n\n"];
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      asked.push(await request.text());
      const body = new ReadableStream({
        async start(stream) {
          for (const chunk of chunks) {
            stream.enqueue(chunk);
            await Bun.sleep(5);
          }
          stream.close();
        },
      });
      return new Response(body, { status: 201, headers: { "content-type": "text/event-stream", "set-cookie": "session=abcdefghij" } });
    },
  });
  const path = join(root, "one.jsonl");
  const send = () =>
    fetch(`${server.url}v1/messages?key=query-secret`, {
      method: "POST",
      body: '{"a":"sk-hidden-value"}',
      headers: { "x-api-key": "header-secret" },
    });
  const real = globalThis.fetch;
  const first = await inRun({ record: path }, async () => (await send()).text(), { MY_API_KEY: "sk-hidden-value" });
  expect([first, asked]).toEqual([chunks.join(""), ['{"a":"sk-hidden-value"}']]);
  expect(globalThis.fetch).toBe(real);
  await server.stop(true);
  const text = readFileSync(path, "utf8");
  for (const secret of ["sk-hidden-value", "query-secret", "header-secret", "abcdefghij"]) expect(text).not.toContain(secret);
  expect(statSync(path).mode & 0o077).toBe(0);
  const again = await inRun({ replay: path }, async () => {
    const response = await send();
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  });
  expect(again).toEqual({ status: 201, type: "text/event-stream", text: first.replace("sk-hidden-value", "[removed]") });
});

test("replay > a request that was not recorded is refused, and never sent", async () => {
  const path = join(root, "empty.jsonl");
  await inRun({ record: path }, async () => {});
  const { status, said } = await inRun({ replay: path }, async () => {
    const response = await fetch("http://127.0.0.1:9/v1/x", { method: "POST", body: "{}" });
    return { status: response.status, said: await response.text() };
  });
  expect({ status, said }).toEqual({ status: 400, said: expect.stringContaining("the cassette has no answer to POST") });
});

test("record > an answer that failed fails again", async () => {
  const path = join(root, "failed.jsonl");
  const failing = () => fetch("http://127.0.0.1:9/").then(String, (error: Error) => error.message);
  const first = await inRun({ record: path }, failing);
  expect(await inRun({ replay: path }, failing)).toBe(first);
});

test("record, replay > programs say and end as they did, without being run", async () => {
  const path = join(root, "programs.jsonl");
  const mark = join(root, "mark");
  const line = `echo out; echo err >&2; printf x >> ${mark}; exit 3`;
  const first = await inRun({ record: path }, (one) => ran(one, line));
  expect(first).toEqual({ output: "out\n", stderr: "err\n", code: 3 });
  expect(await inRun({ replay: path }, (one) => ran(one, line))).toEqual(first);
  expect(readFileSync(mark, "utf8")).toBe("x");
  expect(await inRun({ replay: path }, (one) => ran(one, "echo another"))).toMatchObject({ code: 127 });
});

test("record, replay > a server on stdin and stdout answers what it answered, when it is asked", async () => {
  const path = join(root, "server.jsonl");
  const program = join(root, "server.ts");
  writeFileSync(program, 'for await (const line of console) console.log("got " + line);');
  const talk = async (): Promise<string[]> => {
    const env = { PATH: process.env["PATH"], BUN_BE_BUN: "1" };
    const child = Bun.spawn([process.execPath, program], { stdio: ["pipe", "pipe", "ignore"], env });
    const reader = child.stdout.getReader();
    const heard: string[] = [];
    for (const word of ["a", "b"]) {
      child.stdin.write(`${word}\n`);
      await child.stdin.flush();
      heard.push(new TextDecoder().decode((await reader.read()).value));
    }
    await child.stdin.end();
    await child.exited;
    return heard;
  };
  const first = await inRun({ record: path }, talk);
  expect(first).toEqual(["got a\n", "got b\n"]);
  rmSync(program);
  expect(await inRun({ replay: path }, talk)).toEqual(first);
});

test("readCassette > a run that was killed is read as far as it goes; what is no cassette is a usage error", async () => {
  const path = join(root, "cut.jsonl");
  await inRun({ record: path }, async () => {});
  writeFileSync(path, `${readFileSync(path, "utf8")}{"kind":"fetch","meth`);
  expect(readCassette(path).entries).toEqual([]);
  writeFileSync(path, "hello");
  expect(() => readCassette(path)).toThrow("no cassette");
  expect(() => readCassette(join(root, "nowhere"))).toThrow("no cassette");
});

test("record > writes over a cassette, never over anything else", async () => {
  const path = join(root, "mine.md");
  writeFileSync(path, "# My notes");
  await expect(inRun({ record: path }, async () => {})).rejects.toMatchObject({
    code: "CLAW_USAGE",
    message: expect.stringContaining("is no cassette"),
  });
  expect(readFileSync(path, "utf8")).toBe("# My notes");
  const tape = join(root, "again.jsonl");
  for (const _ of [1, 2]) await inRun({ record: tape }, async () => {});
  expect(readCassette(tape).entries).toEqual([]);
});

test("playFetch > in a test of one's own", async () => {
  const head = { cassette: 1, claw: "0.1.0", at: 0, cwd: "/", options: {}, env: {} } as const;
  const entry = {
    kind: "fetch",
    method: "GET",
    url: "https://example.com/a",
    headers: {},
    body: "",
    status: 200,
    answer: {},
    pieces: [{ text: "hi" }],
  } as const;
  using _ = playFetch({ head, entries: [entry] });
  expect(await (await fetch("https://example.com/a")).text()).toBe("hi");
  expect((await fetch("https://example.com/a")).status).toBe(400);
});
