// The tool LSP on the built binary, with a real language server: the compiler of this repository.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMock, type Mock, type Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { root } from "../support/sources.ts";

let scratch: Scratch;
let mock: Mock;
beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);
beforeEach(async () => {
  scratch = await createScratch();
  const typescript = {
    command: join(root, "node_modules", ".bin", "tsc"),
    args: ["--lsp", "--stdio"],
    extensions: { ".ts": "typescript" },
    roots: ["tsconfig.json"],
  };
  mkdirSync(join(scratch.home, ".claw"), { mode: 0o700 });
  writeFileSync(join(scratch.home, ".claw", "settings.json"), JSON.stringify({ lspServers: { typescript } }));
  writeFileSync(join(scratch.work, "tsconfig.json"), '{ "compilerOptions": { "strict": true, "noEmit": true } }');
  writeFileSync(join(scratch.work, "a.ts"), "export const one: number = 1;\nexport const two = one + one;\n");
});
afterEach(async () => {
  await mock?.stop();
  scratch[Symbol.dispose]();
});

const call = (tool: string, input: object): Reply => ({ blocks: [{ type: "call", tool, input }] });
/** What the model is told of the last call before request `at`. */
const told = (at: number): string =>
  JSON.stringify(((mock.requests.at(at)?.body ?? { messages: [] }) as { readonly messages: readonly object[] }).messages.at(-1));

test("LSP > answers in read-only too", async () => {
  mock = createMock({ replies: [call("LSP", { action: "symbols", path: "a.ts" }), { text: "done" }] });
  const env = { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
  expect(await scratch.run(["-p", "go", "--permission-mode", "read-only"], { env })).toMatchObject({ code: 0 });
  expect(told(1)).toContain("one  1:14");
}, 60_000);

test("LSP > answers in the default mode, without a question, and its server ends with claw", async () => {
  const steps = [
    call("LSP", { action: "references", path: "a.ts", line: 1, query: "one" }),
    call("read_file", { path: "a.ts" }),
    call("edit_file", { path: "a.ts", old_string: "one + one", new_string: "one + won" }),
    call("LSP", { action: "diagnostics", path: "a.ts" }),
  ];
  mock = createMock({ replies: [...steps, { text: "done" }], repeat: true });
  const env = { ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
  const ran = await scratch.run(["-p", "go"], { env });
  expect(ran).toMatchObject({ out: "done\n", code: 0 });
  expect(told(1)).toContain("a.ts:1:14  export const one: number = 1;");
  expect(told(1)).toContain("a.ts:2:26  ");
  expect(told(3)).toContain("the language server says of a.ts as it is now:\\n2:26 error: Cannot find name 'won'.");
  expect(told(4)).toContain("a.ts:2:26 error: ");
  const left = Bun.spawnSync(["pgrep", "-f", "tsc --lsp --stdio"]).stdout.toString().split("\n");
  const ours = left.filter(
    (pid) =>
      Bun.spawnSync(["readlink", `/proc/${pid}/cwd`])
        .stdout.toString()
        .trim() === scratch.work,
  );
  expect(ours).toEqual([]);
}, 60_000);
