import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/todos"] });
commandContract(await contract.host.get("command", "todos"), { valid: [[]], invalid: [["x"]] });

test("todos > shows the session's list, to people and to programs", async () => {
  await using on = await createHarness({ plugins: ["command/todos", "tool/todo-write", "feature/slash"] });
  const show = async () => on.shell.run(await on.host.get("command", "todos"), []);
  expect(await show()).toMatchObject({ notice: "There are no todos. Name a session with --continue or --resume.", data: { todos: [] } });
  const todos = [
    { content: "Write it", activeForm: "Writing it", status: "completed" },
    { content: "Test it", activeForm: "Testing it", status: "in_progress" },
    { content: "Ship it", activeForm: "Shipping it", status: "pending" },
  ];
  await on.call("TodoWrite", { todos });
  expect(await show()).toEqual({
    kind: "done",
    notice: "[x] Write it\n[>] Test it\n[ ] Ship it\n2 of 3 open",
    data: { kind: "todos", action: "list", status: "ok", session_id: on.shell.session.id, open: 2, todos },
  });
  await on.submit("/todos");
  expect(on.events.findLast((event) => event.type === "notice.raised")?.data).toMatchObject({ text: expect.stringContaining("[>] Test it") });
});
