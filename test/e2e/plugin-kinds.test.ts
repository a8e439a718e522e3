// Ten plugins from outside the repository, at least one of each kind, written by nothing but the documentation's examples: published to a registry,
// installed from it into the built binary, and used.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry } from "../../plugins/feature/plugin-store/testing/registry.ts";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch } from "../support/binary.ts";

const KINDS = ["tool", "command", "provider", "compactor", "permission-mode", "renderer", "store", "frontend", "feature"];
const NAMES = [...KINDS.map((kind) => `out-${kind}`), "other-tool"];
const scratch = await createScratch();
const registry = createRegistry();

beforeAll(async () => {
  scratch.put(join(scratch.home, ".npmrc"), `registry=${registry.url}/\n`);
  mkdirSync(join(scratch.work, "made"));
  for (const [at, name] of NAMES.entries()) {
    await scratch.run(["plugin", "new", name, "--kind", KINDS[at] ?? "tool"], { cwd: join(scratch.work, "made") });
    const folder = join(scratch.work, "made", name);
    const files = readdirSync(folder).filter((file) => file === "index.ts" || file === "README.md");
    const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
    registry.publish({ pack: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")), files: texts });
  }
}, 120_000);
afterAll(async () => {
  await registry.stop();
  await scratch[Symbol.asyncDispose]();
});

async function turn(words: readonly string[], replies: readonly Reply[], stdin?: string) {
  const { requests } = scratch.serve({ replies });
  return { ...(await scratch.ask(words, stdin === undefined ? {} : { stdin })), requests };
}

test("ten plugins > are installed from the registry, all at once", async () => {
  const { code, err } = await scratch.run(["plugin", "add", ...NAMES, "--yes"]);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  const { out } = await scratch.run(["plugin", "list"]);
  for (const name of NAMES) expect(out).toContain(name);
}, 120_000);

test("a tool and a feature > are there in a run", async () => {
  scratch.put("notes.md", "one two three");
  const { out, requests } = await turn(
    ["-p", "go", "--output-format", "json"],
    [call("out_tool", { path: "notes.md" }), call("other_tool", { path: "notes.md" }), { text: "fine" }],
  );
  const result = JSON.parse(out);
  expect(result.tool_results.map((one: { output: string; is_error: boolean }) => one.is_error)).toEqual([false, false]);
  expect([result.tool_results[0].output, result.tool_results[1].output]).toEqual(["3", "3"]);
  expect(requests[0]?.text).toContain("Answer in one paragraph.");
}, 30_000);

test("a command > in the shell", async () => {
  expect((await scratch.run(["out-command", "remember", "this"])).out).toContain("remember this");
});

test("a provider and a store > chosen by the settings", async () => {
  scratch.settings({ provider: "out-provider", model: "echo-1", store: "out-store" });
  expect(await scratch.run(["-p", "say it back"])).toMatchObject({ code: 0, out: "say it back\n" });
  expect(readdirSync(join(scratch.home, ".claw", "out-store"))).toHaveLength(1);
  scratch.settings({});
}, 30_000);

test("a permission mode > refuses what it refuses", async () => {
  const words = ["-p", "go", "--permission-mode", "out-permission-mode", "--output-format", "json"];
  const { out } = await turn(words, [call("write_file", { path: "a.ts", content: "x" }), { text: "fine" }]);
  expect(JSON.parse(out).tool_results[0].output).toContain("The mode out-permission-mode refuses write_file here");
}, 30_000);

test("a renderer and a frontend > chosen by the settings", async () => {
  scratch.settings({ renderers: ["out-renderer"] });
  expect((await turn(["-p", "go"], [call("out_tool", { path: "notes.md" }), { text: "the answer" }])).err).toMatch(/^ok out_tool \d+ ms$/m);
  scratch.settings({ frontend: "out-frontend" });
  expect((await turn(["first", "second"], [{ text: "one" }, { text: "two" }])).out).toBe("one\ntwo\n");
  scratch.settings({});
}, 30_000);

test("a compactor > folds a session that is too long", async () => {
  scratch.settings({ compactor: "out-compactor" });
  const said = (text: string): string => `${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`;
  const stdin = said("the first request") + said("the second request");
  const words = ["-p", "--input-format", "stream-json", "--output-format", "stream-json"];
  const { requests } = await turn(words, [{ text: "long", usage: { input_tokens: 990_000, output_tokens: 9 } }, { text: "short" }], stdin);
  expect(requests.at(-1)?.text).toContain("earlier messages of this conversation were dropped");
  expect(requests.at(-1)?.text).not.toContain("the first request");
  scratch.settings({});
}, 30_000);
