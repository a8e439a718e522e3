// Sub-agents and background work on the built binary: answers, rights, money, definitions, and the end of everything with the run.
import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { calls, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran } from "../support/binary.ts";
import { ownSeconds, running } from "../support/processes.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());

interface Body {
  readonly system: readonly { readonly text: string }[];
  readonly messages: readonly { readonly content: readonly { readonly text?: string }[] }[];
  readonly tools?: readonly { readonly name: string }[];
  readonly model: string;
}
const agent = (prompt: string, more: object = {}) => ["Agent", { description: "a part", prompt, ...more }] as const;
const text = (body: Body): string =>
  body.messages
    .at(-1)
    ?.content.map((block) => JSON.stringify(block))
    .join("") ?? "";

/** Runs claw against a model that answers by what its first user message begins with. */
async function ask(
  actors: Readonly<Record<string, readonly (Reply | ((body: Body) => Reply))[]>>,
  words: readonly string[],
): Promise<Ran & { readonly bodies: readonly Body[] }> {
  const left = new Map(Object.entries(actors).map(([task, replies]) => [task, [...replies]]));
  const bodies: Body[] = [];
  scratch.serve({
    replies: Array.from({ length: 100 }, () => (request: { readonly body: unknown }) => {
      const body = request.body as Body;
      bodies.push(body);
      const task = body.messages[0]?.content.map((block) => block.text ?? "").join("") ?? "";
      const reply = [...left].find(([begin]) => task.startsWith(begin))?.[1].shift() ?? { text: "done" };
      return typeof reply === "function" ? reply(body) : reply;
    }),
  });
  return { ...(await scratch.ask(["-p", "main", ...words])), bodies };
}
const bodiesOf = (bodies: readonly Body[], task: string) => bodies.filter(({ messages }) => messages[0]?.content[0]?.text?.startsWith(task));

test("Agent > three side by side answer, and what they cost is in the result", async () => {
  const usage = { input_tokens: 1_000, output_tokens: 100 };
  const one = (name: string): Reply => ({ text: `I am ${name}.`, usage });
  const { out, code, bodies } = await ask(
    {
      main: [calls(agent("a"), agent("b", { subagent_type: "Explore" }), agent("c")), { text: "All in." }],
      a: [one("a")],
      b: [one("b")],
      c: [one("c")],
    },
    ["--output-format", "json"],
  );
  const result = JSON.parse(out);
  expect({ code, text: result.result, turns: result.num_turns }).toEqual({ code: 0, text: "All in.", turns: 2 });
  expect(result.tool_results.map((item: { output: string }) => item.output)).toEqual(["I am a.", "I am b.", "I am c."]);
  expect(result.usage.input_tokens).toBeGreaterThanOrEqual(3_000);
  const names = bodiesOf(bodies, "b")[0]?.tools?.map(({ name }) => name) ?? [];
  expect([names.includes("read_file"), names.includes("write_file"), names.includes("bash")]).toEqual([true, false, false]);
  const main = bodiesOf(bodies, "main")[0];
  expect(main?.tools?.map(({ name }) => name)).toContain("Agent");
});

test("Agent > has no more rights than the run", async () => {
  const write = calls(["write_file", { path: "new.txt", content: "x" }], ["bash", { command: "touch new.txt" }]);
  const { code, bodies } = await ask({ main: [calls(agent("write"))], write: [write] }, ["--permission-mode", "read-only"]);
  expect([code, existsSync(join(scratch.work, "new.txt"))]).toEqual([0, false]);
  expect(text(bodiesOf(bodies, "write").at(-1)!)).toContain("current mode is read-only");
});

test("TaskCreate > runs in the background, and TaskOutput gives its answer; nothing outlives the run", async () => {
  const seconds = ownSeconds();
  const id = (body: Body): string => /\ba[0-9a-f]{6}\b/.exec(text(body))?.[0] ?? "";
  const work = calls(["bash", { command: "sleep 0.2; echo out", run_in_background: false }]);
  const { out, code, bodies } = await ask(
    {
      main: [
        calls(["TaskCreate", { prompt: "work", description: "some work" }], ["TaskCreate", { prompt: "hang" }]),
        (body) => calls(["TaskOutput", { task_id: id(body) }], ["TaskList", {}]),
        { text: "bye" },
        { text: "bye all the same" },
      ],
      work: [work, { text: "The answer." }],
      hang: [calls(["bash", { command: `exec sleep ${seconds}` }])],
    },
    ["--permission-mode", "danger-full-access"],
  );
  expect({ out, code }).toEqual({ out: "bye all the same\n", code: 0 });
  const seen = bodiesOf(bodies, "main").map(text).join("\n");
  expect(seen).toMatch(/The answer\.\\n\[completed after/);
  expect(seen).toMatch(/\(agent\) general-purpose: hang: still running/);
  expect(seen).toContain("Still running, and stopped when you end now");
  expect(running(`sleep ${seconds}`)).toBe(0);
});

test("definitions > of a trusted project act, and `claw agents` lists them", async () => {
  await Bun.write(join(scratch.work, ".claude/agents/poet.md"), "---\nname: poet\ndescription: Writes verse\ntools: Read\n---\nBe a poet.\n");
  const untrusted = await ask({}, []);
  expect(JSON.stringify(untrusted.bodies[0]?.system)).not.toContain("Writes verse");
  const { bodies } = await ask({ main: [calls(agent("verse", { subagent_type: "poet" }))] }, ["--trust"]);
  expect(JSON.stringify(bodies[0]?.system)).toContain("- poet: Writes verse");
  expect(bodiesOf(bodies, "verse")[0]?.tools?.map(({ name }) => name)).toEqual(["read_file"]);
  const own = await ask({}, ["--trust", "--agent", "poet"]);
  expect([own.bodies[0]?.system[0]?.text, own.bodies[0]?.tools?.length]).toEqual([expect.stringContaining("Be a poet."), 1]);
  const { out, code } = await scratch.run(["agents", "--trust", "--output-format", "json"]);
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    { kind: "agents", status: "ok", agents: [{ name: "poet", source: "project", active: true }, {}, {}, {}, {}] },
  ]);
  expect(await ask({}, ["--agent", "nobody"])).toMatchObject({ code: 2, err: expect.stringContaining('there is no agent "nobody"') });
});
