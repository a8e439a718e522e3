// The tools that touch only the session, and those close to it, on the built binary: what the model is told, what is kept, and what people and programs see.
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calls, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";

type Call = readonly [tool: string, input: object];
/** A run in which the model does these calls, step by step, then says "done". */
async function play(scratch: Scratch, steps: readonly Reply[], words: readonly string[] = []): Promise<Ran> {
  scratch.serve({ replies: [...steps, { text: "done" }], repeat: true });
  return scratch.ask(["-p", "go", ...words]);
}
/** The results that a JSON run reports. */
async function results(
  scratch: Scratch,
  steps: readonly Reply[],
  words: readonly string[] = [],
): Promise<{ code: number; said: string[]; result: Record<string, unknown> }> {
  const { out, code } = await play(scratch, steps, [...words, "--output-format", "json"]);
  const result = JSON.parse(out) as Record<string, unknown>;
  const list = result["tool_results"] as { output: string; is_error: boolean }[];
  return { code, result, said: list.map(({ output, is_error }) => `${is_error ? "failed: " : ""}${output}`) };
}
const tools = (scratch: Scratch, position = 0): string[] =>
  (scratch.mock.requests[position]!.body as { tools: { name: string }[] }).tools.map((tool) => tool.name);
const SCHEMA = JSON.stringify({ type: "object", properties: { name: { type: "string" } }, required: ["name"], additionalProperties: false });

test("StructuredOutput > the answer fits the schema, is checked, and is all that stdout has", async () => {
  await using scratch = await createScratch();
  const steps = [calls(["StructuredOutput", { nam: "Ada" }]), calls(["StructuredOutput", { name: "Ada" }])];
  expect(await play(scratch, steps, ["--json-schema", SCHEMA])).toEqual({ out: '{"name":"Ada"}\n', err: "", code: 0 });
  expect(scratch.mock.requests).toHaveLength(3);
  const { said, result, code } = await results(scratch, steps, ["--json-schema", SCHEMA]);
  expect([code, result["structured_output"], result["result"], result["is_error"]]).toEqual([0, { name: "Ada" }, "done", false]);
  expect(said).toEqual([expect.stringContaining("must have required property 'name'"), "Accepted."]);
  writeFileSync(join(scratch.work, "schema.json"), SCHEMA);
  const { out } = await play(scratch, steps.slice(1), ["--json-schema", "schema.json", "--tools", "", "--output-format", "stream-json"]);
  expect(JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: "result", structured_output: { name: "Ada" } });
  expect(tools(scratch)).toEqual(["StructuredOutput"]);
});

test("StructuredOutput > insists, gives up after five tries, and is not there without the option", async () => {
  await using scratch = await createScratch();
  const stubborn = await play(scratch, [], ["--json-schema", SCHEMA]);
  expect([stubborn.code, scratch.mock.requests.length]).toEqual([1, 5]);
  expect(stubborn.err).toEndWith("\nerror: the model gave no answer that fits --json-schema\n");
  await play(scratch, []);
  expect(tools(scratch)).not.toContain("StructuredOutput");
});

test.each(["{ broken", '{"type":"strange"}', "none.json"])("StructuredOutput > --json-schema %j is a usage error", async (schema) => {
  await using scratch = await createScratch();
  const { out, err, code } = await play(scratch, [], ["--json-schema", schema]);
  expect([out, code, scratch.mock.requests.length]).toEqual(["", 2, 0]);
  expect(err).toMatch(/^error: --json-schema: .*\nhint: /);
});

test("TodoWrite > the list is the session's: it is there after a resume, for people and for programs", async () => {
  await using scratch = await createScratch();
  const todos = [
    { content: "Write it", activeForm: "Writing it", status: "in_progress" },
    { content: "Test it", activeForm: "Testing it", status: "pending" },
  ];
  expect((await results(scratch, [calls(["TodoWrite", { todos }])])).said).toEqual(["Saved: 0 of 2 completed, 1 in progress."]);
  expect(await scratch.run(["todos", "--continue"])).toEqual({ out: "[>] Write it\n[ ] Test it\n2 of 2 open\n", err: "", code: 0 });
  const { out } = await scratch.run(["todos", "-c", "--output-format", "json"]);
  expect(JSON.parse(out)).toMatchObject({ kind: "todos", open: 2, todos });
  expect((await scratch.run(["todos"])).out).toStartWith("There are no todos.");
});

