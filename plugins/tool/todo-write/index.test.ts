import { expect, test } from "bun:test";
import type { Json, Message, Request, ToolResult } from "claw";
import { calls, createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const harness = (script: Parameters<typeof createHarness>[0]["script"] = [], config: Json = {}): Promise<Harness> =>
  createHarness({ plugins: ["tool/todo-write", "store/jsonl"], script, config });
const item = (content: string, status: string): Json => ({ content, activeForm: `Doing ${content}`, status });
const list = [item("a", "completed"), item("b", "in_progress"), item("c", "pending")];
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
const summary: Message = { role: "user", content: [{ type: "text", text: "what was before" }] };
const first = (request: Request | undefined): string => JSON.stringify(request?.messages[0]);
const RESTATED = "[The todo list at this point, as TodoWrite kept it]\\n[x] a\\n[>] b\\n[ ] c";

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "TodoWrite"), {
    valid: [{ todos: [] }, { todos: list }],
    invalid: [
      {},
      { todos: [{ content: "a", status: "pending" }] },
      { todos: [item(" ", "pending")] },
      { todos: [item("a", "done")] },
      { todos: Array(101).fill(item("a", "pending")) },
    ],
  });
}

test("TodoWrite > keeps the list in the session and announces it", async () => {
  await using on = await harness();
  const saved = await on.call("TodoWrite", { todos: list });
  expect(text(saved)).toBe("Saved: 1 of 3 completed, 1 in progress.");
  expect(saved.details).toEqual({ todos: list, before: [], open: 2 });
  expect(on.events.findLast((event) => event.type === "todo.changed")?.data).toEqual({ todos: list, open: 2 } as never);
  expect(on.events.findLast((event) => event.type === "call.started")?.data).toMatchObject({ subject: "1 of 3 done: Doing b", access: "none" });
  expect(text(await on.call("TodoWrite", { todos: [item("a", "completed")] }))).toBe("Saved: all 1 completed.");
  expect(text(await on.call("TodoWrite", { todos: [] }))).toBe("The list is empty.");
  expect(on.shell.session.notes("todos")).toHaveLength(3);
});

test("TodoWrite > a mistake is named with its place", async () => {
  await using on = await harness();
  const wrong = await on.call("TodoWrite", { todos: [item("a", "pending"), item("", "pending")] });
  expect([wrong.failed, text(wrong)]).toEqual([true, "invalid input for TodoWrite: todos.1.content: must say something"]);
});

test("TodoWrite > open todos are said again only after a fold that took them, and the prefix stays", async () => {
  await using on = await harness([calls("TodoWrite", { todos: list })]);
  await on.submit("one");
  expect(JSON.stringify(on.requests.map((request) => request.messages))).not.toContain(RESTATED);
  const { session } = on.shell;
  await session.fold({ summary: [summary], dropped: session.messages.length }, "test");
  await on.submit("two");
  const folded = first(on.requests.at(-1));
  expect(folded).toContain(RESTATED);
  // Another list comes as a call of its own: what was sent before is sent again as it was.
  await on.call("TodoWrite", { todos: [item("a", "completed")] });
  await on.submit("three");
  expect(first(on.requests.at(-1))).toBe(folded);
  const [before, after] = on.requests.slice(-2).map((request) => JSON.stringify(request.messages).slice(0, -1));
  expect(after).toStartWith(before ?? "");
  expect(session.messages[0]).toEqual(summary);
});

test("TodoWrite > a fold that leaves the call, or finds all done, changes nothing", async () => {
  await using on = await harness();
  await on.submit("zero");
  const { session } = on.shell;
  await on.call("TodoWrite", { todos: list });
  await session.fold({ summary: [summary], dropped: 2 }, "test");
  await on.submit("two");
  expect(first(on.requests.at(-1))).toBe(JSON.stringify(summary));
  await on.call("TodoWrite", { todos: [item("a", "completed")] });
  await session.fold({ summary: [summary], dropped: session.messages.length }, "test");
  await on.submit("three");
  expect(first(on.requests.at(-1))).toBe(JSON.stringify(summary));
});

test("TodoWrite > list and restatement survive a resume, byte for byte", async () => {
  await using on = await harness([], { store: "jsonl" });
  await on.call("TodoWrite", { todos: list });
  const { session } = on.shell;
  await session.fold({ summary: [summary], dropped: session.messages.length }, "test");
  await on.submit("two");
  await on.call("TodoWrite", { todos: [item("d", "pending")] });
  const sent = first(on.requests.at(-1));
  expect(sent).toContain(RESTATED);
  await on.shell.close();
  const again = await on.host.open({ ref: session.id });
  expect(again.session.notes("todos").at(-1)).toEqual({ todos: [item("d", "pending")] });
  await again.submit({ text: "three" });
  expect(first(on.requests.at(-1))).toBe(sent);
  await again.close();
});

test("TodoWrite > costs little in each request", async () => {
  await using on = await harness();
  await on.submit("hello");
  expect(on.requests[0]?.tools.map((tool) => [tool.name, tool.description.length < 300])).toEqual([["TodoWrite", true]]);
  expect(JSON.stringify(on.requests[0]?.tools).length).toBeLessThan(800);
});
