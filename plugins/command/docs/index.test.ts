import { expect, test } from "bun:test";
import type { CommandOutcome } from "claw";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { read } from "./find.ts";

pluginContract(import.meta.dir);

async function docs(...words: string[]): Promise<CommandOutcome> {
  await using harness = await createHarness({ plugins: [import.meta.dir, "feature/plugin-author", "feature/processes", "feature/workspace"] });
  return await harness.shell.run(await harness.host.get("command", "docs"), words);
}
const noticeOf = (outcome: CommandOutcome): string => (outcome.kind === "done" ? (outcome.notice ?? "") : "");

test("docs > lists guides, kinds and the number of plugins", async () => {
  const notice = noticeOf(await docs());
  for (const part of ["  plugins ", "  testing ", "  permission-mode ", "A store", "claw docs tool/bash"]) expect(notice).toContain(part);
});

test.each([
  [["tool"], "# A tool"],
  [["tool/bash"], "bash"],
  [["web-fetch"], "# @claw/tool-web-fetch"],
  [["testing.md"], "# Testing a plugin"],
  [["Processes"], "## Processes"],
  [["processes"], "# @claw/feature-processes"],
  [["createharness"], "### createHarness"],
  [["CLAW_USAGE"], "CLAW_USAGE"],
  [["errors"], "# "],
])("docs > %j shows the page or the part", async (words, start) => {
  expect(noticeOf(await docs(...words)).slice(0, 200)).toContain(start);
});

test("docs > a part ends where the next begins", () => {
  const pages = { "api.md": "# claw\n\n## Hooks\n\n### Tap\n\nOne.\n\n### Taps\n\nTwo.\n" };
  expect(noticeOf(read(["Tap"], pages))).toBe("### Tap\n\nOne.");
  expect(noticeOf(read(["hooks"], pages))).toBe("## Hooks\n\n### Tap\n\nOne.\n\n### Taps\n\nTwo.");
});

test("docs > other words are searched, headings first", () => {
  const pages = { "a.md": "# A\n\ncached prefix\n", "b.md": "# B\n\n## The cached prefix\n\nIt.\n" };
  expect(
    noticeOf(read(["cached", "prefix"], pages))
      .split("\n")
      .slice(0, 2),
  ).toEqual(["b: The cached prefix", "a: A"]);
});

test("docs > what is nowhere is a usage error with the nearest", () => {
  expect(() => read(["testin"], { "testing.md": "# T" })).toThrow("nothing on");
});

await using harness = await createHarness({ plugins: [import.meta.dir, "feature/plugin-author", "feature/processes", "feature/workspace"] });
commandContract(await harness.host.get("command", "docs"), { valid: [[], ["tool"], ["two", "words"]], invalid: [] });
