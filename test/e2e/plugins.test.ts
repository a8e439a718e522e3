// Plugins from outside the binary: unbuilt TypeScript that imports `claw` from it, and what happens when they are broken.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createScratch, type Scratch } from "../support/binary.ts";

/** A plugin of one tool that answers with `says`. */
const tool = (name: string, says: string): string => `
import { definePlugin, defineTool } from "claw";
import { didYouMean } from "claw/kit";
import * as v from "valibot";
import { suffix } from "./suffix.ts";
export default definePlugin({
  setup({ contribute }) {
    contribute("tool", defineTool({
      name: "${name}",
      description: "A tool for a test.",
      input: v.strictObject({ text: v.string() }),
      access: () => "none",
      subject: () => "",
      run: async ({ text }) => ({ content: [{ type: "text", text: "${says}:" + text + suffix + didYouMean("a", []) }] }),
    }));
  },
});`;
function write(scratch: Scratch, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) scratch.put(join(scratch.home, path), text);
}
const manifest = (name: string, claw: object): string => JSON.stringify({ name, version: "1.0.0", exports: "./index.ts", claw: { api: 1, ...claw } });
/** Runs a turn that calls `tools`, and gives the result object. */
async function turn(scratch: Scratch, tools: readonly string[], words: readonly string[]) {
  const blocks = tools.map((name) => ({ type: "call" as const, tool: name, input: { text: "x" } }));
  scratch.serve({ replies: [...(blocks.length > 0 ? [{ blocks }] : []), { text: "fine" }] });
  const ran = await scratch.ask(["-p", "go", "--output-format", "json", ...words]);
  return { ...ran, result: JSON.parse(ran.out), results: JSON.parse(ran.out).tool_results?.map((one: { output: string }) => one.output) };
}

describe("a plugin that works", () => {
  test("as a single file", async () => {
    await using scratch = await createScratch();
    write(scratch, { "one/echo.ts": tool("echo", "file"), "one/suffix.ts": 'export const suffix = "!";' });
    expect((await turn(scratch, ["echo"], ["--plugin-dir", join(scratch.home, "one/echo.ts")])).results).toEqual(["file:x!"]);
  });

  test("as a folder with a manifest, named in the settings relative to them", async () => {
    await using scratch = await createScratch();
    write(scratch, {
      "mine/package.json": manifest("@me/echo", { contributes: { tool: ["echo"] } }),
      "mine/index.ts": tool("echo", "folder"),
      "mine/suffix.ts": 'export const suffix = "?";',
      ".claw/settings.json": JSON.stringify({ plugins: { "../mine": {} } }),
    });
    expect((await turn(scratch, ["echo"], [])).results).toEqual(["folder:x?"]);
  });

  test("with a name that is taken: both are reachable, and the clash is shown", async () => {
    await using scratch = await createScratch();
    write(scratch, {
      "mine/package.json": manifest("@me/echo", { contributes: { tool: ["glob_search"] } }),
      "mine/index.ts": tool("glob_search", "mine"),
      "mine/suffix.ts": 'export const suffix = "";',
      ".claw/settings.json": JSON.stringify({ plugins: { "../mine": {} } }),
    });
    const { results } = await turn(scratch, ["me_echo__glob_search", "glob_search"], []);
    expect(results[0]).toBe("mine:x");
    expect(results[1]).toContain("invalid input for glob_search");
    expect((await scratch.run(["doctor"])).out).toContain("me_echo__glob_search");
  });
});

