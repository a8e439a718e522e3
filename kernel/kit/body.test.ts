import { describe, expect, test } from "bun:test";
import { type AnswerReader, chunks } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";

const endpoint: Endpoint = {
  ...{ baseUrl: "http://there", host: "there", headers: {}, secrets: [], idleMs: 5_000, connectMs: 5_000 },
  names: { baseUrl: "URL", key: "KEY" },
};

/** How often something was read of a stream of `count` events, one each few milliseconds, with so many characters each; and what came. */
async function read(count: number, size: number): Promise<{ reads: number; numbers: number[] }> {
  async function* events(): AsyncGenerator<string> {
    for (let at = 0; at < count; at++) {
      yield `data: {"type":"n","at":${at},"text":"${"x".repeat(size)}"}\n\n`;
      await Bun.sleep(3);
    }
    yield 'data: {"type":"end"}\n\n';
  }
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(events()) });
  const numbers: number[] = [];
  const state = { ended: false };
  const answer: AnswerReader = {
    event(event) {
      if (event.type === "end") state.ended = true;
      else numbers.push(event["at"] as number);
    },
    ...{ take: () => [], problem: undefined, usable: false, finish: () => ({}) as never },
    get ended() {
      return state.ended;
    },
  };
  const control = new AbortController();
  let reads = 0;
  for await (const _ of chunks(await fetch(server.url), answer, endpoint, control, () => undefined as never)) reads += 1;
  return { reads, numbers };
}

describe("chunks", () => {
  test("chunks > what comes faster than anybody reads is taken in larger portions, all of it in order", async () => {
    const { reads, numbers } = await read(300, 2_000);
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, at) => at));
    // The first fifty are taken as they come.
    expect(reads).toBeLessThan(200);
  });

  test("chunks > a short answer is taken as it comes", async () => {
    const { reads, numbers } = await read(40, 2_000);
    expect(numbers).toHaveLength(40);
    expect(reads).toBeGreaterThan(20);
  });
});
