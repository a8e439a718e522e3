// What a one-shot run puts out, in each format, and how it ends: `contract.md` sections 1 to 3, on the built binary.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { calls, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { ownSeconds, running, until } from "../support/processes.ts";

async function ask(scratch: Scratch, replies: readonly Reply[], words: readonly string[], stdin?: string) {
  scratch.serve({ replies, repeat: true });
  return scratch.ask(words, stdin === undefined ? {} : { stdin });
}
const promptOf = (scratch: Scratch, position = 0): string => {
  const body = scratch.mock.requests[position]!.body as { messages: { content: { text?: string }[] }[] };
  return body.messages[0]!.content.map((block) => block.text ?? "").join("");
};

describe("the prompt", () => {
  test.each([
    ["after -p", ["-p", "hello there"], undefined, "hello there"],
    ["as words", ["-p", "hello", "there"], undefined, "hello there"],
    ["after prompt", ["prompt", "hello there"], undefined, "hello there"],
    ["after --", ["--", "-p is no option here"], undefined, "-p is no option here"],
    ["on stdin alone", [], "hello there\n", "hello there"],
    ["on stdin too, after a blank line", ["-p", "look:"], "the log\n", "look:\n\nthe log"],
    ["in words without -p", ["what is this?"], undefined, "what is this?"],
  ] as const)("%s", async (_, words, stdin, expected) => {
    await using scratch = await createScratch();
    expect(await ask(scratch, [{ text: "fine" }], words, stdin)).toEqual({ out: "fine\n", err: "", code: 0 });
    expect(promptOf(scratch).trimEnd()).toBe(expected);
  });
});

describe("formats", () => {
  test("text > only the last answer", async () => {
    await using scratch = await createScratch();
    await Bun.write(join(scratch.work, "a.txt"), "one\n");
    const script = [{ blocks: ["Let me look.", { type: "call" as const, tool: "read_file", input: { path: "a.txt" } }] }, { text: "It says one." }];
    expect(await ask(scratch, script, ["-p", "go"])).toEqual({ out: "It says one.\n", err: "", code: 0 });
  });

  test("json > one line with the keys of both families", async () => {
    await using scratch = await createScratch();
    const { out } = await ask(scratch, [calls(["glob_search", { pattern: "*" }]), { text: "done" }], ["-p", "go", "--output-format", "json"]);
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    const result = JSON.parse(out);
    const text = (value: unknown) => typeof value;
    const keys = ["duration_ms", "duration_api_ms", "total_cost_usd", "uuid", "session_id", "modelUsage", "usage", "estimated_cost"];
    for (const key of keys) expect([key, text(result[key])]).not.toEqual([key, "undefined"]);
    expect(result).toMatchObject({
      ...{ type: "result", subtype: "success", is_error: false, result: "done", message: "done", num_turns: 2, iterations: 2 },
      ...{ stop_reason: "end_turn", auto_compaction: null, permission_denials: [] },
      tool_uses: [{ name: "glob_search", input: { pattern: "*" } }],
      tool_results: [{ tool_name: "glob_search", is_error: false }],
    });
    expect(result.tool_uses[0].id).toBe(result.tool_results[0].tool_use_id);
  });

  test("stream-json > init first, messages as they come, result last, each on its line", async () => {
    await using scratch = await createScratch();
    const words = ["-p", "go", "--output-format", "ndjson", "--include-partial-messages"];
    const { out } = await ask(scratch, [calls(["glob_search", { pattern: "*" }]), { text: "done" }], words);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const types = lines.map((line) => line.type);
    expect(types.filter((type) => type !== "stream_event")).toEqual(["system", "assistant", "user", "assistant", "result"]);
    expect(types).toContain("stream_event");
    expect(lines[0]).toMatchObject({ subtype: "init", cwd: scratch.work, permissionMode: "workspace-write", mcp_servers: [] });
    expect(lines.find((line) => line.type === "assistant").message.content[0]).toMatchObject({ type: "tool_use", name: "glob_search" });
    expect(lines.find((line) => line.type === "user").message.content[0]).toMatchObject({ type: "tool_result" });
    expect(new Set(lines.map((line) => line.session_id)).size).toBe(1);
  });

  test("stream-json in and out > messages come on stdin, one turn each", async () => {
    await using scratch = await createScratch();
    const say = (text: string) => JSON.stringify({ type: "user", message: { role: "user", content: [{ type: "text", text }] } });
    const words = ["-p", "--input-format", "stream-json", "--output-format", "stream-json"];
    const { out, code } = await ask(scratch, [{ text: "fine" }], words, `${say("one")}\n${say("two")}\n`);
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => line.includes('"type":"result"'))).toHaveLength(2);
    expect(scratch.mock.requests).toHaveLength(2);
  });
});

