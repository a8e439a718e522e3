import { describe, expect, test } from "bun:test";
import { createHarness } from "claw/testing";
import { delta, done, events, type Given, PLUGINS, started } from "./testing/shown.ts";

describe("terminal", () => {
  test("render > 32,768 deltas and 2,000 calls leave little behind", async () => {
    await using harness = await createHarness({ plugins: PLUGINS, env: { NO_COLOR: "1" } });
    const renderer = await harness.host.get("renderer", "terminal");
    let length = 0;
    await renderer.open(
      (text) => {
        length += text.length;
      },
      () => undefined,
    );
    const work = (rounds: number): void => {
      for (let round = 0; round < rounds; round++) {
        const id = String(round);
        const text: Given[] = Array.from({ length: 16 }, (_, at) => delta(`words and words ${at} `.padEnd(64)));
        for (const event of events(...text, started(id, "bash", "x".repeat(500)), done(id, "bash", "y".repeat(2_000))).slice(1))
          renderer.render(event);
      }
      Bun.gc(true);
    };
    renderer.render(events()[0]!);
    work(200);
    const before = process.memoryUsage().heapUsed;
    work(2_048);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
    expect(length).toBeGreaterThan(2_000_000);
    await renderer.close();
  });
});
