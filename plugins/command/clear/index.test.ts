import { expect, test } from "bun:test";
import { definePlugin, type Loadable } from "claw";
import { type GoOn, Interactive } from "claw/kit";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

const asked: GoOn[] = [];
const seat: Loadable = {
  name: "seat",
  version: "0.0.0",
  manifest: { api: 1, provides: [Interactive.id] },
  load: async () => ({
    default: definePlugin({
      setup: ({ provide }) => void provide(Interactive, { goOn: (where) => void asked.push(where), suggest: () => undefined }),
    }),
  }),
};
await using contract = await createHarness({ plugins: ["command/clear", seat] });
commandContract(await contract.host.get("command", "clear"), { valid: [[]], invalid: [["all"]] });

test.each(["/clear", "/new", "/reset"])("clear > %s goes on in a new session, and asks no model", async (text) => {
  await using harness = await createHarness({ plugins: ["command/clear", "feature/slash", seat] });
  asked.length = 0;
  expect(await harness.submit(text)).toEqual({ kind: "completed" });
  expect([asked, harness.requests]).toEqual([[{ cleared: true, said: "A new session." }], []]);
});

test("clear > where nobody sits, it says so", async () => {
  const plugins = ["command/clear", "frontend/repl", "feature/processes", "feature/screen", "feature/theme", "feature/workspace"];
  await using harness = await createHarness({ plugins });
  await expect(harness.shell.run(await harness.host.get("command", "clear"), [])).rejects.toMatchObject({ code: "CLAW_USAGE" });
});
