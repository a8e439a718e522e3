// The documentation in the binary, and that the reference in the repository is what the doc comments say.
import { afterAll, expect, test } from "bun:test";
import { referenceSource } from "../../scripts/reference.ts";
import { createScratch } from "../support/binary.ts";
import { files, read } from "../support/sources.ts";

const scratch = await createScratch();
afterAll(() => scratch[Symbol.asyncDispose]());

test("docs > every page of the repository is in the binary, as it is", async () => {
  const { out } = await scratch.run(["docs", "--output-format", "json"]);
  const topics = (JSON.parse(out) as { topics: { topic: string; title: string }[] }).topics.map(({ topic }) => topic);
  const pages = files("kernel/docs/*.md").map((path) => path.slice(12, -3));
  expect(topics).toEqual(expect.arrayContaining([...pages, "errors", "kernel", "tool/bash"]));
  expect((await scratch.run(["docs", "store"])).out).toBe(read("kernel/docs/store.md"));
});

test("docs > a name of the API, an error code, words", async () => {
  expect((await scratch.run(["docs", "definePlugin"])).out).toStartWith("### definePlugin");
  expect((await scratch.run(["docs", "CLAW_USAGE"])).out).toContain("CLAW_USAGE");
  expect((await scratch.run(["docs", "contract", "suites"])).out).toContain("testing: Contract suites");
  expect(await scratch.run(["docs", "qqqqqq"])).toMatchObject({ code: 2, out: "" });
});

test("api.md > is what the doc comments say", () => {
  expect(read("kernel/docs/api.md") === referenceSource()).toBe(true);
});
