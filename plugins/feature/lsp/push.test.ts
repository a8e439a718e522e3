// Against typescript-language-server, which tells diagnostics by itself and loads projects in the background. It is too large to be kept here:
// the test installs one version into a folder of its own, and is skipped where the registry cannot be reached.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";

const VERSIONS = { "typescript-language-server": "6.0.2", typescript: "5.9.3" };
const folder = join(tmpdir(), `claw-test-servers-${Object.values(VERSIONS).join("-")}`);
const bin = join(folder, "node_modules", ".bin");
function installed(): boolean {
  if (existsSync(join(folder, "done"))) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "servers", private: true, dependencies: VERSIONS }));
  const { exitCode } = Bun.spawnSync([process.execPath, "install"], { cwd: folder, stdout: "ignore", stderr: "ignore", timeout: 60_000 });
  if (exitCode === 0) writeFileSync(join(folder, "done"), "");
  return exitCode === 0;
}

const FILES = {
  "tsconfig.json": '{ "compilerOptions": { "strict": true, "noEmit": true, "allowImportingTsExtensions": true }, "include": ["src"] }',
  "src/a.ts": "export function twice(n: number): number {\n  return n * 2;\n}\n",
  "src/b.ts": 'import { twice } from "./a.ts";\nexport const four = twice(2);\n',
};
const PLUGINS = ["tool/lsp", "tool/read-file", "tool/edit-file", "feature/lsp", "feature/processes", "feature/workspace"];
function harness(more: Partial<HarnessOptions> = {}): Promise<Harness> {
  const env = { PATH: `${bin}:${process.env["PATH"]}`, HOME: "/" };
  return createHarness({ plugins: PLUGINS, files: FILES, env, options: { trust: true }, answers: Array.from({ length: 9 }, () => "yes"), ...more });
}
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");

describe.skipIf(!installed())("typescript-language-server", () => {
  test("found on PATH: the first answer is of the whole project", async () => {
    await using on = await harness();
    const ask = async (input: object): Promise<string> => text(await on.call("LSP", { ...input }));
    expect(await ask({ action: "definition", path: "src/b.ts", line: 2, query: "twice" })).toBe(
      "src/a.ts:1:17  export function twice(n: number): number {",
    );
    expect((await ask({ action: "references", path: "src/a.ts", query: "twice" })).split("\n")).toHaveLength(3);
    expect(await ask({ action: "diagnostics", path: "src/b.ts" })).toBe("No problems found.");
  }, 60_000);

  test("an edit's result waits for what is told of the new text", async () => {
    await using on = await harness({ config: { plugins: { "@claw/feature-lsp": { editMs: 20_000 } } } });
    await on.call("read_file", { path: "src/b.ts" });
    await on.call("LSP", { action: "diagnostics", path: "src/b.ts" });
    const edited = await on.call("edit_file", { path: "src/b.ts", old_string: "twice(2)", new_string: "twice('2')" });
    expect(text(edited)).toMatch(/as it is now:\n2:27 error: .*'string'.*'number'.* \(typescript 2345\)\]$/);
    expect(text(await on.call("LSP", { action: "diagnostics" }))).toContain("src/b.ts:2:27 error: ");
  }, 60_000);

  test("in the sandbox", async () => {
    const plugins = [...PLUGINS, "feature/sandbox", "feature/shell", "permission-mode/workspace-write"];
    await using on = await harness({ plugins, config: { permissionMode: "workspace-write" } });
    expect(text(await on.call("LSP", { action: "hover", path: "src/a.ts", query: "twice" }))).toContain("function twice(n: number): number");
  }, 60_000);
});
