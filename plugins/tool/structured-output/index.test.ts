import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json, ToolResult } from "claw";
import { calls, createHarness, type Harness, type HarnessOptions, pluginContract, says, toolContract } from "claw/testing";

const PERSON = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0 }, mood: { enum: ["good", "bad"] } },
  required: ["name"],
  additionalProperties: false,
};
const NAME = "StructuredOutput";
const harness = (schema?: Json | string, given: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({
    // In the order of names, as bundled plugins are.
    plugins: ["feature/permissions", "feature/shell", "feature/workspace", "tool/sleep", "tool/structured-output"],
    ...given,
    options: { ...(schema === undefined ? {} : { "json-schema": typeof schema === "string" ? schema : JSON.stringify(schema) }), ...given.options },
  });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
const told = (on: Harness): string => JSON.stringify(on.shell.session.messages);
const given = (on: Harness): (Json | undefined)[] =>
  on.events.flatMap((event) => (event.type === "call.ended" && !event.data.failed ? [event.data.details] : []));

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", NAME), { valid: [{}, { a: [1] }], invalid: ["x", null] });
}

describe("without --json-schema", () => {
  test("it is not offered, and a call of it says so", async () => {
    await using on = await harness();
    const result = await on.call(NAME, { name: "Ada" });
    expect(on.requests.flatMap((request) => request.tools.map((tool) => tool.name))).not.toContain(NAME);
    expect([result.failed, text(result)]).toEqual([true, "No structured output was asked for here: answer in words."]);
    expect(on.requests[0]?.system).toEqual([]);
  });
});

describe("with --json-schema", () => {
  test("the tool's input is the schema, and an answer that fits is kept", async () => {
    await using on = await harness(PERSON, { script: [calls(NAME, { name: "Ada", age: 36 }), says("Done.")] });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    const { $schema: _, ...schema } = PERSON;
    expect(on.requests[0]?.tools.find((tool) => tool.name === NAME)?.schema).toEqual(schema);
    expect(given(on)).toEqual([{ structured_output: { name: "Ada", age: 36 } }]);
    expect(on.requests).toHaveLength(2);
  });

  test("an answer that does not fit comes back with every mistake", async () => {
    const wrong = { age: -1, mood: "odd", more: 1 };
    await using on = await harness(PERSON, { script: [calls(NAME, wrong), calls(NAME, { name: "Ada" }), says("Done.")] });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    expect(told(on)).toContain(
      JSON.stringify(
        "The answer does not fit the schema:\n- the answer must have required property 'name'\n- the answer must not have \"more\"\n- /age must be >= 0\n" +
          '- /mood must be one of ["good","bad"]\nCorrect it and call again, with the whole answer.',
      ),
    );
    expect(given(on)).toEqual([{ structured_output: { name: "Ada" } }]);
  });

  test("a turn that would end without it is asked again, in each turn anew", async () => {
    await using on = await harness(PERSON, { script: [says("Ada is 36."), calls(NAME, { name: "Ada" }), says("Done."), says("Again.")] });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    expect(on.requests).toHaveLength(3);
    expect(JSON.stringify(on.requests[1]?.messages.at(-1))).toContain("calling StructuredOutput once");
    expect((await on.submit("more")).kind).toBe("stopped");
  });

  test.each<[what: string, reply: () => ReturnType<typeof says>]>([
    ["words only", () => says("No.")],
    ["answers that do not fit", () => calls(NAME, {})],
    ["answers that are no object", () => calls(NAME, [])],
  ])("%s: after five tries the turn ends with its reason", async (_, reply) => {
    await using on = await harness(PERSON, { script: Array.from({ length: 9 }, reply) });
    expect(await on.submit("go")).toEqual({ kind: "stopped", reason: "structured_output" });
    expect(on.requests).toHaveLength(5);
    // Whoever shows the end says why: a notice would say it twice.
    expect(on.events.filter(({ type }) => type === "notice.raised")).toEqual([]);
  });

  test("work in between is no try, and a refusal is let go", async () => {
    const work = Array.from({ length: 7 }, () => calls("Sleep", { duration_ms: 0 }));
    await using on = await harness(PERSON, { script: [...work, calls(NAME, { name: "Ada" }), says("Done.")] });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    await using refused = await harness(PERSON, { script: [{ content: [{ type: "text", text: "I will not." }], stop: "refusal" }] });
    expect(await refused.submit("go")).toEqual({ kind: "stopped", reason: "refusal" });
  });

  test("--tools may leave it out", async () => {
    await using on = await harness(PERSON, { script: [calls(NAME, { name: "Ada" }), says("Done.")], options: { tools: "" } });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    expect(on.requests[0]?.tools.map((tool) => tool.name)).toEqual([NAME]);
    expect(given(on)).toHaveLength(1);
  });

  test("sub-agents answer in words", async () => {
    await using on = await harness(PERSON, { script: [calls(NAME, { name: "Ada" }), says("Done."), says("A sub-agent's words.")] });
    await on.submit("go");
    const child = await on.host.open({ parent: on.shell.session.id, agent: "helper" });
    expect(await child.submit({ text: "look" })).toEqual({ kind: "completed" });
    expect(on.requests.at(-1)?.tools.map((tool) => tool.name)).toEqual(["Sleep"]);
    await child.close();
  });
});

