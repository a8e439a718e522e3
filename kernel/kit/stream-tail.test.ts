import { expect, test } from "bun:test";
import { readTail } from "./stream-tail.ts";

const streamOf = (...chunks: (string | Uint8Array)[]) =>
  new ReadableStream<Uint8Array>({
    start(control) {
      for (const chunk of chunks) control.enqueue(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
      control.close();
    },
  });

test("readTail > the last of it, plain, with characters that come in two pieces whole", async () => {
  const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
  const tail = readTail(streamOf("x".repeat(100_000), "\x1b[31mred\x1b[0m ", first, second, "\n"), 5);
  await tail.done;
  expect(tail.text()).toBe("red é");
});

test("readTail > a stream that breaks keeps what came", async () => {
  const broken = new ReadableStream<Uint8Array>({
    start(control) {
      control.enqueue(Buffer.from("so far"));
    },
    pull(control) {
      control.error(new Error("gone"));
    },
  });
  const tail = readTail(broken, 100);
  await tail.done;
  expect(["", "so far"]).toContain(tail.text());
});
