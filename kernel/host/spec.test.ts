import { describe, expect, test } from "bun:test";
import { definePlugin, defineTool, type Loadable } from "claw";
import { calls, createHarness, type Harness, says } from "claw/testing";
import * as v from "valibot";

/** A tool that only reads. */
const plugin = definePlugin({
  setup({ contribute }) {
    const run = async () => ({ content: [{ type: "text", text: "seen" }] as const });
    contribute("tool", defineTool({ name: "look", description: "looks", input: v.strictObject({}), access: () => "read", subject: () => "", run }));
  },
});
const reader: Loadable = {
  name: "reader",
  version: "1.0.0",
  manifest: { api: 1, contributes: { tool: ["look"] } },
  load: async () => ({ default: plugin }),
};
const stateOf = ({ host }: Harness, name: string) => host.plugins().find((one) => one.name === name)?.state;

describe("spec", () => {
  const shown = { look: { description: "looks, as listed", schema: { type: "object" } } };
  const asListed = (): Loadable => ({ ...reader, specs: async () => shown });

  test("spec > of a tool with a listed one is had without any code being loaded, and stays when the tool is called", async () => {
    await using harness = await createHarness({ plugins: [asListed()], script: [calls("look", {}), says("done")] });
    expect(await harness.host.spec("look")).toEqual({ name: "look", ...shown.look });
    expect(stateOf(harness, "reader")).toBe("listed");
    await harness.submit("go");
    expect(stateOf(harness, "reader")).toBe("active");
    const [first, second] = harness.requests.map(({ tools }) => tools.find(({ name }) => name === "look"));
    expect(first).toEqual({ name: "look", ...shown.look });
    expect(second).toBe(first!);
  });

  test("spec > of a tool that is configured, or listed without one, is what the tool itself says; of an active one, with the schema as listed", async () => {
    const own = { name: "look", description: "looks", schema: { type: "object", properties: {}, required: [], additionalProperties: false } };
    await using unlisted = await createHarness({ plugins: [reader] });
    expect(await unlisted.host.spec("look")).toEqual(own);
    await using active = await createHarness({ plugins: [asListed()] });
    await active.host.get("tool", "look");
    expect(await active.host.spec("look")).toEqual({ ...own, schema: shown.look.schema });
    await using configured = await createHarness({ plugins: [asListed()], config: { plugins: { reader: {} } } });
    expect(await configured.host.spec("look")).toEqual(own);
  });

  test("spec > a tool whose plugin cannot be loaded is left out of requests, and the turn goes on", async () => {
    const broken = { ...reader, name: "broken", load: () => Promise.reject(new Error("gone")) };
    await using harness = await createHarness({ plugins: [broken] });
    await expect(harness.host.spec("look")).rejects.toMatchObject({ code: "CLAW_PLUGIN_LOAD_FAILED" });
    expect(await harness.submit("go on")).toEqual({ kind: "completed" });
    expect(harness.requests[0]?.tools).toEqual([]);
    const failures = harness.events.flatMap((event) => (event.type === "plugin.failed" ? [event.data.code] : []));
    expect(failures).toEqual(["CLAW_PLUGIN_LOAD_FAILED"]);
  });
});

test("schema > of a plugin's slice, without a run of its setup", async () => {
  const config = v.strictObject({ word: v.string() });
  const setup = (): never => {
    throw new Error("was set up");
  };
  const listed: Loadable = {
    name: "taker",
    version: "1.0.0",
    manifest: { api: 1 },
    load: async () => ({ default: definePlugin({ config, setup }) }),
  };
  await using harness = await createHarness({ plugins: [listed] });
  expect([await harness.host.schema("taker"), await harness.host.schema("nobody")]).toEqual([config, undefined]);
});
