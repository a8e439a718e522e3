import { expect, setDefaultTimeout, test } from "bun:test";
import type { CallScope, Json } from "claw";
import { createHarness, type Harness, pluginContract } from "claw/testing";
import { rightsOf } from "./place.ts";
import { reach } from "./reach.ts";
import { result } from "./shapes.ts";
import { createPeer, type Peer } from "./wire.ts";

pluginContract(import.meta.dir);
setDefaultTimeout(30_000);

const PLUGINS = ["feature/isolate", "feature/processes", "feature/sandbox", "feature/workspace"];
const CODE = `import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
import { writeSync } from "node:fs";
function flood(line) { const many = line.repeat(2_000); for (;;) try { writeSync(1, many); } catch {} }
export default definePlugin({ setup({ contribute }) {
  contribute("tool", defineTool({ name: "far", description: "Far.", input: v.object({ word: v.string() }), access: () => "none", subject: ({ word }) => word,
    async run({ word }, scope) { scope.progress({ half: word }); console.log("noise"); if (word === "hang") await new Promise(() => {}); if (word === "flood") flood("y\\n"); if (word === "notes") flood('{"method":"x"}\\n'); return { content: [{ type: "text", text: word + "!" }], details: { where: process.env.CLAW_ISOLATED } }; } }));
} });`;
async function harness(capabilities: Json = {}): Promise<Harness> {
  const manifest = { api: 1, isolate: true, contributes: { tool: ["far"] }, capabilities };
  const pack = JSON.stringify({ name: "far-one", version: "1.0.0", type: "module", exports: "./index.ts", claw: manifest });
  return createHarness({
    plugins: PLUGINS,
    files: { "far/package.json": pack, "far/index.ts": CODE },
    config: { plugins: { "../workspace/far": {} }, permissionMode: "ask" },
    answers: Array.from({ length: 300 }, () => "yes"),
  });
}
/** Whether a sandbox holds here: without one no isolated plugin runs. */
async function holds(): Promise<boolean> {
  await using kernel = await harness();
  return !JSON.stringify((await kernel.call("far", { word: "near" })).content).includes("no sandbox holds");
}
const held = await holds();

test.if(held)("attach > a tool's description, schema, progress and result cross, and its input is checked by its own schema", async () => {
  await using kernel = await harness();
  const first = await kernel.call("far", { word: "near" });
  expect(first).toMatchObject({ content: [{ type: "text", text: "near!" }], failed: false, details: { where: "1" } });
  const spec = kernel.requests[0]?.tools.find(({ name }) => name === "far");
  expect(spec).toMatchObject({ description: "Far.", schema: { type: "object", required: ["word"] } });
  expect(kernel.events.find(({ type }) => type === "call.progress")?.data).toMatchObject({ update: { half: "near" } });
  expect(JSON.stringify((await kernel.call("far", { word: 7 })).content)).toContain("word: Invalid type");
  const started = kernel.events.find(({ type }) => type === "call.started");
  expect(started?.data).toMatchObject({ subject: "near", access: "read" });
});

test("attach > an abort ends a call that does not listen, and the next one has a new child", async () => {
  await using kernel = await harness();
  const heard = Promise.withResolvers<void>();
  kernel.host.bus.on("call.progress", () => heard.resolve());
  const hanging = kernel.call("far", { word: "hang" });
  const began = await Promise.race([heard.promise.then(() => true), hanging.then(() => false)]);
  if (!began) return expect(JSON.stringify((await hanging).content)).toContain("no sandbox holds");
  kernel.shell.abort("test");
  expect((await hanging).failed).toBe(true);
  return expect((await kernel.call("far", { word: "again" })).content).toEqual([{ type: "text", text: "again!" }]);
});

test.if(held)("attach > one that never stops writing holds nobody up: it is ended for rubbish, and can be interrupted in any case", async () => {
  await using kernel = await harness();
  const flooded = await kernel.call("far", { word: "flood" });
  expect([flooded.failed, JSON.stringify(flooded.content)]).toEqual([true, expect.stringContaining("lines in a row that are no messages")]);
  const heard = Promise.withResolvers<void>();
  kernel.host.bus.on("call.progress", () => heard.resolve());
  const noisy = kernel.call("far", { word: "notes" });
  await heard.promise;
  setTimeout(() => kernel.shell.abort("test"), 100);
  expect((await noisy).failed).toBe(true);
  expect((await kernel.call("far", { word: "again" })).content).toEqual([{ type: "text", text: "again!" }]);
});

