// The parts of the interactive session by themselves; the whole of it is in `test/e2e/repl.test.ts`.
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ask, Message } from "claw";
import { createSession, Interactive } from "claw/kit";
import { createHarness, frontendContract, pluginContract, says } from "claw/testing";
import { Conversation } from "./conversation.ts";
import { findOllama, ownersOf } from "./first-run.ts";
import { createLine } from "./line.ts";
import { memoryFiles, remember } from "./memory-line.ts";
import { nextMode } from "./modes.ts";
import { proposalLines } from "./proposal.ts";
import { replayEvents } from "./replay.ts";
import { run } from "./run.ts";
import { key, theme, typed } from "./testing/keys.ts";

pluginContract(import.meta.dir);
frontendContract({
  name: "repl",
  run: (words, host) => run(words, host, { renderer: "terminal", keychain: false }, { goOn: undefined, suggest: undefined }),
});

function inFolder<T>(work: (folder: string) => T): T {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "claw-repl-")));
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  const done = work(folder);
  if (done instanceof Promise) return done.finally(clear) as T;
  clear();
  return done;
}

test("proposalLines > a command in full with what cannot be seen written out; a change as a diff; anything else whole", async () => {
  await inFolder(async (folder) => {
    const lines = await proposalLines({ tool: "bash", input: { command: "x" }, subject: "echo a\u200b\nrm \x1b[2Jb" }, folder, theme);
    expect(lines).toEqual(["$ echo a\\u{200b}", "  rm \\u{1b}[2Jb"]);
    writeFileSync(join(folder, "a.txt"), "one\ntwo\nthree\n");
    const input = { path: "a.txt", old_string: "two", new_string: "$& 2" };
    expect(await proposalLines({ tool: "edit_file", input, subject: "a.txt" }, folder, theme)).toEqual([
      "a.txt",
      "1   one",
      "2 - two",
      "2 + $& 2",
      "3   three",
    ]);
    const fresh = await proposalLines({ tool: "write_file", input: { path: "new.txt", content: "x\n" }, subject: "new.txt" }, folder, theme);
    expect(fresh).toEqual(["new.txt", "1 + x"]);
    const other = await proposalLines({ tool: "mcp__x__y", input: { deep: { a: 1 } }, subject: "" }, folder, theme);
    expect(other.join("")).toContain('"a": 1');
  });
});

test("nextMode > goes round, and never to one that allows more than where it began", () => {
  const installed = ["allow", "danger-full-access", "prompt", "read-only", "workspace-write", "plan"];
  expect(nextMode("workspace-write", "workspace-write", installed)).toBe("plan");
  expect(nextMode("read-only", "workspace-write", installed)).toBe("workspace-write");
  expect(nextMode("read-only", "allow", installed)).toBe("allow");
  expect(nextMode("allow", "allow", installed)).toBe("workspace-write");
});

test("remember > the line goes where the person says, after what is there", async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, ".git"));
    const said: string[] = [];
    const ask: Ask = { choose: async ({ choices }) => ({ choice: choices[0] ?? "" }) };
    const options = {
      cwd: folder,
      home: join(folder, "home"),
      ask,
      signal: new AbortController().signal,
      said: (text: string) => void said.push(text),
    };
    expect(memoryFiles(folder, options.home).map(({ label }) => label)).toEqual(["CLAUDE.md", "AGENTS.md", join(folder, "home", "CLAUDE.md")]);
    writeFileSync(join(folder, "AGENTS.md"), "no end of line");
    await remember("be kind", options);
    expect(readFileSync(join(folder, "AGENTS.md"), "utf8")).toBe("no end of line\n- be kind\n");
    expect(said).toEqual([`Added to ${join(folder, "AGENTS.md")}`]);
  });
});

test("findOllama > the first model of a server that answers, and nothing where none does", async () => {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ models: [{ name: "nomic-embed-text" }, { name: "small:1b" }] }),
  });
  const host = `127.0.0.1:${server.port}`;
  expect(await findOllama({ OLLAMA_HOST: host })).toEqual({ url: `http://${host}`, model: "small:1b" });
  expect(await findOllama({ OLLAMA_HOST: "127.0.0.1:1" })).toBeUndefined();
});

