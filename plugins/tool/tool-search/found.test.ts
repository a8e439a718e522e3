// Tools that join a session: found, called, or come late.
import { describe, expect, test } from "bun:test";
import { definePlugin } from "claw";
import { calls, createHarness, says } from "claw/testing";
import { harness, names, own, SELF, SUPPORT, system, TOOLS, told } from "./fixture.ts";
import { FOUND, NAME } from "./roster.ts";

describe("what is found", () => {
  test("joins at the end and stays; what came before keeps its place and its bytes", async () => {
    const script = [calls(NAME, { query: "select:Sleep" }), says("a"), calls(NAME, { query: "notebook cell" }), says("b"), says("c")];
    await using on = await harness({ budget: 0 }, { script });
    await on.submit("one");
    await on.submit("two");
    await on.submit("three");
    const before = ["read_file", "TodoWrite", NAME];
    expect(on.requests.map((_, step) => names(on, step))).toEqual([
      before,
      [...before, "Sleep"],
      [...before, "Sleep"],
      [...before, "Sleep", "NotebookEdit"],
      [...before, "Sleep", "NotebookEdit"],
    ]);
    expect(new Set(on.requests.map((_, step) => system(on, step))).size).toBe(1);
    for (const [index, tool] of (on.requests[4]?.tools ?? []).entries()) expect(on.requests[3]?.tools[index]).toBe(tool);
    expect(on.shell.session.notes(FOUND)).toEqual([{ found: ["Sleep"] }, { found: ["NotebookEdit"] }]);
  });

  test("comes with description and schema, and runs at once", async () => {
    await using on = await harness(
      { budget: 0 },
      { script: [calls(NAME, { query: "select:sleep" }), calls("Sleep", { duration_ms: 0 }), says("done")] },
    );
    await on.submit("go");
    const text = JSON.stringify(on.shell.session.messages[2]);
    expect(text).toContain("Loaded. Call as needed:\\n\\nSleep: ");
    expect(text).toContain('Input schema: {\\"type\\":\\"object\\"');
    expect(told(on)).toMatch(/Waited \d+ ms/);
    const ended = on.events.find((event) => event.type === "call.ended");
    expect(ended?.data).toMatchObject({ details: { matches: ["Sleep"], total_deferred_tools: 2 } });
  });

  test("or called without: runs when its input fits, and joins either way", async () => {
    await using on = await harness({ budget: 0 }, { script: [calls("Sleep", { duration_ms: 0 }), calls("NotebookEdit", { path: 1 }), says("done")] });
    await on.submit("go");
    expect(JSON.stringify(on.shell.session.messages[2])).toMatch(/Waited \d+ ms/);
    expect(told(on)).toContain("invalid input for NotebookEdit");
    expect(names(on)).toEqual(["read_file", "TodoWrite", NAME, "Sleep", "NotebookEdit"]);
  });

  test("passes the gate as any other", async () => {
    const script = [
      calls(NAME, { query: "select:NotebookEdit" }),
      calls("NotebookEdit", { notebook_path: "a.ipynb", new_source: "x" }),
      says("done"),
    ];
    await using on = await harness({ budget: 0 }, { script });
    await on.submit("go");
    expect(on.events.findLast((event) => event.type === "permission.decided")?.data).toMatchObject({
      tool: "NotebookEdit",
      decision: { verdict: "deny" },
    });
  });

  test("is there again after a resume, in the same order", async () => {
    const plugins = ["store/jsonl"];
    const script = [calls(NAME, { query: "select:Sleep" }), calls(NAME, { query: "select:NotebookEdit" }), says("a"), says("b")];
    await using on = await createHarness({
      plugins: [...SUPPORT, ...TOOLS, ...plugins],
      config: { store: "jsonl", plugins: { [SELF]: { budget: 0 } } },
      script,
    });
    await on.submit("one");
    const sent = names(on);
    await on.shell.close();
    const again = await on.host.open({ ref: on.shell.session.id });
    await again.submit({ text: "two" });
    expect(names(on)).toEqual(sent);
    expect(sent).toEqual(["read_file", "TodoWrite", NAME, "Sleep", "NotebookEdit"]);
    await again.close();
  });

  test("is each session's own", async () => {
    await using on = await harness({ budget: 0 }, { script: [calls(NAME, { query: "select:Sleep" }), says("a"), says("b")] });
    await on.submit("one");
    const child = await on.host.open({ parent: on.shell.session.id, agent: "helper", tools: ["Sleep", "read_file", NAME], system: ["Help."] });
    await child.submit({ text: "two" });
    expect(names(on)).toEqual(["read_file", NAME]);
    expect(system(on)).toEndWith(":\nSleep");
    await child.close();
    const bare = await on.host.open({ parent: on.shell.session.id, agent: "helper", tools: ["Sleep", "read_file"] });
    await bare.submit({ text: "three" });
    expect(names(on)).toEqual(["read_file", "Sleep"]);
    await bare.close();
  });
});

test("late tools > are told of at the end, and found by the very search that runs when they come", async () => {
  let come: () => void = () => {};
  const server = definePlugin({
    setup(ctx) {
      come = () => {
        for (const tool of ["mcp__late__issue", "mcp__late__label"]) ctx.contribute("tool", own(tool, ""));
      };
    },
  });
  const script = [
    says("one"),
    () => {
      come();
      return calls(NAME, { query: "label" });
    },
    says("two"),
  ];
  await using on = await harness({ budget: 0 }, { plugins: [server], script });
  await on.submit("one");
  await on.submit("two");
  expect(names(on)).toEqual(["read_file", "TodoWrite", NAME, "mcp__late__label"]);
  expect(system(on)).toBe(`${system(on, 0)}\n\nTools that came later, for ToolSearch too:\nmcp__late__*: issue, label`);
});

test("late tools > past the budget bring ToolSearch, at the end", async () => {
  let come: () => void = () => {};
  const server = definePlugin({
    setup(ctx) {
      come = () => void ctx.contribute("tool", own("mcp__late__issue", "x".repeat(9_000)));
    },
  });
  await using on = await harness({ budget: 9_000 }, { plugins: [server] });
  await on.submit("one");
  const before = names(on);
  come();
  await on.submit("two");
  expect(names(on)).toEqual([...before, NAME]);
  expect(system(on)).toEndWith("mcp__late__*: issue");
});
