import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ClawError, definePlugin } from "claw";
import { pluginContract, says } from "claw/testing";
import { agent, asks, PLUGINS, requestsOf, results, seen, stage, textOf } from "./testing/actors.ts";

pluginContract(import.meta.dir);

test("run > the answer comes back, from a context of its own with its own prompt, and the session is its parent's child", async () => {
  await using on = await stage({
    main: [asks(agent("find it", { subagent_type: "explore", name: "scout" })), says("I see.")],
    find: [says("It is in a.ts:3")],
  });
  expect(await on.submit("main")).toEqual({ kind: "completed" });
  expect(results(on)).toEqual(["It is in a.ts:3"]);
  const [request] = requestsOf(on, "find it");
  expect(request?.messages).toHaveLength(1);
  expect(request?.system[0]).toStartWith("You find things out about a code base");
  expect(request?.tools.map(({ name }) => name)).toEqual(["read_file"]);
  const opened = on.events.find((event) => event.type === "session.opened" && event.data.parent !== undefined);
  expect(opened?.data).toEqual({ cwd: on.workspace, resumed: false, parent: on.shell.session.id, agent: "scout (Explore)" });
  expect(on.events.some((event) => event.type === "session.closed" && event.session === opened?.session)).toBe(true);
});

test("run > several in one message run side by side, and a long answer is kept in a file", async () => {
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const wait = () => {
    begun += 1;
    if (begun === 3) gate.resolve();
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
    const content = [{ type: "text", text: "x".repeat(40_000) }] as const;
    return { parts: [gate.promise, { type: "finish", stop: "done", usage, content }] as const };
  };
  await using on = await stage({ main: [asks(agent("one"), agent("two"), agent("three"))], one: [wait], two: [wait], three: [wait] });
  expect(await on.submit("main")).toEqual({ kind: "completed" });
  for (const said of results(on)) {
    const path = /the whole is in (\S+agent-\w+\.md)]/.exec(said)?.[1] ?? "";
    expect([said.length < 30_200, readFileSync(path, "utf8").length]).toEqual([true, 40_000]);
  }
  expect(begun).toBe(3);
});

test("run > what a model writes is never a command", async () => {
  await using on = await stage(
    { main: [asks(agent("/help"))], "/help": [says("no command")] },
    { plugins: [...PLUGINS, "feature/slash", "command/help"] },
  );
  await on.submit("main");
  expect(results(on)).toEqual(["no command"]);
});

test("run > never more rights than the parent: mode, deny rules, tools", async () => {
  const write = asks(["write_file", { path: "new.txt", content: "x" }]);
  await using on = await stage(
    { main: [asks(agent("write it"), agent("read it"))], write: [write], read: [asks(["read_file", { path: "a.txt" }]), says("could not")] },
    { config: { permissionMode: "read-only", permissions: { deny: ["Read(./a.txt)"] } }, files: { "a.txt": "secret" } },
  );
  await on.submit("main");
  const denied = on.events.flatMap((event) =>
    event.type === "permission.decided" && event.data.decision.verdict === "deny" ? [event.data.decision.reason] : [],
  );
  expect(denied.toSorted()).toEqual([
    "Permission to use read_file has been denied by rule 'Read(./a.txt)'",
    "tool 'write_file' requires workspace-write permission; current mode is read-only",
  ]);
  expect(existsSync(join(on.workspace, "new.txt"))).toBe(false);
});

test("run > a definition narrows tools, patterns and mode, and never widens", async () => {
  const agents = {
    narrow: { description: "d", prompt: "Be narrow.", tools: ["Bash(echo *)", "Read"], disallowedTools: "Read", permissionMode: "read-only" },
    wide: { description: "d", prompt: "Be wide.", permissionMode: "bypassPermissions" },
  };
  const shell = asks(["bash", { command: "echo hi" }], ["bash", { command: "touch b" }], ["read_file", { path: "a" }]);
  await using on = await stage(
    {
      main: [asks(agent("narrow", { subagent_type: "narrow" }), agent("wide", { subagent_type: "wide" }))],
      narrow: [shell],
      wide: [asks(["bash", { command: "node -e 1 > c" }])],
    },
    { options: { agents: JSON.stringify(agents) }, config: { permissionMode: "workspace-write" } },
  );
  await on.submit("main");
  const said = requestsOf(on, "narrow")
    .at(-1)
    ?.messages.at(-1)
    ?.content.map((block) => (block.type === "result" ? textOf(block.content) : ""));
  // What is proven to only read runs in read-only too.
  expect(said).toEqual([
    "hi",
    "agent narrow may use bash only as its definition says, and this call is not covered",
    expect.stringContaining("unknown tool: read_file. Known tools: bash"),
  ]);
  expect(JSON.stringify(requestsOf(on, "wide").at(-1)?.messages)).toContain("nobody can be asked, so it was refused");
  expect([existsSync(join(on.workspace, "b")), existsSync(join(on.workspace, "c"))]).toEqual([false, false]);
});