test("ownersOf > by how the key begins, of those that are installed", () => {
  const installed = ["anthropic", "openai", "groq", "google", "auto", "scripted"];
  expect(["sk-ant-x", "gsk_x", "AIzax", "sk-proj-x"].map((key) => ownersOf(key, installed))).toEqual([
    ["anthropic"],
    ["groq"],
    ["google"],
    ["openai"],
  ]);
  expect(ownersOf("sk-x", installed)).toEqual(["openai", "anthropic"]);
  expect(ownersOf("0123", installed)).toEqual(["anthropic", "openai", "google", "groq"]);
});

test("replayEvents > the last inputs with what came of them, without what the frontend told the model", async () => {
  const session = createSession({ id: "s", cwd: "/" });
  const user = (...texts: string[]): Message => ({ role: "user", content: texts.map((text) => ({ type: "text", text })) });
  for (let turn = 0; turn < 10; turn++) {
    await session.append(user("<shell-line>\nsecret\n</shell-line>", `input ${turn}`));
    await session.append({ role: "assistant", content: [{ type: "call", id: `${turn}`, tool: "bash", input: { command: "ls" } }] });
    await session.append({ role: "user", content: [{ type: "result", id: `${turn}`, content: [], failed: false }] });
  }
  const events = replayEvents(session);
  const text = JSON.stringify(events);
  expect([text.includes("input 9"), text.includes("input 7"), text.includes("input 6"), text.includes("secret")]).toEqual([true, true, false, false]);
  expect(events.filter(({ type }) => type === "call.ended")).toHaveLength(3);
});

test("createLine > takes a line, and leaves", () => {
  const line = createLine();
  for (const one of typed("!ls")) line.press(one);
  expect(line.press(key("enter"))).toEqual([{ kind: "submit", input: { kind: "shell", text: "!ls", body: "ls", images: [] } }]);
  expect(line.text).toBe("");
  expect(line.press(key("c", { ctrl: true }))).toEqual([{ kind: "interrupt", again: false, used: false }]);
  expect(line.press(key("c", { ctrl: true }))).toEqual([{ kind: "interrupt", again: true, used: false }]);
  expect(line.press(key("d", { ctrl: true }))).toEqual([{ kind: "exit" }]);
});

test("Conversation > one thing after another; what a line said goes with the next words for the model; another session can follow", async () => {
  await using harness = await createHarness({ plugins: [], script: [says("a"), says("b"), says("c")] });
  const idle = Promise.withResolvers<void>();
  const talk: Conversation = new Conversation({
    host: harness.host,
    shell: harness.shell,
    open: ({ ref: _ }) => harness.host.open(),
    changed: () => {
      if (!talk.busy && harness.requests.length === 3) idle.resolve();
    },
    began: () => undefined,
    end: () => undefined,
  });
  talk.add({ kind: "turn", text: "one" });
  talk.add({ kind: "other", text: "!x", run: async () => [{ type: "text", text: "context" }] });
  talk.add({ kind: "turn", text: "two" });
  talk.add({
    kind: "other",
    text: "",
    run: async () => {
      talk.goOn({});
      return [];
    },
  });
  talk.add({ kind: "turn", text: "three" });
  expect(talk.waiting).toEqual(["!x", "two", "", "three"]);
  await idle.promise;
  const said = harness.requests.map(({ messages }) => JSON.stringify(messages));
  expect([said[0]?.includes("context"), said[1]?.includes("context"), said[2]?.includes("one")]).toEqual([false, true, false]);
  await talk.close("test");
});

test("Interactive > outside a session there is nowhere to go on", async () => {
  await using harness = await createHarness({
    plugins: ["frontend/repl", "feature/processes", "feature/screen", "feature/theme", "feature/workspace"],
  });
  const interactive = await harness.host.use(Interactive);
  expect(() => interactive.goOn({})).toThrow(expect.objectContaining({ code: "CLAW_USAGE" }));
});
