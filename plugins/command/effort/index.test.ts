import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/effort"] });
commandContract(await contract.host.get("command", "effort"), { valid: [[], ["low"], ["auto"]], invalid: [["huge"], ["low", "high"]] });

test.each(["low", "medium", "high"])("effort > %s is in every request", async (effort) => {
  await using harness = await createHarness({ plugins: ["command/effort"], options: { effort } });
  await harness.submit("one");
  await harness.submit("two");
  expect(harness.requests.map((request) => request.options)).toEqual([{ effort }, { effort }]);
});

test("effort > requests are left alone when none is asked for", async () => {
  await using harness = await createHarness({ plugins: ["command/effort"] });
  await harness.submit("one");
  expect(harness.requests.map((request) => request.options)).toEqual([{}]);
});

test("effort > from settings, where the option wins; what is no level is passed over and said once", async () => {
  await using harness = await createHarness({ plugins: ["command/effort"], config: { effort: "low" } });
  await harness.submit("one");
  await using flagged = await createHarness({ plugins: ["command/effort"], config: { effort: "low" }, options: { effort: "high" } });
  await flagged.submit("one");
  expect([harness, flagged].map(({ requests }) => requests[0]?.options)).toEqual([{ effort: "low" }, { effort: "high" }]);
  await using wrong = await createHarness({ plugins: ["command/effort"], config: { effort: "huge" } });
  await wrong.submit("one");
  await wrong.submit("two");
  expect(wrong.requests.map(({ options }) => options)).toEqual([{}, {}]);
  expect(wrong.events.filter(({ type }) => type === "notice.raised")).toHaveLength(1);
});

test("/effort > for the rest of the session, over what settings say, and back", async () => {
  await using harness = await createHarness({
    plugins: ["command/effort", "feature/slash"],
    config: { effort: "low" },
    script: [says("a"), says("b"), says("c")],
  });
  const command = await harness.host.get("command", "effort");
  expect(await harness.shell.run(command, [])).toMatchObject({ data: { effort: "low", source: "user" } });
  await harness.submit("one");
  await harness.submit("/effort high");
  await harness.submit("two");
  expect(await harness.shell.run(command, [])).toMatchObject({ notice: "Effort: high (this session)" });
  await harness.submit("/effort auto");
  await harness.submit("three");
  expect(harness.requests.map(({ options }) => options)).toEqual([{ effort: "low" }, { effort: "high" }, { effort: "low" }]);
});

test("/effort > another session has its own", async () => {
  await using harness = await createHarness({ plugins: ["command/effort"], script: [says("a")] });
  await harness.shell.run(await harness.host.get("command", "effort"), ["high"]);
  const other = await harness.host.open();
  await other.submit({ text: "one" });
  expect(harness.requests[0]?.options).toEqual({});
  await other.close();
});
