import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Usage } from "claw";
import { dayOf, LEDGER } from "claw/kit";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

const PLUGINS = ["command/usage", "feature/ledger"];
const USAGE: Usage = { input: 1_000, output: 100, cacheRead: 0, cacheWrite: 0 };
const entry = (who: string, model: string, cost: number | null, more: object = {}) => ({
  at: 1,
  session: "s",
  who,
  model,
  usage: USAGE,
  cost,
  ...more,
});
async function run(on: Harness, ...words: readonly string[]) {
  const outcome = await on.shell.run(await on.host.get("command", "usage"), words);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return { notice: outcome.notice ?? "", data: outcome.data as { readonly [key: string]: object } };
}
function keep(on: Harness, date: string, ...entries: readonly object[]): void {
  mkdirSync(join(on.home, "usage"), { recursive: true });
  writeFileSync(join(on.home, "usage", `${date}.ndjson`), entries.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

pluginContract(import.meta.dir);
{
  await using on = await createHarness({ plugins: PLUGINS });
  commandContract(await on.host.get("command", "usage"), {
    valid: [[], ["today"], ["days"], ["days", "3"], ["2026-11-21"]],
    invalid: [["x"], ["days", "0"], ["days", "x"], ["2026-13-40"], ["today", "1"]],
  });
}

test("usage > the session and today, by model and by who, and what was read again", async () => {
  await using on = await createHarness({ plugins: PLUGINS });
  const lost = { tokens: 5_000, cost: 0.25, why: "the tool x was added" };
  for (const one of [entry("main", "big", 2), entry("agent:Explore", "small", 0.5), entry("main", "big", 1, { lost })])
    await on.shell.session.note(LEDGER, one);
  keep(on, dayOf(Date.now()), entry("main", "big", 7));
  const { notice, data } = await run(on);
  expect(notice.split("\n")).toEqual([
    "Session: $3.5000 in 3 requests: 3,000 fresh, 300 output tokens",
    "  big            $3.0000 in 2 requests: 2,000 fresh, 200 output tokens",
    "  small          $0.5000 in 1 request: 1,000 fresh, 100 output tokens",
    "  main           $3.0000 in 2 requests: 2,000 fresh, 200 output tokens",
    "  agent:Explore  $0.5000 in 1 request: 1,000 fresh, 100 output tokens",
    "  read again though it was cached: once, $0.2500 more",
    "    the tool x was added",
    "",
    `${dayOf(Date.now())} (UTC): $7.0000 in 1 request: 1,000 fresh, 100 output tokens`,
    "  big  $7.0000 in 1 request: 1,000 fresh, 100 output tokens",
  ]);
  expect(data).toMatchObject({
    kind: "usage",
    session: {
      id: on.shell.session.id,
      total_cost_usd: 3.5,
      by_model: [{ model: "big", total_cost_usd: 3 }, { model: "small" }],
      by_who: [{ who: "main", requests: 2 }, { who: "agent:Explore" }],
      lost: [{ tokens: 5_000, cost_usd: 0.25, why: "the tool x was added" }],
    },
    day: { total_cost_usd: 7 },
  });
});

test("usage > one day, and the last days together", async () => {
  await using on = await createHarness({ plugins: PLUGINS });
  expect((await run(on, "days")).notice).toBe("Nothing was used yet.");
  keep(on, "2026-11-19", entry("main", "a", 1));
  keep(on, "2026-11-20", entry("main", "a", 2), entry("main", "b", null));
  keep(on, "2026-11-21", entry("main", "b", 4));
  expect((await run(on, "2026-11-20")).notice).toStartWith("2026-11-20 (UTC): $2.0000 in 2 requests, 1 of unknown price: ");
  expect((await run(on, "2026-01-01")).notice).toBe("2026-01-01 (UTC): nothing");
  const { notice, data } = await run(on, "days", "2");
  expect(notice).toMatch(/^2026-11-20 {2}\$2\.0000 .*\n2026-11-21 {2}\$4\.0000 .*\n\nTogether: \$6\.0000 in 3 requests/);
  expect(data).toMatchObject({
    days: [{ date: "2026-11-20", total_cost_usd: 2 }, { date: "2026-11-21" }],
    total: { total_cost_usd: 6, unpriced_requests: 1 },
  });
});