describe("schemas", () => {
  test.each<[what: string, schema: Json, input: Json, value: Json]>([
    ["a list", { type: "array", items: { type: "number" } }, { value: [1, 2] }, [1, 2]],
    ["a choice", { anyOf: [{ type: "string" }, { type: "null" }] }, { value: null }, null],
    ["references", { $ref: "#/$defs/a", $defs: { a: { type: "string" } } }, { value: "x" }, "x"],
    [
      "draft 7",
      { $schema: "http://json-schema.org/draft-07/schema#", type: "object", properties: { a: { items: [{ type: "number" }] } } },
      { a: [1] },
      { a: [1] },
    ],
    ["no version, an older style", { properties: { a: { type: "array", items: [{ type: "number" }] } } }, { a: [1] }, { a: [1] }],
    [
      "a format, and a keyword nobody knows",
      { properties: { d: { type: "string", format: "date", shown: "left" } } },
      { d: "2026-02-28" },
      { d: "2026-02-28" },
    ],
    ["anything", {}, { a: 1 }, { a: 1 }],
  ])("%s", async (_, schema, input, value) => {
    await using on = await harness(schema, { script: [calls(NAME, input), says("Done.")] });
    expect(await on.submit("go")).toEqual({ kind: "completed" });
    expect(given(on)).toEqual([{ structured_output: value }]);
    expect(on.requests[0]?.tools.find((tool) => tool.name === NAME)?.schema).toMatchObject({ type: "object", properties: {} });
  });

  test("what stands in value is judged as the schema says", async () => {
    await using on = await harness(
      { type: "array", items: { type: "number" } },
      { script: [calls(NAME, { value: ["a"] }), calls(NAME, {}), calls(NAME, { value: [] })] },
    );
    await on.submit("go");
    expect(told(on)).toContain("- /0 must be number");
    expect(told(on)).toContain("- value is missing");
    expect(given(on)).toEqual([{ structured_output: [] }]);
  });

  test("from a file", async () => {
    await using on = await harness("answer.json", {
      files: { "answer.json": `\uFEFF${JSON.stringify(PERSON)}` },
      script: [calls(NAME, { name: "" })],
    });
    await on.submit("go");
    expect(told(on)).toContain("/name must NOT have fewer than 1 characters");
  });

  test.each<[given: string, reason: RegExp]>([
    ["{ broken", /^--json-schema: the schema is not valid JSON: /],
    ['{"type":"strange"}', /^--json-schema: not a JSON Schema: \/type must be equal to one of the allowed values/],
    ['{"type":"object","properties":[]}', /not a JSON Schema: \/properties must be object/],
    ['{"$ref":"https://example.com/x.json"}', /not a JSON Schema: can't resolve reference/],
    ["none.json", /^--json-schema: there is no file .*none\.json$/],
    ["list.json", /list\.json: a schema is a JSON object$/],
    [".", /cannot be read \(EISDIR\)$/],
  ])("%j is a usage error, and nothing is sent", async (schema, reason) => {
    await using on = await harness(schema, { files: { "list.json": "[]" } });
    const outcome = await on.submit("go");
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "CLAW_USAGE", message: expect.stringMatching(reason) } });
    expect(on.requests).toEqual([]);
  });

  test("a huge file is no schema", async () => {
    await using on = await harness("big.json", { files: { "big.json": "" } });
    writeFileSync(join(on.workspace, "big.json"), " ".repeat(1_000_001));
    expect(await on.submit("go")).toMatchObject({ kind: "failed", error: { message: expect.stringContaining("is too large") } });
  });
});
