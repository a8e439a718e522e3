import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, rig, run, told } from "./testing/rig.ts";

describe("import", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "claw-import-"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const file = (name: string, records: readonly unknown[]): string => {
    const path = join(root, name);
    mkdirSync(root, { recursive: true });
    writeFileSync(path, `${records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n")}\n`);
    return path;
  };
  const id = "3f0c1f6e-8f0a-4b52-9b1e-0d6a4c1c9a11";
  const line = (at: number, more: object): object => ({
    uuid: `u${at}`,
    parentUuid: at === 0 ? null : `u${at - 1}`,
    sessionId: id,
    cwd: "/elsewhere",
    isSidechain: false,
    timestamp: `2026-01-02T03:04:0${at}.000Z`,
    ...more,
  });
  const assistant = (at: number, block: object): object =>
    line(at, {
      type: "assistant",
      message: { id: "msg_1", role: "assistant", model: "m-1", content: [block], usage: { input_tokens: 3, output_tokens: 4 } },
    });
  const result = (at: number, call: string): object =>
    line(at, {
      type: "user",
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: call, content: `out of ${call}`, is_error: call === "t2" }] },
    });

  test("import > a session file of Claude Code: blocks of one answer, results of its calls, and nothing that is not on its branch", async () => {
    await using harness = await rig();
    const path = file("claude.jsonl", [
      { type: "file-history-snapshot", messageId: "x", snapshot: {} },
      { type: "summary", summary: "Looking around", leafUuid: "u6" },
      line(0, { type: "user", message: { role: "user", content: "look \ud800 here" } }),
      { ...line(1, { type: "user", message: { role: "user", content: "another branch" } }), uuid: "side" },
      assistant(1, { type: "thinking", thinking: "hm", signature: "abc" }),
      assistant(2, { type: "text", text: "I look." }),
      assistant(3, { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } }),
      "{broken",
      assistant(4, { type: "tool_use", id: "t2", name: "Read", input: { file_path: "/x" } }),
      result(5, "t1"),
      result(6, "t2"),
      { ...line(6, { type: "user", message: { role: "user", content: "of a sub-agent" } }), uuid: "s", isSidechain: true },
    ]);
    const outcome = await run(harness, "import", path);
    expect(data(outcome)).toMatchObject({ status: "ok", sessions: [id], problems: [] });
    expect(told(outcome)).toMatch(/“Looking around”.*1 line could not be read/);
    const shell = await harness.host.open({ ref: id });
    expect(shell.session.cwd).toBe(harness.workspace);
    expect(shell.session.messages as unknown).toEqual([
      { role: "user", content: [{ type: "text", text: "look \ufffd here" }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", text: "hm" },
          { type: "text", text: "I look." },
          { type: "call", id: "t1", tool: "Bash", input: { command: "ls" } },
          { type: "call", id: "t2", tool: "Read", input: { file_path: "/x" } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "result", id: "t1", content: [{ type: "text", text: "out of t1" }], failed: false },
          { type: "result", id: "t2", content: [{ type: "text", text: "out of t2" }], failed: true },
        ],
      },
    ]);
    expect(await shell.submit({ text: "go on" })).toEqual({ kind: "completed" });
    await shell.close();
    await expect(run(harness, "import", path)).rejects.toMatchObject({
      code: "CLAW_SESSION_INVALID",
      message: expect.stringContaining("is there already"),
    });
  });

  test("import > a compaction of Claude Code leaves its summary and what follows", async () => {
    await using harness = await rig();
    const path = file("compacted.jsonl", [
      line(0, { type: "user", message: { role: "user", content: "long ago" } }),
      { ...line(1, { type: "system", subtype: "compact_boundary" }), parentUuid: null, logicalParentUuid: "u0" },
      line(2, { type: "user", isCompactSummary: true, message: { role: "user", content: "This is a summary." } }),
      line(3, { type: "user", message: { role: "user", content: "and now?" } }),
    ]);
    await run(harness, "import", path);
    const shell = await harness.host.open({ ref: id });
    expect(shell.session.messages.flatMap(({ content }) => content.map((block) => (block.type === "text" ? block.text : "")))).toEqual([
      "This is a summary.",
      "and now?",
    ]);
    await shell.close();
  });

  test.each(["lines", "one object"])("import > a session file of claw-code, %s", async (form) => {
    await using harness = await rig();
    const messages = [
      { role: "user", blocks: [{ type: "text", text: "look" }] },
      {
        role: "assistant",
        blocks: [
          { type: "tool_use", id: "t1", name: "bash", input: '{"command":"ls"}' },
          { type: "tool_use", id: "t2", name: "bash", input: '{"command":"ls … [truncated' },
        ],
        usage: { input_tokens: 1, output_tokens: 2, cache_creation_input_tokens: 0, cache_read_input_tokens: 5 },
      },
      { role: "tool", blocks: [{ type: "tool_result", tool_use_id: "t1", tool_name: "bash", output: "a", is_error: false }] },
      { role: "tool", blocks: [{ type: "tool_result", tool_use_id: "t2", tool_name: "bash", output: "b", is_error: true }] },
    ];
    const path =
      form === "lines"
        ? file("session-1-0.jsonl", [
            { created_at_ms: 5, session_id: "session-1-0", type: "session_meta", updated_at_ms: 6, version: 1, model: "m" },
            { text: "look", timestamp_ms: 5, type: "prompt_history" },
            ...messages.map((message) => ({ message, type: "message" })),
            { type: "strange" },
          ])
        : file("old.json", [{ version: 1, messages }]);
    const outcome = await run(harness, "import", path);
    const [made = ""] = data(outcome)["sessions"] as string[];
    const shell = await harness.host.open({ ref: made });
    expect(shell.session.messages as unknown).toEqual([
      { role: "user", content: [{ type: "text", text: "look" }] },
      {
        role: "assistant",
        content: [
          { type: "call", id: "t1", tool: "bash", input: { command: "ls" } },
          { type: "call", id: "t2", tool: "bash", input: { raw: '{"command":"ls … [truncated' } },
        ],
      },
      {
        role: "user",
        content: [
          { type: "result", id: "t1", content: [{ type: "text", text: "a" }], failed: false },
          { type: "result", id: "t2", content: [{ type: "text", text: "b" }], failed: true },
        ],
      },
    ]);
    await shell.close();
    await expect(run(harness, "import", path)).rejects.toMatchObject({ code: "CLAW_SESSION_INVALID" });
  });

  test("import > a folder takes what is a session, and says what is none", async () => {
    await using harness = await rig();
    const folder = join(root, "many");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.jsonl"), `${JSON.stringify(line(0, { type: "user", message: { role: "user", content: "hello" } }))}\n`);
    writeFileSync(join(folder, "b.jsonl"), '{"name":"no session"}\n');
    writeFileSync(join(folder, "notes.txt"), "");
    const outcome = await run(harness, "import", folder);
    expect(data(outcome)).toMatchObject({ status: "partial", sessions: [id], problems: [expect.stringContaining("b.jsonl: it is no session file")] });
    await expect(run(harness, "import", join(root, "nowhere"))).rejects.toMatchObject({ code: "CLAW_SESSION_MISSING" });
    const own = data(await run(harness, "show", id))["path"] as string;
    await expect(run(harness, "import", own)).rejects.toMatchObject({ message: expect.stringContaining("is there already") });
  });

  test.each(["the record itself", "what export wrote"])(
    "import > a session of claw from another machine, %s: the same conversation, and no notes",
    async (form) => {
      await using there = await rig();
      const first = await there.host.open();
      await first.submit({ text: "look around" });
      await first.session.append({ role: "assistant", content: [{ type: "thinking", text: "hm", opaque: { signature: "s" } as never }] });
      await first.session.note("circumstances", { model: "theirs" });
      await first.session.fold({ summary: [{ role: "user", content: [{ type: "text", text: "Looked around." }] }], dropped: 1 }, "test");
      await first.submit({ text: "go on" });
      await first.close();
      const { id: kept, path = "" } = first.session;
      let source = path;
      if (form !== "the record itself") {
        source = join(root, "export.json");
        await run(there, "export", kept, source, "--force");
      }
      await using here = await rig();
      const outcome = await run(here, "import", source);
      expect(data(outcome)).toMatchObject({ status: "ok", sessions: [kept], problems: [] });
      const shell = await here.host.open({ ref: kept });
      expect(shell.session.messages).toEqual(first.session.messages);
      expect([shell.session.cwd, shell.session.notes("circumstances")]).toEqual([here.workspace, []]);
      expect(await shell.submit({ text: "and on" })).toEqual({ kind: "completed" });
      await shell.close();
      await expect(run(here, "import", source)).rejects.toMatchObject({ message: expect.stringContaining("is there already") });
    },
  );

  test("import > a session that a later claw wrote, and one without a conversation", async () => {
    await using harness = await rig();
    const head = { type: "session", version: 99, id, cwd: "/x", at: 1 };
    await expect(run(harness, "import", file("later.jsonl", [head]))).rejects.toMatchObject({ message: expect.stringContaining("version 99") });
    const empty = file("empty.jsonl", [
      { ...head, version: 1 },
      { type: "note", id: "1", parent: null, at: 1, kind: "x", data: 1 },
    ]);
    await expect(run(harness, "import", empty)).rejects.toMatchObject({ message: expect.stringContaining("holds no conversation") });
  });
});
