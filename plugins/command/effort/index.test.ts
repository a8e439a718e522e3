import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/effort"] });
commandContract(await contract.host.get("command", "effort"), { valid: [[], ["low"], ["auto"]], invalid: [["huge"], ["low", "high"]] });

test("effort > for the rest of the session, over what settings say, and back", async () => {
  await using harness = await createHarness({
    plugins: ["command/effort", "feature/effort", "feature/slash"],
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

test("effort > another session has its own", async () => {
  await using harness = await createHarness({ plugins: ["command/effort", "feature/effort"], script: [says("a")] });
  await harness.shell.run(await harness.host.get("command", "effort"), ["high"]);
  const other = await harness.host.open();
  await other.submit({ text: "one" });
  expect(harness.requests[0]?.options).toEqual({});
  await other.close();
});
