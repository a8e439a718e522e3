// The context report on the built binary: of an empty session without a key, and of a kept one.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { call } from "../mock/reply.ts";
import { createScratch, type RunOptions } from "../support/binary.ts";

interface Report {
  readonly window_tokens: number | null;
  readonly estimated_tokens: number;
  readonly last_request_tokens: number | null;
  readonly sources: readonly { readonly source: string; readonly name: string; readonly plugin: string | null; readonly estimated_tokens: number }[];
  readonly plugins: readonly { readonly plugin: string; readonly estimated_tokens: number }[];
}

test("context > what fills the window, by source and by plugin", async () => {
  await using scratch = await createScratch();
  scratch.put("CLAUDE.md", "Be kind. ".repeat(100));
  scratch.put("a.txt", "a line of text\n".repeat(700));
  const report = async (env: RunOptions["env"] & {}, ...words: string[]): Promise<Report> =>
    JSON.parse((await scratch.run(["context", ...words, "--output-format", "json"], { env })).out) as Report;
  const empty = await report({});
  expect(empty.sources.every(({ plugin }) => plugin !== null)).toBe(true);
  expect(empty.sources.find(({ source }) => source === "instructions")?.name).toBe(join(scratch.work, "CLAUDE.md"));
  expect(empty.plugins.map(({ plugin }) => plugin)).toEqual(
    expect.arrayContaining(["@claw/feature-memory-files", "@claw/tool-bash", "@claw/feature-skills"]),
  );
  expect(empty.last_request_tokens).toBeNull();

  scratch.serve({
    replies: [call("read_file", { path: "a.txt" }), { text: "read" }],
    cached: true,
  });
  expect((await scratch.ask(["-p", "read a.txt", "--model", "sonnet"])).code).toBe(0);
  const full = await report(scratch.env, "-c", "--model", "sonnet");
  expect(full.sources.filter(({ source }) => source === "results")).toMatchObject([{ name: "read_file", estimated_tokens: expect.any(Number) }]);
  expect(full.estimated_tokens - empty.estimated_tokens).toBeGreaterThan(2_000);
  expect([full.window_tokens !== null, Number(full.last_request_tokens) > 2_000]).toEqual([true, true]);
  expect((await scratch.ask(["context", "-c", "--model", "sonnet"])).out).toMatch(/Results of calls +[\d,]+ +\d+ %\n {2}read_file/);
});
