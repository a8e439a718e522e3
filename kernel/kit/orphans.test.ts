import { expect, test } from "bun:test";
import type { Block, Message } from "claw";
import type { Entry } from "./entries.ts";
import { createSession } from "./session.ts";

const said = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });
const answered = (text: string): Message => ({ role: "assistant", content: [{ type: "text", text }] });
const asked = (...ids: readonly string[]): Message => ({
  role: "assistant",
  content: ids.map((id) => ({ type: "call", id, tool: "read_file", input: { path: id } })),
});
const result = (id: string): Block => ({ type: "result", id, content: [{ type: "text", text: `of ${id}` }], failed: false });
const results = (...ids: readonly string[]): Message => ({ role: "user", content: ids.map(result) });
const lost = (id: string): unknown => ({
  type: "result",
  id,
  content: [{ type: "text", text: expect.stringContaining("No result was kept") }],
  failed: true,
});

const reopened = (entries: readonly Entry[]): readonly Message[] => createSession({ id: "s", cwd: "/w", entries }).messages;
/** A chain of messages as entries. */
const chain = (...messages: readonly Message[]): Entry[] =>
  messages.map((message, index) => ({ type: "message", id: `${index + 1}`, parent: index === 0 ? null : `${index}`, at: 0, message }));

test("repair > a call at the end gets a failed result", () => {
  expect(reopened(chain(said("go"), asked("1", "2")))).toEqual([
    said("go"),
    asked("1", "2"),
    { role: "user", content: [lost("1"), lost("2")] as Block[] },
  ]);
});

test("repair > missing results join those there are, in the order of the calls, right after them", () => {
  const mixed: Message = { role: "user", content: [result("2"), ...said("and").content] };
  expect(reopened(chain(said("go"), asked("1", "2", "3"), mixed, answered("ok")))).toEqual([
    said("go"),
    asked("1", "2", "3"),
    { role: "user", content: [lost("1"), result("2"), lost("3"), ...said("and").content] as Block[] },
    answered("ok"),
  ]);
  expect(reopened(chain(asked("1"), said("next"), answered("ok")))).toEqual([
    asked("1"),
    { role: "user", content: [lost("1")] as Block[] },
    said("next"),
    answered("ok"),
  ]);
});

test("repair > results without a call, or a second time, are dropped, and messages left empty with them", () => {
  expect(reopened(chain(said("go"), results("9"), asked("1"), results("1", "1"), results("1"), said("x")))).toEqual([
    said("go"),
    asked("1"),
    results("1"),
    said("x"),
  ]);
});

test("repair > what is in order keeps its identity, consecutive roles too", () => {
  const messages = [said("a"), said("b"), asked("1"), asked("2"), results("1"), results("2"), answered("c"), answered("d")];
  const shown = reopened(chain(...messages));
  expect(shown).toHaveLength(messages.length);
  for (const [index, message] of shown.entries()) expect(message).toBe(messages[index]!);
});

test("repair > any cut of a session with calls leaves every call with one result right after it", () => {
  const entries = chain(said("go"), asked("1", "2"), results("1", "2"), asked("3"), results("3"), answered("done"));
  for (let from = 0; from < entries.length; from++) {
    for (let to = from; to <= entries.length; to++) {
      const shown = reopened(entries.slice(from, to));
      for (const [index, message] of shown.entries()) {
        const calls = message.content.flatMap((block) => (block.type === "call" ? [block.id] : []));
        const answers = (shown[index + 1]?.content ?? []).flatMap((block) => (block.type === "result" ? [block.id] : []));
        if (message.role === "assistant") expect(answers).toEqual(calls);
      }
    }
  }
});
