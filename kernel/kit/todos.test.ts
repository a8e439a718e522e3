import { expect, test } from "bun:test";
import { createSession } from "./session.ts";
import { openTodos, readTodos, type Todo, todosNote, todosOf, todoText } from "./todos.ts";

const todo = (content: string, status: Todo["status"]): Todo => ({ content, activeForm: content, status });
const list = [todo("a", "completed"), todo("b", "in_progress"), todo("c", "pending")];

test("todosOf > the latest list counts", async () => {
  const session = createSession({ id: "s", cwd: "/" });
  expect(todosOf(session)).toEqual([]);
  await session.note(todosNote, { todos: list.slice(1) });
  await session.note(todosNote, { todos: list });
  expect(todosOf(session)).toEqual(list);
});

test("readTodos > what is no list has none", () => {
  const odd = [undefined, null, 7, [], {}, { todos: null }, { todos: [null, 1, { content: "x" }, { ...list[0], status: "gone" }] }];
  for (const note of odd) expect(readTodos(note as never)).toEqual([]);
});

test("todoText > a box for each", () => {
  expect(todoText(list)).toBe("[x] a\n[>] b\n[ ] c");
  expect(openTodos(list)).toBe(2);
});
