// The tools REPL and PowerShell on the built binary: state over calls, the sandbox, and nothing left behind when claw is killed.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";
import { alive, until } from "../support/processes.ts";

const call = (language: string, code: string): Reply => ({ blocks: [{ type: "call", tool: "REPL", input: { language, code } }] });
/** What the model is told of the last call before request `at`. */
function told(scratch: Scratch, at: number): string {
  const { messages } = (scratch.mock.requests.at(at)?.body ?? {}) as { readonly messages: readonly { readonly content: readonly object[] }[] };
  const [block] = messages.at(-1)?.content ?? [];
  const { content } = block as { readonly content: string | readonly { readonly text: string }[] };
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

test("REPL > keeps state from call to call, in four languages", async () => {
  await using scratch = await createScratch();
  const replies = [
    call("python", "x = 20"),
    call("python", "x + 22"),
    call("node", "const y: number = 1"),
    call("js", "import os from 'node:os'; [y, typeof os.cpus]"),
    call("bash", "cd / && z=3"),
    call("bash", 'echo "$z in $PWD"'),
  ];
  scratch.serve({ replies: [...replies, { text: "done" }], repeat: true });
  const ran = await scratch.ask(["-p", "go", "--permission-mode", "danger-full-access"]);
  expect(ran).toMatchObject({ out: "done\n", code: 0 });
  expect([2, 4, 6].map((at) => told(scratch, at))).toEqual(["42", "[ 1, 'function' ]", "3 in /"]);
}, 60_000);

test("REPL > needs danger-full-access, or a rule; then it runs in the sandbox", async () => {
  await using scratch = await createScratch();
  const replies = [call("python", "open('made', 'w').write('x')"), { text: "done" }];
  scratch.serve({ replies, repeat: true });
  await scratch.ask(["-p", "go"]);
  expect(told(scratch, 1)).toContain("REPL");
  expect(told(scratch, 1)).toContain("danger-full-access");
  scratch.serve({ replies: [call("python", "import os\nopen('made', 'w').write('x'), os.environ.get('ANTHROPIC_API_KEY')"), { text: "done" }] });
  expect(await scratch.ask(["-p", "go", "--allowedTools", "REPL"])).toMatchObject({ out: "done\n", code: 0 });
  expect(told(scratch, 1)).toBe("(1, None)");
  expect(readFileSync(join(scratch.work, "made"), "utf8")).toBe("x");
}, 60_000);

test("REPL > an interpreter ends with claw, even by kill -9", async () => {
  await using scratch = await createScratch();
  scratch.serve({ replies: [call("python", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(300)")], repeat: true });
  const child = Bun.spawn([scratch.binary, "-p", "go", "--permission-mode", "danger-full-access"], {
    cwd: scratch.work,
    env: scratch.env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  const file = join(scratch.work, "pid");
  const pid = await until(() => existsSync(file) && Number(readFileSync(file, "utf8")) > 0 && Number(readFileSync(file, "utf8")));
  expect(alive(pid)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  await until(() => !alive(pid));
}, 30_000);

test("PowerShell > is known where there is one, and only there", async () => {
  await using scratch = await createScratch();
  const command = { blocks: [{ type: "call", tool: "PowerShell", input: { command: "Get-Item x" } }] } satisfies Reply;
  scratch.serve({ replies: [command, { text: "done" }] });
  scratch.put(join(scratch.home, "pwsh"), '#!/bin/sh\nfor last; do :; done\nprintf "%s\\n" "got $last" | head -n 1\n', 0o755);
  const path = `${scratch.home}:/usr/bin:/bin`;
  const words = ["-p", "go", "--permission-mode", "danger-full-access"];
  expect(await scratch.run(words, { env: { ...scratch.env, PATH: path } })).toMatchObject({ out: "done\n", code: 0 });
  expect(told(scratch, 1)).toBe("got Get-Item x");
  expect(JSON.stringify(scratch.mock.requests[0]?.body)).toContain("PowerShell");
  scratch.serve({ replies: [{ text: "done" }] });
  await scratch.run(words, { env: { ...scratch.env, PATH: "/usr/bin:/bin" } });
  expect(JSON.stringify(scratch.mock.requests[0]?.body)).not.toContain("PowerShell");
}, 60_000);
