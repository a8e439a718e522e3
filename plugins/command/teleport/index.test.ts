import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { meantFiles } from "./files.ts";

pluginContract(import.meta.dir);
const PLUGINS = ["command/teleport", "feature/tree"];
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "teleport"), { valid: [["x"], ["src/x.ts:3"], ["two", "words"]], invalid: [[], [""]] });

const FILES = {
  ".git/HEAD": "",
  ".gitignore": "out\n",
  "out/engine.ts": "export function ignite() {}\n",
  "src/engine.ts": "// The engine.\n\n\n\n\nexport async function ignite(key: string) {\n  return key;\n}\n",
  "src/engine.test.ts": "function ignite() {}\n",
  "src/parts/wheel.py": "class Wheel:\n    def turn(self):\n        pass\n",
  "src/parts/bolt.rs": "pub struct Bolt;\nimpl Bolt {\n    pub fn fasten(&mut self) {}\n}\n",
  "docs/a guide.md": "# Guide\n",
};
async function jump(...words: string[]) {
  await using harness = await createHarness({ plugins: PLUGINS, files: FILES });
  const outcome = await harness.shell.run(await harness.host.get("command", "teleport"), words);
  if (outcome.kind === "prompt") throw new Error("it is no prompt");
  return {
    kind: outcome.kind,
    notice: outcome.notice ?? "",
    data: outcome.data as { path?: string; line?: number; by?: string; hits: { path: string }[] },
  };
}

describe("teleport", () => {
  test.each([
    ["src/engine.ts", "src/engine.ts"],
    ["engine.ts", "src/engine.ts"],
    ["engine", "src/engine.ts"],
    ["wheel", "src/parts/wheel.py"],
    ["ptswhl", "src/parts/wheel.py"],
    ["guid", "docs/a guide.md"],
    ["@src/parts/bolt.rs", "src/parts/bolt.rs"],
  ])("teleport > %s is a file", async (target, path) => {
    expect(await jump(target)).toMatchObject({ kind: "done", data: { path, line: 1, by: "files" } });
  });

  test("teleport > a line of a file, with the lines around it", async () => {
    expect((await jump("engine.ts:6")).notice.split("\n\nAlso:")[0]).toBe(
      "src/engine.ts:6\n  3\n  4\n  5\n> 6  export async function ignite(key: string) {\n  7    return key;\n  8  }",
    );
  });

  test.each([
    ["ignite", "src/engine.ts", 6, "function"],
    ["Wheel.turn", "src/parts/wheel.py", 2, "def"],
    ["Bolt::fasten", "src/parts/bolt.rs", 3, "fn"],
  ])("teleport > %s is a symbol, found without a language server", async (target, path, line, kind) => {
    expect(await jump(target)).toMatchObject({
      data: { path, line, by: "search", hits: expect.arrayContaining([expect.objectContaining({ path, line, kind })]) },
    });
  });

  test("teleport > where there is a language server, symbols are its", async () => {
    const compiler = join(import.meta.dir, "..", "..", "..", "node_modules", ".bin", "tsc");
    const server = { command: compiler, args: ["--lsp", "--stdio"], extensions: { ".ts": "typescript" }, roots: ["tsconfig.json"] };
    const source = "export class Motor {\n  revolve(): void {}\n}\n";
    await using harness = await createHarness({
      plugins: [...PLUGINS, "feature/lsp", "feature/processes", "feature/workspace"],
      files: { "tsconfig.json": '{ "include": ["src"] }', "src/motor.ts": source },
      options: { trust: true },
      config: { lspServers: { typescript: server } },
    });
    // No word opens the definition of a method, so that only a server finds it.
    const outcome = await harness.shell.run(await harness.host.get("command", "teleport"), ["Motor.revolve"]);
    expect(outcome).toMatchObject({ data: { by: "lsp", path: "src/motor.ts", line: 2, hits: [{ kind: "method", container: "Motor" }] } });
  }, 30_000);

  test("teleport > what is ignored is not found, tests come after", async () => {
    const { data, notice } = await jump("ignite");
    expect(data.hits.map(({ path }) => path)).toEqual(["src/engine.ts", "src/engine.test.ts"]);
    expect(notice).toEndWith("\n\nAlso:\n  src/engine.test.ts:1  function ignite");
  });

  test("teleport > nothing like it exits 1", async () => {
    expect(await jump("zzqqxx")).toMatchObject({
      kind: "exit",
      notice: "No file or symbol here is like zzqqxx.",
      data: { status: "none", hits: [] },
    });
  });

  test("meantFiles > better fits first, strewn letters only where nothing else is", () => {
    const paths = ["lib/config.ts", "config/index.ts", "src/reconfigure.ts", "c/o/n/f/i/g.ts", "src/config.test.ts"];
    expect(meantFiles("config", paths, 9).found).toEqual(["lib/config.ts", "src/config.test.ts", "src/reconfigure.ts", "config/index.ts"]);
    expect(meantFiles("cnfg", paths, 2).found[0]).toBe("lib/config.ts");
  });
});
