// Plugins that sleep until they are used, on the built binary: what one run left in a session, the next run's first request has.
import { expect, test } from "bun:test";
import { calls } from "../mock/reply.ts";
import { createScratch } from "../support/binary.ts";

test("asleep > an effort that was set in a session is in the requests of whoever goes on with it, and of nobody else", async () => {
  await using at = await createScratch();
  at.serve({ replies: [{ text: "ok" }], repeat: true });
  const lines = ["/effort high", "hello"].map((content) => `${JSON.stringify({ type: "user", message: { role: "user", content } })}\n`);
  expect(await at.ask(["-p", "--input-format", "stream-json", "--output-format", "stream-json"], { stdin: lines.join("") })).toMatchObject({
    code: 0,
  });
  for (const words of [
    ["-c", "-p", "again"],
    ["-p", "anew"],
  ])
    expect(await at.ask(words)).toMatchObject({ code: 0 });
  expect(at.mock.requests.map(({ text }) => text.includes('"effort":"high"'))).toEqual([true, true, false]);
});

test("asleep > the end of a background command is told with the next request, though nothing asked for the list", async () => {
  await using at = await createScratch();
  const start = calls(["bash", { command: "echo $$ > pid", run_in_background: true }]);
  const wait = calls(["bash", { command: "until [ -s pid ]; do :; done; while kill -0 $(cat pid) 2>/dev/null; do :; done" }]);
  at.serve({ replies: [start, wait, { text: "done" }], repeat: true });
  expect(await at.ask(["-p", "go", "--dangerously-skip-permissions"])).toMatchObject({ code: 0, out: "done\n" });
  expect(at.mock.requests.at(-1)?.text).toContain("Background task");
  expect(at.mock.requests.at(-1)?.text).toContain("completed");
}, 20_000);
