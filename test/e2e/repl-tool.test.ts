// The tools REPL and PowerShell on the built binary: state over calls, the sandbox, and nothing left behind when claw is killed.
import { afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMock, type Mock, type Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

let scratch: Scratch;
let mock: Mock;
beforeAll(async () => {
  (await createScratch())[Symbol.dispose]();
}, 120_000);
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(async () => {
  await mock?.stop();
  scratch[Symbol.dispose]();
});

const call = (language: string, code: string): Reply => ({ blocks: [{ type: "call", tool: "REPL", input: { language, code } }] });
const env = () => ({ ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" });
/** What the model is told of the last call before request `at`. */
function told(at: number): string {
  const { messages } = (mock.requests.at(at)?.body ?? {}) as { readonly messages: readonly { readonly content: readonly object[] }[] };
  const [block] = messages.at(-1)?.content ?? [];
  const { content } = block as { readonly content: string | readonly { readonly text: string }[] };
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

test("REPL > keeps state from call to call, in four languages", async () => {
  const replies = [
    call("python", "x = 20"),
    call("python", "x + 22"),
    call("node", "const y: number = 1"),
    call("js", "import os from 'node:os'; [y, typeof os.cpus]"),
    call("bash", "cd / && z=3"),
    call("bash", 'echo "$z in $PWD"'),
  ];
  mock = createMock({ replies: [...replies, { text: "done" }], repeat: true });
  const ran = await scratch.run(["-p", "go", "--permission-mode", "danger-full-access"], { env: env() });
  expect(ran).toMatchObject({ out: "done\n", code: 0 });
  expect([2, 4, 6].map(told)).toEqual(["42", "[ 1, 'function' ]", "3 in /"]);
}, 60_000);

test("REPL > needs danger-full-access, or a rule; then it runs in the sandbox", async () => {
  const replies = [call("python", "open('made', 'w').write('x')"), { text: "done" }];
  mock = createMock({ replies, repeat: true });
  await scratch.run(["-p", "go"], { env: env() });
  expect(told(1)).toContain("REPL");
  expect(told(1)).toContain("danger-full-access");
  await mock.stop();
  mock = createMock({ replies: [call("python", "import os\nopen('made', 'w').write('x'), os.environ.get('ANTHROPIC_API_KEY')"), { text: "done" }] });
  expect(await scratch.run(["-p", "go", "--allowedTools", "REPL"], { env: env() })).toMatchObject({ out: "done\n", code: 0 });
  expect(told(1)).toBe("(1, None)");
  expect(readFileSync(join(scratch.work, "made"), "utf8")).toBe("x");
}, 60_000);

test("REPL > an interpreter ends with claw, even by kill -9", async () => {
  mock = createMock({ replies: [call("python", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(300)")], repeat: true });
  const child = Bun.spawn([scratch.binary, "-p", "go", "--permission-mode", "danger-full-access"], {
    cwd: scratch.work,
    env: { PATH: process.env["PATH"] ?? "", HOME: scratch.home, ...env() },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const file = join(scratch.work, "pid");
  let pid = 0;
  while (pid === 0) {
    await Bun.sleep(20);
    pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  }
  expect(alive(pid)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  for (const end = Date.now() + 8_000; alive(pid); await Bun.sleep(20)) if (Date.now() > end) throw new Error(`${pid} is still there`);
}, 30_000);

test("PowerShell > is known where there is one, and only there", async () => {
  const command = { blocks: [{ type: "call", tool: "PowerShell", input: { command: "Get-Item x" } }] } satisfies Reply;
  mock = createMock({ replies: [command, { text: "done" }] });
  const program = join(scratch.home, "pwsh");
  writeFileSync(program, '#!/bin/sh\nfor last; do :; done\nprintf "%s\\n" "got $last" | head -n 1\n');
  chmodSync(program, 0o755);
  const path = `${scratch.home}:/usr/bin:/bin`;
  const words = ["-p", "go", "--permission-mode", "danger-full-access"];
  expect(await scratch.run(words, { env: { ...env(), PATH: path } })).toMatchObject({ out: "done\n", code: 0 });
  expect(told(1)).toBe("got Get-Item x");
  expect(JSON.stringify(mock.requests[0]?.body)).toContain("PowerShell");
  await mock.stop();
  mock = createMock({ replies: [{ text: "done" }] });
  await scratch.run(words, { env: { ...env(), PATH: "/usr/bin:/bin" } });
  expect(JSON.stringify(mock.requests[0]?.body)).not.toContain("PowerShell");
}, 60_000);

function alive(pid: number): boolean {
  try {
    // A dead one that nobody has buried does not count.
    return process.kill(pid, 0) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
