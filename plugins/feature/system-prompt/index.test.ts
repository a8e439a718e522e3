import { expect, test } from "bun:test";
import type { Options } from "claw";
import { createHarness, pluginContract, says } from "claw/testing";
import plugin from "./index.ts";
import prompt from "./prompt.md" with { type: "text" };

pluginContract(import.meta.dir);

async function sent(options: Options): Promise<readonly (readonly string[])[]> {
  await using harness = await createHarness({ plugins: [plugin], options, script: [says("a"), says("b")] });
  await harness.submit("one");
  await harness.submit("two");
  return harness.requests.map((request) => request.system);
}

test("prompt.md > is short", () => expect(Buffer.byteLength(prompt)).toBeLessThan(1600));

test("draft > every request begins with the default prompt, byte for byte", async () => {
  expect(await sent({})).toEqual([[prompt.trim()], [prompt.trim()]]);
});

test("--system-prompt > replaces the default, and with nothing leaves it out", async () => {
  expect(await sent({ "system-prompt": "Be a poet.\n" })).toEqual([["Be a poet."], ["Be a poet."]]);
  expect(await sent({ "system-prompt": "" })).toEqual([[], []]);
});

test("--append-system-prompt > stands right after it", async () => {
  expect((await sent({ "append-system-prompt": "Rhyme.\ud800" }))[0]).toEqual([prompt.trim(), "Rhyme.\ufffd"]);
  expect((await sent({ "append-system-prompt": "Rhyme.", "system-prompt": "Be a poet." }))[0]).toEqual(["Be a poet.", "Rhyme."]);
});
