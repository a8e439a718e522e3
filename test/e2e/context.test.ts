// The context report on the built binary: of an empty session without a key, and of a kept one.
import { beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMock } from "../mock/mock.ts";
import { createScratch } from "../support/binary.ts";

beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);

interface Report {
  readonly window_tokens: number | null;
  readonly estimated_tokens: number;
  readonly last_request_tokens: number | null;
  readonly sources: readonly { readonly source: string; readonly name: string; readonly plugin: string | null; readonly estimated_tokens: number }[];
  readonly plugins: readonly { readonly plugin: string; readonly estimated_tokens: number }[];
}

test("context > what fills the window, by source and by plugin", async () => {
  using scratch = await createScratch();
  writeFileSync(join(scratch.work, "CLAUDE.md"), "Be kind. ".repeat(100));
  writeFileSync(join(scratch.work, "a.txt"), "a line of text\n".repeat(700));
  const report = async (env: Record<string, string>, ...words: string[]): Promise<Report> =>
    JSON.parse((await scratch.run(["context", ...words, "--output-format", "json"], { env })).out) as Report;
  const empty = await report({});
  expect(empty.sources.every(({ plugin }) => plugin !== null)).toBe(true);
  expect(empty.sources.find(({ source }) => source === "instructions")?.name).toBe(join(scratch.work, "CLAUDE.md"));
  expect(empty.plugins.map(({ plugin }) => plugin)).toEqual(
    expect.arrayContaining(["@claw/feature-memory-files", "@claw/tool-bash", "@claw/feature-skills"]),
  );
  expect(empty.last_request_tokens).toBeNull();

  await using mock = createMock({
    replies: [{ blocks: [{ type: "call", tool: "read_file", input: { path: "a.txt" } }] }, { text: "read" }],
    cached: true,
  });
  const env = { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
  expect((await scratch.run(["-p", "read a.txt", "--model", "sonnet"], { env })).code).toBe(0);
  const full = await report(env, "-c", "--model", "sonnet");
  expect(full.sources.filter(({ source }) => source === "results")).toMatchObject([{ name: "read_file", estimated_tokens: expect.any(Number) }]);
  expect(full.estimated_tokens - empty.estimated_tokens).toBeGreaterThan(2_000);
  expect([full.window_tokens !== null, Number(full.last_request_tokens) > 2_000]).toEqual([true, true]);
  expect((await scratch.run(["context", "-c", "--model", "sonnet"], { env })).out).toMatch(/Results of calls +[\d,]+ +\d+ %\n {2}read_file/);
});
