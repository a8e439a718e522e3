import { expect, test } from "bun:test";
import { createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

test.each(["low", "medium", "high"])("effort > %s is in every request", async (effort) => {
  await using harness = await createHarness({ plugins: ["feature/effort"], options: { effort } });
  await harness.submit("one");
  await harness.submit("two");
  expect(harness.requests.map((request) => request.options)).toEqual([{ effort }, { effort }]);
});

test("effort > requests are left alone when none is asked for", async () => {
  await using harness = await createHarness({ plugins: ["feature/effort"] });
  await harness.submit("one");
  expect(harness.requests.map((request) => request.options)).toEqual([{}]);
});