describe("a plugin that is broken", () => {
  const limits = { limits: { activateMs: 400, hookMs: 400 } };
  const broken: Readonly<Record<string, string>> = {
    "throws at import": 'throw new Error("on purpose");',
    "throws in setup": 'export default { setup() { throw new Error("on purpose"); } };',
    "never settles in setup": "export default { setup: () => new Promise(() => {}) };",
    "never settles at import": "await new Promise(() => {}); export default {};",
    "has no default export": "export const nothing = 1;",
    "is not TypeScript": "this is {{ not a program",
    "throws in a hook":
      'import { definePlugin } from "claw"; export default definePlugin({ setup({ hooks }) { hooks.draft.tap(() => { throw new Error("on purpose"); }); } });',
    "never settles in a hook":
      'import { definePlugin } from "claw"; export default definePlugin({ setup({ hooks }) { hooks.draft.tap(() => new Promise(() => {})); } });',
    "throws in a listener":
      'import { definePlugin } from "claw"; export default definePlugin({ setup({ bus }) { bus.onAny(() => { throw new Error("on purpose"); }); } });',
    "adds what it does not say":
      'import { definePlugin } from "claw"; export default definePlugin({ setup({ provide }) { provide({ id: "x@1" }, {}); } });',
  };
  test.each(Object.keys(broken))("it %s > the turn goes on without it", async (what) => {
    await using scratch = await createScratch();
    write(scratch, {
      "mine/package.json": manifest("@me/broken", { activate: "start", hooks: { draft: "normal" } }),
      "mine/index.ts": broken[what]!,
      ".claw/settings.json": JSON.stringify({ plugins: { "../mine": {} }, ...limits }),
    });
    const { result, code } = await turn(scratch, [], []);
    expect({ code, answer: result.result }).toEqual({ code: 0, answer: "fine" });
  });

  test("a gate that throws denies, and keeps denying", async () => {
    await using scratch = await createScratch();
    write(scratch, {
      "gate.ts":
        'import { definePlugin } from "claw"; export default definePlugin({ setup({ hooks }) { hooks.permit.tap(() => { throw new Error("on purpose"); }); } });',
      ".claw/settings.json": JSON.stringify({ plugins: { "../gate.ts": {} } }),
    });
    const { results } = await turn(scratch, ["glob_search", "glob_search"], []);
    expect(results).toHaveLength(2);
    const calls = [1, 2].map(() => ({ type: "call" as const, tool: "glob_search", input: { pattern: "*" } }));
    scratch.serve({ replies: [{ blocks: calls }, { text: "fine" }] });
    const { out } = await scratch.ask(["-p", "go", "--output-format", "json"]);
    for (const one of JSON.parse(out).tool_results)
      expect(one).toMatchObject({ is_error: true, output: expect.stringContaining("permission check failed") });
  });

  test("asked for on the command line > exit 7, no request", async () => {
    await using scratch = await createScratch();
    write(scratch, { "bad.ts": 'throw new Error("on purpose");' });
    for (const path of ["bad.ts", "nowhere.ts"]) {
      const { code, result } = await turn(scratch, [], ["--plugin-dir", join(scratch.home, path)]);
      expect({ code, is_error: result.is_error, requests: scratch.mock.requests.length }).toEqual({ code: 7, is_error: true, requests: 0 });
    }
  });

  test("written for another claw > says so", async () => {
    await using scratch = await createScratch();
    write(scratch, { "bad.ts": 'import { nothingLikeThis } from "claw"; export default { setup: nothingLikeThis };' });
    const { result, code } = await turn(scratch, [], ["--plugin-dir", join(scratch.home, "bad.ts")]);
    expect({ code, error: result.error.code }).toEqual({ code: 7, error: "CLAW_PLUGIN_API_MISMATCH" });
  });

  test("that imports its tests' kit > is told where tests run", async () => {
    await using scratch = await createScratch();
    write(scratch, {
      "bad.ts": 'import { createHarness } from "claw/testing"; await createHarness({ plugins: [] }); export default { setup() {} };',
    });
    const { result, code } = await turn(scratch, [], ["--plugin-dir", join(scratch.home, "bad.ts")]);
    expect({ code, error: result.error.code, said: result.error.message }).toEqual({
      code: 7,
      error: "CLAW_PLUGIN_LOAD_FAILED",
      said: expect.stringContaining("bun test"),
    });
  });

  test("listed by doctor with its reason", async () => {
    await using scratch = await createScratch();
    write(scratch, {
      "bad.ts": 'throw new Error("on purpose");',
      ".claw/settings.json": JSON.stringify({ plugins: { "../bad.ts": {}, "../nowhere": {} } }),
    });
    const { out } = await scratch.run(["doctor"]);
    expect(out).toContain("on purpose");
    expect(out).toContain("nowhere");
  });
});

test("a promise of a plugin that nobody waits for > is told, and the run goes on", async () => {
  await using scratch = await createScratch();
  const stray = 'import { definePlugin } from "claw";\nexport default definePlugin({ setup() { void Promise.reject(new Error("stray")); } });\n';
  write(scratch, { "stray.ts": stray });
  const { code, err, result } = await turn(scratch, [], ["--plugin-dir", join(scratch.home, "stray.ts")]);
  expect({ code, is_error: result.is_error }).toEqual({ code: 0, is_error: false });
  expect(err + JSON.stringify(result.warnings ?? "")).toContain("Something failed outside of any turn: stray");
});