test("run > questions name the agent and come one at a time", async () => {
  let [asking, most] = [0, 0];
  await using on = await stage({
    main: [asks(agent("first", { name: "Ann" }), agent("second"))],
    first: [asks(["bash", { command: "node -e 1" }])],
    second: [asks(["bash", { command: "node -e 2" }])],
  });
  const names: unknown[] = [];
  const shell = await on.host.open({
    ask: {
      async choose({ agent: name }) {
        asking += 1;
        most = Math.max(most, asking);
        names.push(name);
        await Bun.file(import.meta.path).text();
        asking -= 1;
        return { choice: "yes" };
      },
    },
  });
  await shell.submit({ text: "main" });
  expect([names.toSorted(), most]).toEqual([["Ann (general-purpose)", "general-purpose"], 1]);
  await shell.close();
});

test("run > an abort reaches it, its command and what it says; an error of its model is its result", async () => {
  await using on = await stage(
    {
      main: [asks(agent("wait")), asks(agent("fail"))],
      wait: [asks(["bash", { command: "sleep 300" }])],
      fail: [{ fails: "CLAW_PROVIDER_REJECTED" }],
    },
    { config: { permissionMode: "danger-full-access" } },
  );
  const begun = seen(on, "call.started", ({ tool }) => tool === "bash");
  const turn = on.submit("main");
  await begun;
  // The command would take five minutes.
  on.shell.abort("enough");
  expect(await turn).toEqual({ kind: "aborted", reason: "enough" });
  expect(on.events.findLast((event) => event.type === "turn.ended" && event.session !== on.shell.session.id)?.data).toEqual({
    outcome: "aborted",
    reason: "enough",
  });
  await on.submit("main again");
  expect(results(on).at(-1)).toBe("(it gave no answer)\n[failed: scripted failure: CLAW_PROVIDER_REJECTED]");
});

test("run > nests to its depth and no deeper; its steps are limited and it is told before", async () => {
  const loop = Array.from({ length: 9 }, () => asks(["read_file", { path: "a" }]));
  await using on = await stage(
    { main: [asks(agent("level one"))], "level one": [asks(agent("level two"))], "level two": loop },
    { config: { plugins: { "@claw/feature-agents": { maxTurns: 3 } } }, files: { a: "x" } },
  );
  await on.submit("main");
  const names = (task: string) => requestsOf(on, task)[0]?.tools.map(({ name }) => name) ?? [];
  expect([names("level one").includes("Agent"), names("level two").includes("Agent"), names("level two").includes("TaskCreate")]).toEqual([
    true,
    false,
    false,
  ]);
  const deep = requestsOf(on, "level two");
  expect(deep).toHaveLength(3);
  expect(textOf(deep[2]?.messages.at(-1)?.content ?? [])).toContain("make no more calls");
  expect(textOf(requestsOf(on, "level one").at(-1)?.messages.at(-1)?.content ?? [])).toBe(
    "(it gave no answer)\n[stopped: max_turns, after 3 steps; this is the last it said]",
  );
});

test("run > its own model, that of the call, or the parent's; money counts for the whole", async () => {
  const agents = { own: { description: "d", prompt: "p", model: "small" } };
  await using on = await stage(
    { main: [asks(agent("one", { subagent_type: "own" }), agent("two", { model: "big" }), agent("three"))] },
    { options: { agents: JSON.stringify(agents), "max-budget-usd": "0.00007" }, config: { model: "usual" } },
  );
  const outcome = await on.submit("main");
  expect(["one", "two", "three"].map((task) => requestsOf(on, task)[0]?.model.id)).toEqual(["small", "big", "usual"]);
  expect(outcome).toEqual({ kind: "stopped", reason: "max_budget_usd" });
});

