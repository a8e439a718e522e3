import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract, says } from "claw/testing";

pluginContract(import.meta.dir);
const PLUGINS = ["command/cost", "feature/ledger", "store/jsonl"];
{
  await using on = await createHarness({ plugins: PLUGINS });
  commandContract(await on.host.get("command", "cost"), { valid: [[]], invalid: [["x"]] });
}

test("cost > of the session and of the day, as it grows", async () => {
  await using on = await createHarness({ plugins: PLUGINS, script: [says("a"), says("b")], config: { store: "jsonl" } });
  const command = await on.host.get("command", "cost");
  expect(await on.shell.run(command, [])).toMatchObject({ notice: "Today (UTC): nothing", data: { requests: 0, estimated_cost: "$0.0000" } });
  await on.submit("one");
  await on.submit("two");
  // The kit's model takes 1 and 2 dollars for a million tokens, and says 10 and 5 of them.
  const sum = "$0.0000 in 2 requests: 20 fresh, 10 output tokens";
  const usage = { input_tokens: 20, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
  const total = { requests: 2, unpriced_requests: 0, total_cost_usd: expect.closeTo(0.00004, 9), usage };
  expect(await on.shell.run(command, [])).toMatchObject({
    kind: "done",
    notice: `Session: ${sum}\nToday (UTC): ${sum}`,
    data: { kind: "cost", session_id: on.shell.session.id, ...total, today: { date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), ...total } },
  });
});
