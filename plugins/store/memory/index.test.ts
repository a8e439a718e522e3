import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createHarness, pluginContract, says, storeContract } from "claw/testing";
import plugin from "./index.ts";

pluginContract(import.meta.dir);
storeContract(async () => {
  await using harness = await createHarness({ plugins: [plugin] });
  return harness.host.get("store", "memory");
}, false);

test("memory > a turn runs and leaves nothing behind", async () => {
  await using harness = await createHarness({ plugins: [plugin], config: { store: "memory" }, script: [says("hello")] });
  expect(await harness.submit("hi")).toEqual({ kind: "completed" });
  expect(harness.shell.session.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
  expect(harness.shell.session.path).toBeUndefined();
  expect(readdirSync(harness.home)).toEqual(["settings.json"]);
  expect(await (await harness.host.get("store", "memory")).list()).toEqual([]);
});

test("memory > two sessions do not see each other", async () => {
  await using harness = await createHarness({ plugins: [plugin] });
  const store = await harness.host.get("store", "memory");
  const [one, two] = await Promise.all([store.open({ cwd: "/" }), store.open({ cwd: "/", id: "11111111-1111-4111-8111-111111111111" })]);
  await one.append({ role: "user", content: [] });
  expect([one.messages.length, two.messages.length, two.id]).toEqual([1, 0, "11111111-1111-4111-8111-111111111111"]);
});