test.if(held)("attach > a call costs less than 3 ms more than one of a plugin inside claw", async () => {
  await using kernel = await harness();
  await kernel.call("far", { word: "near" });
  const tool = await kernel.host.get("tool", "far");
  const { session, selection } = kernel.shell;
  const signal = new AbortController().signal;
  const scope = { ...kernel.host, session, selection, signal, turn: 1, step: 1, model: {}, call: {}, progress() {} } as unknown as CallScope;
  const times: number[] = [];
  for (let round = 0; round < 50; round++) {
    const started = performance.now();
    await tool.run({ word: "near" } as never, scope);
    times.push(performance.now() - started);
  }
  // Asking what the call is and running it are one crossing each.
  expect(2 * (times.toSorted((a, b) => a - b)[10] ?? 9)).toBeLessThan(3);
});

test("rightsOf > declared capabilities are folders, hosts, programs and variables; claw's own folder is nobody's", () => {
  const at = { cwd: "/w", home: "/u/.claw", env: { HOME: "/u" } };
  const rights = (capabilities: object) =>
    rightsOf({ name: "x", version: "1", source: "/p", entry: "/p/index.ts", manifest: { api: 1, capabilities } as never }, at);
  expect(rights({})).toEqual({ writes: [], reads: [], network: false, hosts: [], programs: false, variables: [], models: [] });
  expect(rights({ fs: ["write:./out/**", "read:~/notes/**", "/both"], net: ["a.com"], exec: ["git"], env: ["A"] })).toEqual({
    ...{ writes: ["/both", "/w/out"], reads: ["/both", "/u/notes"], network: false, hosts: ["a.com"], programs: true, variables: ["A"], models: [] },
  });
  expect(rights({ fs: true, net: true })).toMatchObject({ writes: ["/w"], network: true, hosts: [] });
  expect(rights({ fs: ["read:~/**", "read:~/.claw"] }).reads).toEqual([]);
  for (const path of ["write:~/.claw/x/**", "write:/**", "write:/a/*/b"]) expect(() => rights({ fs: [path] })).toThrow("cannot be isolated");
});

test("createPeer > answers in any order, forgives rubbish, and lets an error claim no more than it may", async () => {
  const pair: Peer[] = [];
  const wire = (to: number) => (line: string) => pair[to]?.take(Buffer.from(`rubbish\n${line}{"id":999,"result":1}\n[1]\n`));
  const late = Promise.withResolvers<Json>();
  const fail = (): never => {
    throw Object.assign(new Error("no\ud800"), { code: "CLAW_BUG" });
  };
  pair.push(createPeer(wire(1), {}, {}), createPeer(wire(0), { late: () => late.promise, echo: (params) => params["x"] ?? null, fail }, {}));
  const [host] = pair;
  const first = host?.request("late", {});
  expect(await host?.request("echo", { x: "é\n" })).toBe("é\n");
  late.resolve("late");
  expect(await first).toBe("late");
  await expect(host?.request("fail", {})).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED", message: "no\ufffd" });
  await expect(host?.request("constructor", {})).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
  expect(() => host?.take(new Uint8Array(33 * 1024 ** 2).fill(65))).toThrow("larger than");
});

test("reach > reaches what is declared and nothing else, not by a redirect either", async () => {
  using server = Bun.serve({ port: 0, fetch: (request) => (request.url.endsWith("/b") ? Response.redirect("/a") : new Response("a")) });
  const { fetch: go } = reach({ hosts: [`localhost:${server.port}`, "*.example.com"] });
  const get = async (url: string) => go?.({ url, method: "GET", headers: [], body: null }, 1);
  expect(await get(`http://localhost:${server.port}/b`)).toMatchObject({ status: 200, body: btoa("a") });
  for (const url of [
    `http://127.0.0.1:${server.port}/`,
    "http://localhost/",
    "file:///etc/passwd",
    "https://example.com.evil.org/",
    "https://a.example.com:8443/",
  ]) {
    await expect(get(url)).rejects.toThrow("reaches only the hosts that it declares");
  }
});

test("result > only text and images, well-formed", () => {
  expect(result({ content: [{ type: "text", text: "a\ud800", more: 1 }], failed: true })).toEqual({
    content: [{ type: "text", text: "a\ufffd" }],
    failed: true,
  });
  expect(() => result({ content: [{ type: "call", id: "1", tool: "bash", input: {} }] })).toThrow("not allowed");
  expect(() => result(null)).toThrow("not allowed");
});