describe("permission", () => {
  test("read-only > a write is refused with what it needs, and the run may still finish", async () => {
    await using scratch = await createScratch();
    const script = [calls(["write_file", { path: "new.txt", content: "x" }]), { text: "could not" }];
    const { out, code } = await ask(scratch, script, ["-p", "go", "--permission-mode", "read-only", "--output-format", "json"]);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result.tool_results[0].output).toBe("tool 'write_file' requires workspace-write permission; current mode is read-only");
    expect(existsSync(join(scratch.work, "new.txt"))).toBe(false);
  });

  test.each(["../out.txt", "/tmp/claw-e2e-out.txt", "link/out.txt"])("workspace-write > a write to %s is not made", async (path) => {
    await using scratch = await createScratch();
    await Bun.$`ln -s ${scratch.home} ${join(scratch.work, "link")}`.quiet();
    const { out } = await ask(scratch, [calls(["write_file", { path, content: "x" }]), { text: "no" }], ["-p", "go", "--output-format", "json"]);
    expect(JSON.parse(out).tool_results).toMatchObject([{ is_error: true }]);
    expect(["out.txt", "home/out.txt"].some((name) => existsSync(join(scratch.work, "..", name)))).toBe(false);
    expect(existsSync("/tmp/claw-e2e-out.txt")).toBe(false);
  });

  test("a deny rule wins over every mode, an allow rule lets a command run", async () => {
    await using scratch = await createScratch();
    const script = [calls(["bash", { command: "echo one" }], ["write_file", { path: "a", content: "" }]), { text: "x" }];
    const words = ["-p", "go", "--output-format", "json", "--allowedTools", "Bash(echo one)", "--disallowedTools", "Write"];
    const { out } = await ask(scratch, script, words);
    expect(JSON.parse(out).tool_results.map((one: { is_error: boolean }) => one.is_error)).toEqual([false, true]);
  });
});

describe("limits", () => {
  const loop = calls(["glob_search", { pattern: "*" }]);
  test("--max-turns > exit 5 after so many requests", async () => {
    await using scratch = await createScratch();
    const { out, code } = await ask(scratch, [loop], ["-p", "go", "--max-turns", "3", "--output-format", "json"]);
    expect({ code, subtype: JSON.parse(out).subtype, requests: scratch.mock.requests.length }).toEqual({
      code: 5,
      subtype: "error_max_turns",
      requests: 3,
    });
  });

  test("--max-budget-usd > exit 5", async () => {
    await using scratch = await createScratch();
    const rich = { ...loop, usage: { input_tokens: 1_000_000, output_tokens: 10 } };
    const { out, code } = await ask(scratch, [rich], ["-p", "go", "--max-budget-usd", "0.5", "--output-format", "json"]);
    expect({ code, subtype: JSON.parse(out).subtype }).toEqual({ code: 5, subtype: "error_max_budget_usd" });
  });
});

describe("sessions", () => {
  test("--continue goes on, --fork in a copy, --no-session keeps nothing", async () => {
    await using scratch = await createScratch();
    await ask(scratch, [{ text: "one" }], ["-p", "first"]);
    const count = () => [...new Bun.Glob("**/*.jsonl").scanSync({ cwd: join(scratch.home, ".claw"), dot: true })].length;
    expect(count()).toBe(1);
    await ask(scratch, [{ text: "two" }], ["-c", "-p", "second"]);
    expect((scratch.mock.requests[0]!.body as { messages: unknown[] }).messages).toHaveLength(3);
    expect(count()).toBe(1);
    await ask(scratch, [{ text: "three" }], ["-c", "--fork", "-p", "third"]);
    expect(count()).toBe(2);
    await ask(scratch, [{ text: "four" }], ["--no-session", "-p", "fourth"]);
    expect(count()).toBe(2);
  });
});

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s > exit %d, the command it ran is gone, the session can go on", async (signal, expected) => {
    await using scratch = await createScratch();
    const line = `sleep ${ownSeconds()}`;
    scratch.serve({ replies: [calls(["bash", { command: `touch started; ${line}` }]), { text: "fine" }] });
    const env = scratch.env;
    const child = Bun.spawn([scratch.binary, "-p", "go", "--permission-mode", "danger-full-access"], {
      cwd: scratch.work,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    await until(() => running(line) > 0);
    child.kill(signal);
    expect(await child.exited).toBe(expected);
    expect(running(line)).toBe(0);
    expect(await scratch.run(["-c", "-p", "on"], { env })).toMatchObject({ out: "fine\n", code: 0 });
  });
});
