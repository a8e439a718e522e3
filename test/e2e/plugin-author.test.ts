// Writing a plugin with the binary alone: made, type-checked, tested, checked, packed, and changed in the middle of a session.
import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createScratch } from "../support/binary.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());

const plugin = (...words: string[]) => scratch.run(["plugin", ...words]);
const compiler = join(import.meta.dir, "../../node_modules/.bin/tsc");

test.each(["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"])(
  "plugin new --kind %s > type-checks, tests and passes the check as it is",
  async (kind) => {
    const name = `an-${kind}`;
    expect((await plugin("new", name, "--kind", kind)).code).toBe(0);
    const types = Bun.spawnSync([compiler, "-p", join(scratch.work, name)]);
    expect(types.stdout.toString()).toBe("");
    const tested = await plugin("test", name);
    expect({ code: tested.code, failed: /^ (\d+) fail$/m.exec(tested.out)?.[1] }).toEqual({ code: 0, failed: "0" });
    const checked = await scratch.run(["plugin", "check", name, "--output-format", "json"]);
    expect(JSON.parse(checked.out)).toMatchObject({ status: "ok", errors: 0, warnings: 0 });
  },
  60_000,
);

test("plugin new > what plugins use of Bun and Node has its types, with nothing installed", async () => {
  await plugin("new", "typed-one");
  const folder = join(scratch.work, "typed-one");
  writeFileSync(join(folder, "extra.ts"), typed);
  expect(Bun.spawnSync([compiler, "-p", folder]).stdout.toString()).toBe("");
  writeFileSync(join(folder, "extra.ts"), `${typed}export const wrong: number = Bun.file("x").name;\n`);
  expect(Bun.spawnSync([compiler, "-p", folder]).stdout.toString()).toContain("error TS2322");
}, 30_000);

test("plugin new > a plugin that is made is one that runs", async () => {
  await plugin("new", "say-words");
  scratch.put("notes.md", "one two three");
  const call = { type: "call" as const, tool: "say_words", input: { path: "notes.md" } };
  scratch.serve({ replies: [{ blocks: [call] }, { text: "three" }] });
  const { out, code } = await scratch.ask(["-p", "count", "--output-format", "json", "--plugin-dir", "say-words"]);
  expect({ code, results: JSON.parse(out).tool_results }).toMatchObject({ code: 0, results: [{ output: "3", is_error: false }] });
});

test("plugin dev > what is saved is in force in the session that runs, within 200 ms", async () => {
  await plugin("new", "live-words");
  scratch.put("notes.md", "one two three");
  const call = { type: "call" as const, tool: "live_words", input: { path: "notes.md" } };
  const mock = scratch.serve({ replies: [{ blocks: [call] }, { text: "first" }, { blocks: [call] }, { text: "second" }] });
  const words = ["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--debug", "plugin.reloaded"];
  const child = Bun.spawn([scratch.binary, "plugin", "dev", "live-words", "--", ...words], {
    cwd: scratch.work,
    env: scratch.env,
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 30_000,
  });
  const reading = (stream: ReadableStream<Uint8Array>) => {
    let seen = "";
    const reader = stream.getReader();
    return async (text: string): Promise<string> => {
      while (!seen.includes(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`it ended without ${text}: ${seen}`);
        seen += new TextDecoder().decode(value);
      }
      return seen;
    };
  };
  const [out, err] = [reading(child.stdout), reading(child.stderr)];
  const say = (text: string): void => {
    child.stdin.write(`${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`);
    child.stdin.flush();
  };
  say("one");
  await out('"result":"first"');
  const file = join(scratch.work, "live-words", "index.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace("String(words)", "`now ${words}`"));
  const told = await err("plugin.reloaded");
  say("two");
  await out('"result":"second"');
  child.stdin.end();
  expect(await child.exited).toBe(0);
  const results = mock.requests.map(({ body }) => JSON.stringify((body as { messages: unknown[] }).messages.at(-1)));
  expect([results[1]?.includes('"3"'), results[3]?.includes('"now 3"')]).toEqual([true, true]);
  expect(Number(/plugin\.reloaded.*"?ms"?\D+(\d+)/.exec(told)?.[1])).toBeLessThanOrEqual(200);
}, 60_000);

// --- internal ---

const typed = `import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
export async function f(): Promise<string> {
  const b = Buffer.from(await readFile("x"));
  const r = await fetch("https://x.y", { signal: AbortSignal.timeout(5) });
  const j = (await r.json()) as { a: number };
  const c = spawn("a", ["b"]); c.on("exit", (code) => console.log(code));
  const s = Bun.spawn(["a"], { stdio: ["ignore", "pipe", "pipe"] });
  const text = await s.stdout.text();
  createServer((q, p) => { p.end(q.url); }).listen(0);
  using d = new DisposableStack(); d.defer(() => {});
  const u = new URL("a", "b"); const t = new TextDecoder().decode(b); process.env["A"]; setTimeout(() => {}, 5).unref();
  return createHash("sha256").update(t + u.href + text + j.a).digest("hex") + structuredClone(crypto.randomUUID()) + Bun.file("x").size;
}
`;
