import { expect, test } from "bun:test";
import type { Block, Message } from "claw";
import { decodeEntry, decodeHead, type Entry, encodeEntry, type SessionHead } from "./entries.ts";
import { mend } from "./mend.ts";
import { createSession } from "./session.ts";

const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
const answered = (text: string): Message => ({ role: "assistant", content: [{ type: "text", text }] });
const asked = (...ids: readonly string[]): Message => ({
  role: "assistant",
  content: ids.map((id) => ({ type: "call", id, tool: "read_file", input: { path: id } })),
});
/** Entries as a store would have kept them. */
async function kept(work: (session: ReturnType<typeof createSession>) => Promise<void>): Promise<Entry[]> {
  const entries: Entry[] = [];
  await work(createSession({ id: "s", cwd: "/w", keep: (entry) => void entries.push(entry), clock: () => 7 }));
  return entries;
}
const reopened = (entries: readonly Entry[]): readonly Message[] => createSession({ id: "s", cwd: "/w", entries }).messages;
/** A chain of messages as entries. */
const chain = (...messages: readonly Message[]): Entry[] =>
  messages.map((message, index) => ({ type: "message", id: `${index + 1}`, parent: index === 0 ? null : `${index}`, at: 0, message }));

test("createSession > keeps entries in order, each after it is in memory", async () => {
  const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
  const entries = await kept(async (session) => {
    const seen = session.messages;
    await session.append(said("one"));
    await session.append(answered("two"), { usage, model: "m" });
    await session.note("todo", { open: 1 });
    expect(seen).toBe(session.messages);
    expect(seen).toEqual([said("one"), answered("two")]);
  });
  expect(entries).toEqual([
    { type: "message", id: "1", parent: null, at: 7, message: said("one") },
    { type: "message", id: "2", parent: "1", at: 7, message: answered("two"), usage, model: "m" },
    { type: "note", id: "3", parent: "2", at: 7, kind: "todo", data: { open: 1 } },
  ]);
});

test("createSession > is in memory though keep throws, and goes on", async () => {
  const session = createSession({
    id: "s",
    cwd: "/w",
    keep: () => {
      throw new Error("full");
    },
  });
  await expect(session.append(said("one"))).rejects.toThrow("full");
  await expect(session.note("n", 1)).rejects.toThrow("full");
  expect([session.messages, session.notes("n")]).toEqual([[said("one")], [1]]);
});

test("createSession > a fold stands in front, on the same array, and again after reopening", async () => {
  let live: readonly Message[] = [];
  const entries = await kept(async (session) => {
    live = session.messages;
    for (const text of ["a", "b", "c"]) await session.append(said(text));
    await session.fold({ summary: [said("a+b")], dropped: 2 }, "extract");
    await session.append(answered("d"));
    await session.fold({ summary: [said("a+b+c")], dropped: 2 }, "extract");
  });
  expect(live).toEqual([said("a+b+c"), answered("d")]);
  expect(reopened(entries)).toEqual(live);
  expect(entries.filter((entry) => entry.type === "fold").map(({ dropped, kept }) => [dropped, kept])).toEqual([
    [2, "3"],
    [2, "5"],
  ]);
});

test("fold > keeps the same messages when a record before it was lost", async () => {
  const entries = await kept(async (session) => {
    for (const text of ["a", "b", "c"]) await session.append(said(text));
    await session.fold({ summary: [said("sum")], dropped: 2 }, "x");
  });
  expect(reopened(entries.toSpliced(0, 1))).toEqual([said("sum"), said("c")]);
});

test("fold > of nothing by nothing is no entry; of more than there is, drops what there is", async () => {
  const entries = await kept(async (session) => {
    await session.fold({ summary: [], dropped: 0 }, "x");
    await session.append(said("a"));
    await session.fold({ summary: [said("sum")], dropped: 9 }, "x");
    expect(session.messages).toEqual([said("sum")]);
  });
  expect(entries).toHaveLength(2);
  expect(reopened(entries)).toEqual([said("sum")]);
});

test("notes > survive a fold and reopening, by kind, oldest first", async () => {
  const entries = await kept(async (session) => {
    await session.note("a", 1);
    await session.append(said("x"));
    await session.note("b", 2);
    await session.fold({ summary: [], dropped: 1 }, "x");
    await session.note("a", 3);
  });
  const session = createSession({ id: "s", cwd: "/w", entries });
  expect([session.notes("a"), session.notes("b"), session.notes("c")]).toEqual([[1, 3], [2], []]);
});

test("createSession > new entries follow the last one of those it was opened with", async () => {
  const more: Entry[] = [];
  const session = createSession({
    id: "s",
    cwd: "/w",
    entries: chain(said("a"), said("b")),
    keep: (entry) => void more.push(entry),
    clock: () => 0,
  });
  await session.append(said("c"));
  expect(more).toEqual([{ type: "message", id: "3", parent: "2", at: 0, message: said("c") }]);
});