test("NotebookEdit > changes one cell of a notebook that was read, and edit_file none", async () => {
  await using scratch = await createScratch();
  const cell = (id: string, source: string) => ({ cell_type: "code", execution_count: null, id, metadata: {}, outputs: [], source: [source] });
  const book = `${JSON.stringify({ cells: [cell("a", "1"), cell("b", "2")], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
  writeFileSync(join(scratch.work, "n.ipynb"), book);
  const edit: Call = ["NotebookEdit", { notebook_path: "n.ipynb", cell_id: "a", new_source: "print(1)" }];
  const { said } = await results(scratch, [
    calls(edit),
    calls(["read_file", { path: "n.ipynb" }]),
    calls(edit),
    calls(["edit_file", { path: "n.ipynb", old_string: "2", new_string: "3" }]),
  ]);
  expect(said[0]).toContain("has not been read in this session");
  expect(said.slice(2)).toEqual([
    "Replaced cell 0 (code, id=a) of n.ipynb, which has 2 cells.",
    expect.stringContaining("failed: n.ipynb is a notebook, which edit_file does not change.\nUse NotebookEdit"),
  ]);
  expect(readFileSync(join(scratch.work, "n.ipynb"), "utf8")).toBe(book.replace('"1"', '"print(1)"'));
});

test("SendUserMessage > reaches the user where nobody watches progress, and stdout has the answer only", async () => {
  await using scratch = await createScratch();
  writeFileSync(join(scratch.work, "chart.png"), "x");
  const steps = [calls(["SendUserMessage", { message: "Halfway.", attachments: ["chart.png"] }])];
  const path = join(scratch.work, "chart.png");
  expect(await play(scratch, steps)).toEqual({ out: "done\n", err: `Halfway.\n  picture ${path} (1 bytes)\n`, code: 0 });
});

test("AskUserQuestion, Sleep > with nobody to ask the run goes on; waiting is short and capped", async () => {
  await using scratch = await createScratch();
  const ask: Call = ["AskUserQuestion", { question: "Which?", options: ["a", "b"] }];
  const { said, code } = await results(scratch, [calls(ask, ["Sleep", { duration_ms: 5 }], ["Sleep", { duration_ms: 999_999 }])]);
  expect(code).toBe(0);
  expect(said).toEqual([
    expect.stringMatching(/^failed: Nobody can be asked in this run\.\n.*say in your answer what you assumed/),
    expect.stringMatching(/^Waited \d+ ms\.$/),
    expect.stringContaining("at most 300000"),
  ]);
});

test("Config > keeps the model with its file's comments, and nothing that could loosen something", async () => {
  await using scratch = await createScratch();
  mkdirSync(join(scratch.home, ".claw"), { mode: 0o700 });
  const file = join(scratch.home, ".claw", "settings.json");
  writeFileSync(file, '{\n  // mine\n  "model": "opus"\n}\n');
  const set = (setting: string, value: string): Call => ["Config", { setting, value }];
  const { said } = await results(scratch, [calls(set("model", "sonnet")), calls(set("permissionMode", "danger-full-access"), set("plugins", "x"))]);
  expect(said[0]).toStartWith('model is now "sonnet"');
  expect(said.slice(1)).toEqual(Array(2).fill(expect.stringMatching(/^failed: "\w+" is no setting that can be read or changed here/)));
  expect(readFileSync(file, "utf8")).toBe('{\n  // mine\n  "model": "sonnet"\n}\n');
  const models = scratch.mock.requests.map((request) => (request.body as { model: string }).model);
  expect([models[0]?.includes("opus"), models[1]?.includes("sonnet")]).toEqual([true, true]);
});

test("EnterPlanMode, ExitPlanMode > switch the running session, and let nobody out who was put in", async () => {
  await using scratch = await createScratch();
  const write = (path: string): Call => ["write_file", { path, content: "x" }];
  const own = await results(scratch, [
    calls(["EnterPlanMode", {}]),
    calls(write("a")),
    calls(["ExitPlanMode", { plan: "write b" }]),
    calls(write("b")),
  ]);
  expect(own.said).toEqual([
    expect.stringContaining("Plan mode is on"),
    expect.stringMatching(/^failed: .*write_file/),
    expect.stringContaining("the permission mode is workspace-write"),
    expect.stringContaining("Created b"),
  ]);
  const put = await results(scratch, [calls(["ExitPlanMode", { plan: "write c" }]), calls(write("c"))], ["--permission-mode", "plan"]);
  expect(put.said).toEqual([
    expect.stringMatching(/^failed: Nobody can approve the plan.*\n.*give the plan as your answer/),
    expect.stringMatching(/^failed: .*write_file/),
  ]);
  expect([...new Bun.Glob("*").scanSync(scratch.work)]).toEqual(["b"]);
});
