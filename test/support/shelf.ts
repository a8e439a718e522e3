// A scratch home with a registry on loopback, plugins to make there, and turns that call their tools: for the tests of `claw plugin`.
import { dirname, join } from "node:path";
import { createRegistry, type Registry, type Release } from "../../plugins/feature/plugin-store/testing/registry.ts";
import { createScratch, type Ran, type Scratch } from "./binary.ts";

export interface Shelf extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly registry: Registry;
  /** The user's store. */
  readonly store: string;
  plugin(...words: readonly string[]): Promise<Ran>;
  /** What `claw plugin …` says to programs. */
  data(...words: readonly string[]): Promise<Record<string, never>>;
  /** What `claw plugin list` says of each. */
  listed(): Promise<readonly Record<string, unknown>[]>;
  /** Runs a turn in which the model calls `tool`. */
  turn(tool: string, words?: readonly string[]): Promise<Readonly<{ code: number; result: string; results: readonly string[] }>>;
  /** A plugin in a folder of the workspace. */
  folder(name: string, code: string, manifest?: object): string;
}

/** The code of a plugin with one tool. */
export const tool = (name: string, before = ""): string => `
import { definePlugin, defineTool } from "claw";
import * as v from "valibot";
${before}
export default definePlugin({ setup({ contribute }) {
  contribute("tool", defineTool({ name: "${name}", description: "A tool for a test.", input: v.strictObject({ text: v.string() }),
    access: () => "none", subject: () => "", run: async ({ text }) => ({ content: [{ type: "text", text: "said " + text }] }) }));
} });`;
export const pack = (name: string, version = "1.0.0", claw: object = {}, more: object = {}) => ({
  ...{ name, version, exports: "./index.ts", keywords: ["claw-plugin"], ...more },
  claw: { api: 1, contributes: { tool: [toolOf(name)] }, ...claw },
});
export const toolOf = (name: string): string => `${name.replace(/^@[^/]*\//, "").replaceAll("-", "_")}_tool`;
export const release = (name: string, version = "1.0.0", claw: object = {}, more: object = {}): Release => ({
  pack: pack(name, version, claw, more),
  files: { "index.ts": tool(toolOf(name)) },
});

export async function createShelf(): Promise<Shelf> {
  const scratch = await createScratch();
  const registry = createRegistry();
  scratch.put(join(scratch.home, ".npmrc"), `registry=${registry.url}/\n`);
  const plugin = (...words: readonly string[]): Promise<Ran> => scratch.run(["plugin", ...words]);
  const data = async (...words: readonly string[]) => JSON.parse((await plugin(...words, "--output-format", "json")).out);
  return {
    ...{ scratch, registry, plugin, data, store: join(scratch.home, ".claw", "plugins") },
    listed: async () => (await data("list")).plugins,
    async turn(name, words = []) {
      scratch.serve({ replies: [{ blocks: [{ type: "call", tool: name, input: { text: "x" } }] }, { text: "fine" }] });
      const ran = await scratch.ask(["-p", "go", "--output-format", "json", ...words]);
      const { result, tool_results: results = [] } = JSON.parse(ran.out);
      return { code: ran.code, result, results: results.map((one: { output: string }) => one.output) };
    },
    folder(name, code, manifest = {}) {
      scratch.put(join(name, "package.json"), pack(name, "1.0.0", manifest));
      return dirname(scratch.put(join(name, "index.ts"), code));
    },
    async [Symbol.asyncDispose]() {
      await registry.stop();
      await scratch[Symbol.asyncDispose]();
    },
  };
}
