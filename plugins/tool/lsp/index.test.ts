import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";
import { locateName } from "./position.ts";

/** The compiler of this repository is a language server too. */
const compiler = join(import.meta.dir, "..", "..", "..", "node_modules", ".bin", "tsc");
const typescript = { command: compiler, args: ["--lsp", "--stdio"], extensions: { ".ts": "typescript" }, roots: ["tsconfig.json"] };
const FILES = {
  "tsconfig.json": '{ "compilerOptions": { "strict": true, "noEmit": true, "allowImportingTsExtensions": true }, "include": ["src"] }',
  "src/a.ts": "/** Doubles it. */\nexport function twice(n: number): number {\n  return n * 2;\n}\nexport class Box {\n  value = 1;\n}\n",
  "src/b.ts": 'import { Box, twice } from "./a.ts";\nexport const four = twice(twice(1));\nexport const bad: string = new Box().value;\n',
};
function harness(): Promise<Harness> {
  const plugins = ["tool/lsp", "feature/lsp", "feature/processes", "feature/workspace"];
  return createHarness({ plugins, files: FILES, options: { trust: true }, config: { lspServers: { typescript } } });
}
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "LSP"), {
    valid: [{ action: "definition", path: "a.ts", line: 1, character: 2 }, { action: "symbols", query: "x" }, { action: "diagnostics" }],
    invalid: [
      {},
      { action: "rename", path: "a" },
      { action: "hover", path: "" },
      { action: "hover", path: "a", line: 0 },
      { action: "hover", path: "a", x: 1 },
    ],
  });
}

test("LSP > every action, against a real server", async () => {
  await using on = await harness();
  const ask = async (input: object): Promise<string> => text(await on.call("LSP", { ...input }));
  expect(await ask({ action: "definition", path: "src/b.ts", query: "twice" })).toBe("src/a.ts:2:17  export function twice(n: number): number {");
  expect(await ask({ action: "definition", path: join(on.workspace, "src/b.ts"), line: 2, character: 28 })).toStartWith("src/a.ts:2:17");
  expect((await ask({ action: "references", path: "src/a.ts", line: 2, query: "twice" })).split("\n")).toEqual([
    "src/a.ts:2:17  export function twice(n: number): number {",
    'src/b.ts:1:15  import { Box, twice } from "./a.ts";',
    "src/b.ts:2:21  export const four = twice(twice(1));",
    "src/b.ts:2:27  export const four = twice(twice(1));",
  ]);
  expect(await ask({ action: "hover", path: "src/b.ts", query: "four" })).toContain("const four: number");
  expect(await ask({ action: "hover", path: "src/a.ts", query: "twice" })).toContain("Doubles it.");
  expect(await ask({ action: "symbols", path: "src/a.ts" })).toBe("function twice  2:17\nclass Box  5:14\n  property value  6:3");
  expect(await ask({ action: "symbols", query: "Box" })).toBe("class Box  src/a.ts:5:14");
  expect(await ask({ action: "diagnostics", path: "src/b.ts" })).toBe(
    "src/b.ts:3:14 error: Type 'number' is not assignable to type 'string'. (ts 2322)",
  );
  expect(await ask({ action: "definition", path: "src/b.ts", line: 1, character: 30 })).toStartWith("src/a.ts:1:1");
  const call = await on.call("LSP", { action: "symbols", path: "src/a.ts" });
  expect(call.details).toEqual({ action: "symbols", server: "typescript", count: 3, busy: false });
}, 30_000);

test("LSP > what is missing or not there is said so that one can act on it", async () => {
  await using on = await harness();
  const ask = async (input: object): Promise<string> => text(await on.call("LSP", { ...input }));
  expect(await ask({ action: "hover" })).toBe("invalid input for LSP: path is missing");
  expect(await ask({ action: "hover", path: "src/a.ts", line: 1 })).toContain("line and character, or the name as query");
  expect(await ask({ action: "symbols" })).toContain("give the path of a file, or a query");
  expect(await ask({ action: "symbols", query: "Box" })).toContain("No language server runs yet.\nName in path a file");
  expect(await ask({ action: "hover", path: "src/none.ts", query: "x" })).toBe("src/none.ts is not there.");
  expect(await ask({ action: "symbols", path: "src" })).toBe("src is no file.");
  expect(await ask({ action: "hover", path: "src/a.ts", line: 3, query: "Box" })).toBe(
    'There is no "Box" at line 3 of src/a.ts. Read the file for the right place.',
  );
  expect(await ask({ action: "symbols", path: "tsconfig.json" })).toContain("There is no language server for files like ");
}, 30_000);

test("LSP > description and schema are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(1_050);
});

describe("locateName", () => {
  const code = "let twiced = 1;\r\nconst twice = a.twice(twice, 'é');\nfs.readFile(x)\n";
  test.each<[name: string, near: object, found: readonly [number, number] | undefined]>([
    ["twice", {}, [2, 7]],
    ["twice", { line: 1 }, [1, 5]],
    ["twice", { line: 2, character: 22 }, [2, 23]],
    ["twiced", {}, [1, 5]],
    ["fs.readFile", {}, [3, 4]],
    ["Path.readFile", {}, [3, 4]],
    ["none", {}, undefined],
    ["twice", { line: 9 }, undefined],
  ])("%s near %j", (name, near, found) => {
    expect(locateName(code, name, near)).toEqual(found && { line: found[0], character: found[1] });
  });
});
