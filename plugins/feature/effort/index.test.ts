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

test("effort > from settings, where the option wins; what is no level is passed over and said once", async () => {
  await using harness = await createHarness({ plugins: ["feature/effort"], config: { effort: "low" } });
  await harness.submit("one");
  await using flagged = await createHarness({ plugins: ["feature/effort"], config: { effort: "low" }, options: { effort: "high" } });
  await flagged.submit("one");
  expect([harness, flagged].map(({ requests }) => requests[0]?.options)).toEqual([{ effort: "low" }, { effort: "high" }]);
  await using wrong = await createHarness({ plugins: ["feature/effort"], config: { effort: "huge" } });
  await wrong.submit("one");
  await wrong.submit("two");
  expect(wrong.requests.map(({ options }) => options)).toEqual([{}, {}]);
  expect(wrong.events.filter(({ type }) => type === "notice.raised")).toHaveLength(1);
});
