// What the build packs (`scripts/build/packed.ts`) is the same in the binary as beside its source: commands, tools, errors, files of its own.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { createMock } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { root } from "../support/sources.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await createScratch();
}, 120_000);
afterAll(() => scratch[Symbol.dispose]());

test("packed > names files and libraries that are there", async () => {
  for (const path of ["kernel/package.json", ...new Glob("plugins/*/*/package.json").scanSync({ cwd: root })]) {
    const { packed = [], dependencies = {} } = (await Bun.file(join(root, path)).json()) as { packed?: string[]; dependencies?: object };
    const lost = packed.filter((one) => (one.startsWith("./") ? !existsSync(join(root, dirname(path), one)) : !Object.hasOwn(dependencies, one)));
    expect({ path, lost }).toEqual({ path, lost: [] });
  }
});

test("packed command > answers, and imports its own files", async () => {
  const { out, err, code } = await scratch.run(["config", "show", "model"]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out).toBe(`"default"\n`);
});

test("packed command > its error is the kernel's ClawError, with hint and exit code", async () => {
  const { out, err, code } = await scratch.run(["status", "extra"]);
  expect({ out, code }).toEqual({ out: "", code: 2 });
  expect(err).toBe("error: status: takes no words\nhint: See `claw help status`.\n");
});

test("packed command > what it embeds is there", async () => {
  const { out, code } = await scratch.run(["docs", "errors"]);
  expect(code).toBe(0);
  expect(out).toContain("CLAW_USAGE");
});

test("packed tools > run a command and change a file in one session", async () => {
  const call = (tool: string, input: object) => ({ blocks: [{ type: "call" as const, tool, input }] });
  await using mock = createMock({
    replies: [
      call("write_file", { path: "note.txt", content: "one\n" }),
      call("edit_file", { path: "note.txt", old_string: "one", new_string: "two" }),
      call("bash", { command: "cat note.txt" }),
      { text: "fine" },
    ],
  });
  const env = { ANTHROPIC_API_KEY: "test", ANTHROPIC_BASE_URL: mock.url };
  const ran = await scratch.run(["-p", "hi", "--permission-mode", "danger-full-access"], { env });
  expect(ran).toMatchObject({ out: "fine\n", code: 0 });
  expect(await Bun.file(join(scratch.work, "note.txt")).text()).toBe("two\n");
  expect(JSON.stringify((mock.requests.at(-1)!.body as { messages: unknown[] }).messages.at(-1))).toContain("two");
});

test("external plugin > has the kernel's own ClawError, and all of valibot", async () => {
  const folder = join(scratch.work, "mine");
  const command = { name: "mine", summary: "Mine", shell: true };
  const manifest = { name: "mine", version: "1.0.0", exports: "./index.ts", claw: { api: 1, contributes: { command: [command] } } };
  await Bun.write(join(folder, "package.json"), JSON.stringify(manifest));
  await Bun.write(
    join(folder, "index.ts"),
    `import { ClawError, defineCommand, definePlugin } from "claw";
import { plain } from "claw/kit";
import * as v from "valibot";
export default definePlugin({
  setup({ contribute }) {
    const args = v.array(v.pipe(v.string(), v.hexColor("no colour")));
    const run = async () => { throw new ClawError("CLAW_USAGE", plain("mine failed"), { hint: "really" }); };
    contribute("command", defineCommand({ name: "mine", summary: "Mine", args, run }));
  },
});
`,
  );
  const failed = await scratch.run(["--plugin-dir", folder, "mine", "#aabbcc"]);
  expect(failed).toEqual({ out: "", err: "error: mine failed\nhint: really\n", code: 2 });
  expect((await scratch.run(["--plugin-dir", folder, "mine", "word"])).err).toContain("no colour");
});