test("run > a model that its definition names and the provider does not know is the parent's; one that the call names is an error", async () => {
  const picky = definePlugin({
    setup({ contribute, get }) {
      contribute("provider", {
        name: "picky",
        models: async () => [],
        async resolve(name) {
          if (name !== "usual") throw new ClawError("CLAW_MODEL_UNKNOWN", `unknown model: ${name}`);
          return { id: name, context: 1_000_000, maxOutput: 1_000 };
        },
        async *stream(request, signal) {
          yield* (await get("provider", "script")).stream(request, signal);
        },
      });
    },
  });
  const agents = JSON.stringify({ own: { description: "d", prompt: "p", model: "small" } });
  await using on = await stage(
    { main: [asks(agent("one", { subagent_type: "own" }), agent("two", { model: "big" }))] },
    { plugins: [...PLUGINS, picky], options: { agents }, config: { provider: "picky", model: "usual" } },
  );
  await on.submit("main");
  expect(results(on)).toEqual(["done", "unknown model: big"]);
  expect(on.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []))).toEqual([
    "Agent own wants the model small, which picky does not know; it runs with usual.",
  ]);
});

test("run > an unknown type or a broken one is told with those there are", async () => {
  const files = {
    ".claw/agents/odd.md": "---\nname: odd\n---\nNo description.",
    ".claw/agents/mine.md": "---\nname: mine\ndescription: d\n---\nBe mine.",
  };
  await using on = await stage({ main: [asks(agent("x", { subagent_type: "nobody" }), agent("x", { subagent_type: "mine" }))] }, { files });
  await on.submit("main");
  expect(results(on)[0]).toBe('There is no agent "nobody". Known: general-purpose, Explore, Plan, Verification.');
  expect(results(on)[1]).toMatch(/^There is no agent "mine": .*mine\.md: nobody has trusted this folder; see --trust\. Known: /);
});

test("draft > agents of files are named where the folder is trusted, in every request alike, and run", async () => {
  const files = { ".claude/agents/team/mine.md": "---\nname: mine\ndescription: Use it: always\nmodel: inherit\ntools: [Read]\n---\nBe mine.\n" };
  await using on = await stage({ main: [asks(agent("x", { subagent_type: "mine" })), says("a")] }, { files, options: { trust: true } });
  await on.submit("main");
  const own = requestsOf(on, "main");
  expect(own[0]?.system).toEqual(["# Agents\n\nMore types for the Agent tool:\n\n- mine: Use it: always"]);
  expect(own[1]?.system).toEqual(own[0]?.system as string[]);
  const [child] = requestsOf(on, "x");
  expect([child?.system[0]?.startsWith("Be mine.\n\nAnother agent gave"), child?.tools.map(({ name }) => name)]).toEqual([true, ["read_file"]]);
});

test("--agent > the session has its prompt, tools and model; another name is an error before anything is sent", async () => {
  const agents = JSON.stringify({ poet: { description: "d", prompt: "Be a poet.", tools: "Read", model: "small", permissionMode: "read-only" } });
  const plugins = [...PLUGINS, "feature/system-prompt"];
  const first = asks(["bash", { command: "true" }]);
  await using on = await stage({ main: [first] }, { plugins, options: { agent: "Poet", agents, "append-system-prompt": "Rhyme." } });
  await on.submit("main");
  const [request] = on.requests;
  expect([request?.system, request?.tools.map(({ name }) => name), request?.model.id]).toEqual([["Be a poet.", "Rhyme."], ["read_file"], "small"]);
  expect(results(on)).toEqual(["agent poet does not have the tool bash"]);
  expect(on.shell.selection["permission-mode"]).toBe("read-only");
  for (const options of [{ agent: "nobody" }, { agents: "{" }, { agents: '{"a":{"description":"d"}}' }]) {
    await using other = await stage({}, { options });
    expect(await other.submit("main")).toMatchObject({ kind: "failed", error: { code: "CLAW_USAGE" } });
    expect(other.requests).toHaveLength(0);
  }
});
