// A whole task on a real repository, this one: the model greps, reads, edits three files and runs a test, each through the built binary.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { MockRequest, Reply } from "../mock/mock.ts";
import { createScratch } from "../support/binary.ts";
import { root } from "../support/sources.ts";

const scratch = await createScratch();
const repository = join(scratch.work, "claw");
beforeAll(async () => {
  const clone = Bun.spawn(["git", "clone", "--quiet", "--no-hardlinks", root, repository], { stdio: ["ignore", "ignore", "inherit"] });
  expect(await clone.exited).toBe(0);
}, 120_000);
afterAll(() => scratch[Symbol.asyncDispose]());

const call = (tool: string, input: object) => ({ type: "call" as const, tool, input });
const edit = (path: string, old_string: string, new_string: string) => call("edit_file", { path, old_string, new_string });
const script: readonly Reply[] = [
  { blocks: ["Let me find it.", call("grep_search", { pattern: "export function nearest", output_mode: "files_with_matches" })] },
  { blocks: ["kernel/kit/nearest.ts", "kernel/kit/nearest.test.ts", "LICENSE"].map((path) => call("read_file", { path })) },
  {
    blocks: [
      edit("kernel/kit/nearest.ts", "most = 3", "most = 1"),
      edit("kernel/kit/nearest.test.ts", '["permissions", "perl"]);', '["permissions"]);'),
      edit("LICENSE", "MIT License", "MIT Licence"),
    ],
  },
  { blocks: [call("bash", { command: 'BUN_BE_BUN=1 "$CLAW" test ./kernel/kit/nearest.test.ts' })] },
  { text: "At most one name is suggested now, and the test agrees." },
];

interface Body {
  readonly system: unknown;
  readonly tools: unknown;
  readonly messages: readonly { readonly role: string; readonly content: readonly { readonly type: string }[] }[];
}
const bodyOf = (request: MockRequest): Body => JSON.parse(request.text, (key, value) => (key === "cache_control" ? undefined : value)) as Body;

test("a real task > greps, reads, edits three files and runs a test", async () => {
  scratch.serve({ replies: script, cached: true });
  const words = ["-p", "Suggest at most one name.", "--permission-mode", "danger-full-access", "--output-format", "json"];
  const { out, err, code } = await scratch.ask(words, { env: { CLAW: scratch.binary }, cwd: repository });
  expect({ err, code }).toEqual({ err: "", code: 0 });

  const result = JSON.parse(out);
  expect(result).toMatchObject({ subtype: "success", result: "At most one name is suggested now, and the test agrees.", iterations: 5 });
  expect(result.tool_results.map((one: { is_error: boolean }) => one.is_error)).toEqual(Array(8).fill(false));
  expect(result.tool_results[0].output).toContain("kernel/kit/nearest.ts");
  expect(result.tool_results[7].output).toContain("3 pass");

  expect(readFileSync(join(repository, "kernel/kit/nearest.ts"), "utf8")).toContain("most = 1");
  expect(readFileSync(join(repository, "LICENSE"), "utf8")).toStartWith("MIT Licence");
}, 60_000);

test("a real task > every request repeats the one before, byte for byte, and reads it from the cache", () => {
  const bodies = scratch.mock.requests.map(bodyOf);
  for (const [index, body] of bodies.slice(1).entries()) {
    const before = bodies[index]!;
    expect(JSON.stringify({ system: body.system, tools: body.tools })).toBe(JSON.stringify({ system: before.system, tools: before.tools }));
    expect(JSON.stringify(body.messages.slice(0, before.messages.length))).toBe(JSON.stringify(before.messages));
  }
  for (const request of scratch.mock.requests) {
    const marks = request.text.split('"cache_control"').length - 1;
    expect(marks).toBeGreaterThanOrEqual(2);
    expect(marks).toBeLessThanOrEqual(4);
  }
});

test("a real task > the session holds all of it, for its owner only", () => {
  const sessions = join(scratch.home, ".claw", "sessions");
  const [file = ""] = [...new Bun.Glob("**/*.jsonl").scanSync({ cwd: sessions })];
  const lines = readFileSync(join(sessions, file), "utf8").trimEnd().split("\n");
  const messages = lines.map((line) => JSON.parse(line)).filter((entry) => entry.type === "message");
  expect(messages).toHaveLength(10);
  expect(statSync(join(sessions, file)).mode & 0o777).toBe(0o600);
  expect(lines.join("\n")).not.toContain("sk-test");
});
