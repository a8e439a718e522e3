// The tool LSP on the built binary, with a real language server: the compiler of this repository.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { call } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { root } from "../support/sources.ts";

/** A project with a language server in the user's settings. */
async function createProject(): Promise<Scratch> {
  const scratch = await createScratch();
  const typescript = {
    command: join(root, "node_modules", ".bin", "tsc"),
    args: ["--lsp", "--stdio"],
    extensions: { ".ts": "typescript" },
    roots: ["tsconfig.json"],
  };
  scratch.settings({ lspServers: { typescript } });
  scratch.put("tsconfig.json", '{ "compilerOptions": { "strict": true, "noEmit": true } }');
  scratch.put("a.ts", "export const one: number = 1;\nexport const two = one + one;\n");
  return scratch;
}
/** What the model is told of the last call before request `at`. */
const told = (scratch: Scratch, at: number): string =>
  JSON.stringify(((scratch.mock.requests.at(at)?.body ?? { messages: [] }) as { readonly messages: readonly object[] }).messages.at(-1));

test("LSP > answers in read-only too", async () => {
  await using scratch = await createProject();
  scratch.serve({ replies: [call("LSP", { action: "symbols", path: "a.ts" }), { text: "done" }] });
  expect(await scratch.ask(["-p", "go", "--permission-mode", "read-only"])).toMatchObject({ code: 0 });
  expect(told(scratch, 1)).toContain("one  1:14");
}, 60_000);

test("LSP > answers in the default mode, without a question, and its server ends with claw", async () => {
  await using scratch = await createProject();
  const steps = [
    call("LSP", { action: "references", path: "a.ts", line: 1, query: "one" }),
    call("read_file", { path: "a.ts" }),
    call("edit_file", { path: "a.ts", old_string: "one + one", new_string: "one + won" }),
    call("LSP", { action: "diagnostics", path: "a.ts" }),
  ];
  scratch.serve({ replies: [...steps, { text: "done" }], repeat: true });
  const ran = await scratch.ask(["-p", "go"]);
  expect(ran).toMatchObject({ out: "done\n", code: 0 });
  expect(told(scratch, 1)).toContain("a.ts:1:14  export const one: number = 1;");
  expect(told(scratch, 1)).toContain("a.ts:2:26  ");
  expect(told(scratch, 3)).toContain("the language server says of a.ts as it is now:\\n2:26 error: Cannot find name 'won'.");
  expect(told(scratch, 4)).toContain("a.ts:2:26 error: ");
  const left = Bun.spawnSync(["pgrep", "-f", "tsc --lsp --stdio"]).stdout.toString().split("\n");
  const ours = left.filter(
    (pid) =>
      Bun.spawnSync(["readlink", `/proc/${pid}/cwd`])
        .stdout.toString()
        .trim() === scratch.work,
  );
  expect(ours).toEqual([]);
}, 60_000);
