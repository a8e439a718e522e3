import { expect, test } from "bun:test";
import { defineCommand, definePlugin, type Loadable } from "claw";
import { createHarness } from "claw/testing";
import * as v from "valibot";

test("get > waits until a setup is over, though it has added what is asked for already", async () => {
  const steps: string[] = [];
  const [added, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const plugin = definePlugin({
    async setup({ contribute }) {
      contribute("command", defineCommand({ name: "slow", summary: "s", args: v.array(v.string()), run: async () => ({ kind: "done" }) }));
      added.resolve();
      await over.promise;
      steps.push("set up");
    },
  });
  const slow: Loadable = {
    name: "slow",
    version: "1.0.0",
    manifest: { api: 1, contributes: { command: ["slow"] } },
    load: () => ({ default: plugin }),
  };
  await using harness = await createHarness({ plugins: [slow] });
  const first = harness.host.get("command", "slow");
  await added.promise;
  const second = harness.host.get("command", "slow").then(() => steps.push("got"));
  over.resolve();
  await Promise.all([first, second]);
  expect(steps).toEqual(["set up", "got"]);
});
