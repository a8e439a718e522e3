// write_file through the gate. What the workspace does with a file is tested there; here is what the model sees.
import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Json, ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, says, toolContract } from "claw/testing";

const reader = join(import.meta.dir, "../read-file");
const shared = await open({});
afterAll(() => shared[Symbol.asyncDispose]());

pluginContract(import.meta.dir);
toolContract(await shared.host.get("tool", "write_file"), {
  valid: [{ path: "a", content: "" }],
  invalid: [{ path: "a" }, { content: "" }, { path: "", content: "" }, { path: "a", content: 1 }, { path: "a", content: "", mode: 7 }],
});

async function open(files: Record<string, string | Uint8Array>): Promise<Harness> {
  return createHarness({ plugins: ["feature/workspace", reader, import.meta.dir], files, answers: Array(9).fill("yes") });
}

async function said(harness: Harness, tool: string, input: Json): Promise<[text: string, failed: boolean]> {
  const result: ToolResult = await harness.call(tool, input);
  return [result.content.map((block) => (block.type === "text" ? block.text : "")).join(), result.failed === true];
}

test("write_file > creates with folders, and does not give the content back", async () => {
  await using harness = await open({});
  expect(await said(harness, "write_file", { path: "a/b/c.txt", content: "one\ntwo\n" })).toEqual(["Created a/b/c.txt (2 lines).", false]);
  expect(readFileSync(join(harness.workspace, "a/b/c.txt"), "utf8")).toBe("one\ntwo\n");
  expect(await said(harness, "write_file", { path: "a/b/c.txt", content: "one\ntwo\n" })).toEqual(["a/b/c.txt already has this content.", false]);
  const diff = "@@ -1,2 +1,2 @@\n one\n-two\n+2";
  expect(await said(harness, "write_file", { path: "a/b/c.txt", content: "one\n2\n" })).toEqual([`Updated a/b/c.txt (+1 -1 lines).\n${diff}`, false]);
});

test("write_file > wants a file read first, and read again when it changed", async () => {
  await using harness = await open({ "a.txt": "theirs\r\n" });
  const write = { path: "a.txt", content: "mine\n" };
  expect(await said(harness, "write_file", write)).toEqual([
    "a.txt exists, but has not been read in this session, so it was not written.\nRead it first with read_file.",
    true,
  ]);
  await said(harness, "read_file", { path: "a.txt" });
  await Bun.write(join(harness.workspace, "a.txt"), "again\r\n");
  expect((await said(harness, "write_file", write))[0]).toContain("has changed since it was read");
  await said(harness, "read_file", { path: "a.txt" });
  expect((await said(harness, "write_file", write))[1]).toBe(false);
  expect(readFileSync(join(harness.workspace, "a.txt"), "utf8")).toBe("mine\r\n");
});

test("write_file > does not write through a link that an earlier call of the same message made", async () => {
  const call = (id: string, path: string) => ({ type: "call", id, tool: "write_file", input: { path, content: "x" } }) as const;
  await using harness = await createHarness({
    plugins: ["feature/workspace", import.meta.dir],
    answers: ["yes", "yes"],
    script: [{ content: [call("first", "one"), call("second", "target")], stop: "calls" }, says("done")],
  });
  const outside = join(harness.workspace, "../outside.txt");
  // Both calls are judged before the first runs; the link appears between the judging and the running of the second.
  harness.host.bus.on("call.ended", ({ data }) => {
    if (data.id === "first") symlinkSync(outside, join(harness.workspace, "target"));
  });
  await harness.submit("go");
  const results = harness.requests[1]?.messages.at(-1)?.content ?? [];
  expect(results.map((block) => block.type === "result" && block.failed)).toEqual([false, true]);
  expect(JSON.stringify(results[1])).toContain("now leads to");
  expect(existsSync(outside)).toBe(false);
});

test("write_file > refuses half a character instead of writing another", async () => {
  await using harness = await open({});
  expect((await said(harness, "write_file", { path: "a", content: "x\ud83d" }))[1]).toBe(true);
  expect(existsSync(join(harness.workspace, "a"))).toBe(false);
});