test("createSession > shows the branch of the last entry", () => {
  const entries = chain(said("a"), said("b"), said("c"));
  entries.push({ type: "message", id: "4", parent: "1", at: 0, message: said("d") });
  expect(reopened(entries)).toEqual([said("a"), said("d")]);
});

test("createSession > a lost record costs only itself", () => {
  const entries = chain(said("a"), said("b"), said("c"), said("d"));
  for (let at = 0; at < entries.length; at++) {
    expect(reopened(entries.toSpliced(at, 1))).toEqual(["a", "b", "c", "d"].toSpliced(at, 1).map(said));
  }
});

test("mend > lone surrogates go, whole text keeps its identity", () => {
  const whole = { a: ["x", { b: "é😀" }] };
  expect(mend(whole)).toBe(whole);
  expect<unknown>(mend({ "k\ud800": ["a\udc00", 1, null, { b: "\ud83d" }] })).toEqual({ "k\ufffd": ["a\ufffd", 1, null, { b: "\ufffd" }] });
});

test("createSession > appended text is well-formed in memory and when kept", async () => {
  const entries = await kept(async (session) => {
    await session.append({
      role: "user",
      content: [{ type: "result", id: "1", content: [{ type: "text", text: "\ud800" }], failed: false }],
    });
    await session.append(said("\udfff"));
    expect(session.messages[1]).toEqual(said("\ufffd"));
  });
  expect(JSON.stringify(entries)).not.toMatch(/\\ud/);
});

test("decodeEntry > gives back what encodeEntry took", async () => {
  const image: Block = { type: "image", mediaType: "image/png", base64: "AA==" };
  const entries = await kept(async (session) => {
    await session.append({ role: "user", content: [image, { type: "text", text: 'a\n"\u2028😀' }] });
    await session.append({
      role: "assistant",
      content: [{ type: "thinking", text: "", opaque: { signature: "x" } }, ...asked("1").content],
    });
    await session.append({ role: "user", content: [{ type: "result", id: "1", content: [image], failed: true }] });
    await session.fold({ summary: [said("s")], dropped: 1 }, "x");
    await session.note("n", [null, { deep: true }]);
  });
  expect<unknown>(entries.map((entry) => decodeEntry(encodeEntry(entry)))).toEqual(entries);
  for (const entry of entries) expect(encodeEntry(entry)).not.toContain("\n");
  const head: SessionHead = { type: "session", version: 1, id: "i", cwd: "/w", at: 1, title: "t", parent: "p", agent: true };
  expect([decodeHead(encodeEntry(head)), decodeEntry(encodeEntry(head))]).toEqual([head, undefined]);
});

test.each([
  "",
  "null",
  "[]",
  "12",
  '{"type":"message"}',
  '{"type":"message","id":"1","parent":null,"at":0,"message":null}',
  '{"type":"message","id":"1","parent":null,"at":0,"message":{"role":"system","content":[]}}',
  '{"type":"message","id":"1","parent":null,"at":0,"message":{"role":"user","content":[{"type":"text","text":5}]}}',
  '{"type":"message","id":"1","parent":null,"at":0,"message":{"role":"user","content":[null]}}',
  '{"type":"message","id":"1","parent":null,"at":0,"message":{"role":"user","content":[{"type":"result","id":"1","failed":false,"content":[{"type":"call"}]}]}}',
  '{"type":"message","id":1,"parent":null,"at":0,"message":{"role":"user","content":[]}}',
  '{"type":"message","id":"1","parent":3,"at":0,"message":{"role":"user","content":[]}}',
  '{"type":"fold","id":"1","parent":null,"at":0,"by":"x","dropped":-1,"summary":[]}',
  '{"type":"fold","id":"1","parent":null,"at":0,"by":"x","dropped":1,"summary":[{}]}',
  '{"type":"note","id":"1","parent":null,"at":0,"kind":"x"}',
  '{"type":"later","id":"1","parent":null,"at":0}',
])("decodeEntry > %s is none", (line) => expect(decodeEntry(line)).toBeUndefined());

test("decodeEntry > a lone surrogate escape is mended", () => {
  const line = '{"type":"note","id":"1","parent":null,"at":0,"kind":"k","data":"\\uD800"}';
  expect(decodeEntry(line)).toEqual({ type: "note", id: "1", parent: null, at: 0, kind: "k", data: "\ufffd" });
});

test("close > runs once", async () => {
  let closed = 0;
  const session = createSession({ id: "s", cwd: "/w", close: () => void closed++ });
  await Promise.all([session.close(), session.close()]);
  await session.close();
  expect(closed).toBe(1);
});
