// Deferred tools on the built binary: what requests carry, how tools are found and stay, and what `claw tools` and `claw dump-manifests` tell.
import { expect, test } from "bun:test";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Ran, type Scratch } from "../support/binary.ts";

type Spec = Readonly<{ name: string; description: string; input_schema: object }>;
async function play(scratch: Scratch, steps: readonly Reply[], words: readonly string[] = []): Promise<Ran> {
  scratch.serve({ replies: [...steps, { text: "done" }], repeat: true });
  return scratch.ask(["-p", "go", ...words]);
}
const body = (scratch: Scratch, at: number) =>
  scratch.mock.requests.at(at)?.body as {
    readonly system: readonly { text: string }[];
    readonly tools: readonly Spec[];
    readonly messages: unknown[];
  };
/** As they are sent, but for the mark that ends the cached part, which moves with the end. */
const bytes = (specs: readonly Spec[]): string => JSON.stringify(specs.map((spec) => ({ ...spec, cache_control: undefined })));
const tools = (scratch: Scratch, at: number): string[] => body(scratch, at).tools.map(({ name }) => name);
const listed = (scratch: Scratch, at: number): string =>
  body(scratch, at)
    .system.map(({ text }) => text)
    .find((text) => text.startsWith("# More tools")) ?? "";
async function json(scratch: Scratch, ...words: readonly string[]) {
  const { out, code } = await scratch.run([...words, "--output-format", "json"]);
  expect(code).toBe(0);
  return JSON.parse(out);
}

test("ToolSearch > what is found joins at the end, runs, and is there after a resume", async () => {
  await using scratch = await createScratch();
  const steps = [call("ToolSearch", { query: "select:Sleep,NotebookEdit" }), call("Sleep", { duration_ms: 1 })];
  expect(await play(scratch, steps)).toMatchObject({ out: "done\n", code: 0 });
  const first = tools(scratch, 0);
  expect(first).toContain("ToolSearch");
  expect(first).not.toContain("Sleep");
  expect(listed(scratch, 0)).toContain("NotebookEdit, ");
  expect([tools(scratch, 1), tools(scratch, 2)]).toEqual([
    [...first, "Sleep", "NotebookEdit"],
    [...first, "Sleep", "NotebookEdit"],
  ]);
  expect(bytes(body(scratch, 1).tools.slice(0, first.length))).toBe(bytes(body(scratch, 0).tools));
  expect(listed(scratch, 2)).toBe(listed(scratch, 0));
  expect(JSON.stringify(body(scratch, 1).messages.at(-1))).toContain("Loaded. Call as needed:");
  expect(JSON.stringify(body(scratch, 2).messages.at(-1))).toContain("Waited");
  await play(scratch, [], ["--continue"]);
  expect(tools(scratch, 0)).toEqual([...first, "Sleep", "NotebookEdit"]);
  await play(scratch, []);
  expect(tools(scratch, 0)).toEqual(first);
}, 60_000);

test("ToolSearch > a tool called by its name alone runs and joins; in read-only what writes stays refused", async () => {
  await using scratch = await createScratch();
  await play(scratch, [call("Sleep", { duration_ms: 1 })]);
  expect(tools(scratch, 1)).toEqual([...tools(scratch, 0), "Sleep"]);
  expect(JSON.stringify(body(scratch, 1).messages.at(-1))).toContain("Waited");
  const edit = call("NotebookEdit", { notebook_path: "a.ipynb", new_source: "x" });
  await play(scratch, [call("ToolSearch", { query: "jupyter" }), edit], ["--permission-mode", "read-only"]);
  expect(tools(scratch, 1).at(-1)).toBe("NotebookEdit");
  expect(JSON.stringify(body(scratch, 2).messages.at(-1))).toContain("requires workspace-write permission");
}, 60_000);

test("ToolSearch > --tools, --json-schema, and room for all", async () => {
  await using scratch = await createScratch();
  await play(scratch, [], ["--tools", "Sleep,Config"]);
  expect([tools(scratch, 0), listed(scratch, 0)]).toEqual([["Config", "Sleep"], ""]);
  await play(scratch, [call("StructuredOutput", { a: 1 })], ["--json-schema", '{"type":"object"}']);
  expect([tools(scratch, 0).includes("StructuredOutput"), tools(scratch, 0).includes("Sleep")]).toEqual([true, false]);
  scratch.settings({ plugins: { "@claw/tool-tool-search": { budget: 100_000 } } });
  await play(scratch, []);
  expect(tools(scratch, 0)).toContain("NotebookEdit");
  expect(tools(scratch, 0)).not.toContain("ToolSearch");
}, 60_000);

test("ToolSearch > sub-agents defer for themselves", async () => {
  await using scratch = await createScratch();
  const answer = (text: string): Reply => ({ text });
  await play(scratch, [
    call("Agent", { description: "look", prompt: "look", subagent_type: "general-purpose" }),
    call("ToolSearch", { query: "select:Sleep" }),
    answer("found"),
  ]);
  expect(scratch.mock.requests).toHaveLength(4);
  expect(tools(scratch, 1)).not.toContain("Sleep");
  expect(tools(scratch, 2).at(-1)).toBe("Sleep");
  expect(tools(scratch, 3)).toEqual(tools(scratch, 0));
}, 60_000);

test("tools > the table, one tool, and JSON", async () => {
  await using scratch = await createScratch();
  const { out, code } = await scratch.run(["tools"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Tool +Access +Needs +Bytes +Tokens +State +From\n/);
  expect(out).toMatch(/\nbash +execute +danger-full-access +\d+ +~\d+ +sent +@claw\/tool-bash\n/);
  expect((await scratch.run(["tools", "NotebookEdit"])).out).toMatch(/^Tool {3}NotebookEdit\n.*\nState {2}deferred: .*"type": "object"/s);
  const data = await json(scratch, "tools");
  await play(scratch, []);
  const sent = data.tools.filter(({ state }: { state: string }) => state === "sent");
  expect(sent.map(({ name }: Spec) => name).sort()).toEqual(tools(scratch, 0).sort());
  expect(data.sent.bytes).toBe(
    body(scratch, 0).tools.reduce(
      (sum, { name, description, input_schema }) => sum + Buffer.byteLength(JSON.stringify({ name, description, input_schema })),
      0,
    ),
  );
  expect(await scratch.run(["tools", "slep"])).toMatchObject({ code: 2, err: 'error: there is no tool "slep"\nhint: Did you mean "Sleep"?\n' });
}, 60_000);

test("dump-manifests > one document, in both formats", async () => {
  await using scratch = await createScratch();
  const { out, code } = await scratch.run(["dump-manifests"]);
  expect(code).toBe(0);
  const data = await json(scratch, "dump-manifests");
  expect(JSON.parse(out)).toEqual(data);
  expect(data).toMatchObject({ status: "ok", problems: [] });
  for (const sort of ["tools", "commands", "agents", "skills", "plugins"]) expect([sort, data[sort].length]).toEqual([sort, data.counts[sort]]);
  expect(data.tools.map(({ name }: Spec) => name)).toContain("ToolSearch");
  expect(data.commands).toContainEqual(expect.objectContaining({ name: "dump-manifests", shell: true }));
}, 60_000);
