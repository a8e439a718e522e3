import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWriter } from "./writer.ts";

const folder = mkdtempSync(join(tmpdir(), "claw-writer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe, which is full sooner than a terminal: `read` takes what is in it. */
function pipe(name: string) {
  const path = join(folder, name);
  Bun.spawnSync(["mkfifo", path]);
  const end = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const fd = openSync(path, constants.O_WRONLY);
  const read = (): string => {
    const bytes = Buffer.alloc(1_048_576);
    try {
      return bytes.toString("utf8", 0, readSync(end, bytes));
    } catch {
      return "";
    }
  };
  return { fd, read, [Symbol.dispose]: () => [fd, end].forEach(closeSync) };
}

describe.skipIf(process.platform === "win32")("createWriter", () => {
  test("write > what the terminal takes at once is there at once, and nothing is busy", async () => {
    using terminal = pipe("quick");
    const heard: string[] = [];
    const writer = createWriter(
      terminal.fd,
      () => void heard.push("drained"),
      () => void heard.push("gone"),
    );
    writer.write("one 日本 ");
    writer.write("two");
    await writer.drained();
    expect([terminal.read(), writer.busy]).toEqual(["one 日本 two", false]);
    expect(heard).toEqual(["drained", "drained"]);
    writer.close();
  });

  test("write > a terminal that stands still holds nobody up, and gets all of it in order when it goes on", async () => {
    using terminal = pipe("still");
    const writer = createWriter(
      terminal.fd,
      () => {},
      () => {},
    );
    const frames = Array.from({ length: 9 }, (_, at) => `${at}`.repeat(40_000) + "ü".repeat(at));
    for (const frame of frames) writer.write(frame);
    expect(writer.busy).toBe(true);
    let [seen, over] = ["", false];
    const done = writer.drained().then(() => {
      over = true;
    });
    while (!over) {
      seen += terminal.read();
      await new Promise(setImmediate);
    }
    await done;
    seen += terminal.read();
    expect(seen === frames.join("")).toBe(true);
    expect(writer.busy).toBe(false);
    writer.close();
  });
});
