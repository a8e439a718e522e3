import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolResult } from "claw";
import { createHarness, type Harness, type HarnessOptions, pluginContract, toolContract } from "claw/testing";
import { Output } from "./output.ts";

const PLUGINS = ["tool/repl", "feature/processes", "feature/workspace"];
/** A kernel that lets everything run. */
const harness = (more: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({ plugins: PLUGINS, answers: Array.from({ length: 50 }, () => "yes"), ...more });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : block.type)).join("");
const run = async (on: Harness, language: string, code: string, more: object = {}): Promise<string> =>
  text(await on.call("REPL", { language, code, ...more }));
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
async function gone(pid: number): Promise<void> {
  while (alive(pid)) await Bun.sleep(20);
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "REPL"), {
    valid: [
      { code: "1", language: "python" },
      { code: "1", language: "js", timeout_ms: 5 },
    ],
    invalid: [{}, { code: "1" }, { code: " ", language: "python" }, { code: "1", language: "cobol" }, { code: "1", language: "sh", timeout_ms: 0 }],
  });
}

describe("state is kept from call to call", () => {
  test("python: names, imports, await, errors with their line", async () => {
    await using on = await harness();
    expect(await run(on, "python", "import math\ndef f(x):\n    return x * 2\nx = f(4)")).toBe("(no output)");
    expect(await run(on, "py", "print('hü', flush=True)\nx + math.floor(1.5)")).toBe("hü\n9");
    expect(await run(on, "py", "import asyncio\nawait asyncio.sleep(0, 'slept')")).toBe("'slept'");
    const failed = await on.call("REPL", { language: "py", code: "y = 1\nf(None)\nz = 2" });
    expect([text(failed), failed.failed]).toEqual([
      expect.stringMatching(/^Traceback .*\n {2}File "<cell 4>", line 2, in <module>\n {4}f\(None\)\n.*TypeError: /s),
      true,
    ]);
    expect(await run(on, "py", "def g(:")).toMatch(/^ {2}File "<cell 5>", line 1\n.*SyntaxError/s);
    expect(await run(on, "py", "y, 'z' in globals(), __name__, _")).toMatch(/^\(1, False, '__main__'/);
    expect(await run(on, "py", "import pickle\nclass A: pass\npickle.loads(pickle.dumps(A())).__class__ is A")).toBe("True");
  });

  test.each(["node", "bun"])(
    "%s: declarations again and again, import, require, await, types",
    async (language) => {
      await using on = await harness();
      expect(await run(on, language, "const a: number = 1; function twice(x) { return 2 * x }")).toBe("(no output)");
      expect(await run(on, language, "const a = 2; class B { c = a }\nconsole.log('hi'); new B()")).toMatch(/^hi\nB \{\n? *c: 2,?\n? ?\}$/);
      expect(await run(on, language, "import { join } from 'node:path'\nimport * as fs from 'node:fs'")).toBe("(no output)");
      expect(await run(on, language, "join('a', await Promise.resolve('b')) + twice(a) + fs.existsSync('/') + typeof require('os').cpus")).toBe(
        "'a/b4truefunction'",
      );
      const failed = await on.call("REPL", { language, code: "throw new TypeError('bad')" });
      expect([text(failed), failed.failed]).toEqual([expect.stringContaining("TypeError: bad"), true]);
      expect(text(failed)).not.toContain("runInThisContext");
      expect(await run(on, language, "let = (")).toContain("SyntaxError: ");
      expect(
        await run(on, language, "setTimeout(() => { throw new Error('later') }, 1); await new Promise((done) => setTimeout(done, 50))"),
      ).toContain("Uncaught Error: later");
      expect(
        await run(
          on,
          language,
          "process.stdin.on('end', () => console.log('empty')).resume(); await new Promise((done) => process.stdin.on('end', done)); a",
        ),
      ).toBe("empty\n2");
    },
    20_000,
  );

  test("bash: variables, functions, folder, codes; stdin is empty and its orders are hidden", async () => {
    await using on = await harness({ files: { "sub/x": "" } });
    expect(await run(on, "bash", "cd sub; v='a b'; f() { echo \"<$v>\"; }")).toBe("(no output)");
    expect(await run(on, "sh", "f; ls; cat; echo >&2 err; false")).toBe("<a b>\nx\nerr\n[exit code 1]");
    expect(await run(on, "shell", "cat <&3")).toContain("[exit code 1]");
    expect(await run(on, "bash", "echo 'unclosed")).toContain("[exit code");
    expect(await run(on, "bash", "exec 5>&1; echo five >&5")).toBe("five");
    expect(await run(on, "bash", "pwd")).toBe(`${on.workspace}/sub`);
    expect((await on.call("REPL", { language: "bash", code: "false" })).failed).toBe(false);
  });
});

test("REPL > one that ends begins anew, and both results say so", async () => {
  await using on = await harness();
  expect(await run(on, "bash", "x=1; exit 3")).toBe("[bash ended with code 3; bash's state is gone]");
  expect(await run(on, "bash", "echo [$x]")).toBe("[]\n[a new bash: of the one before, it ended; its state is gone]");
  expect(await run(on, "bash", "echo [$x]")).toBe("[]");
  expect(await run(on, "py", "exit(2)")).toBe("[python ended with code 2; python's state is gone]");
  expect(await run(on, "node", "process.exit(4)")).toBe("[node ended with code 4; node's state is gone]");
  expect(await run(on, "py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")).toMatch(/^\[a new python: .*\n\[python ended by SIGKILL; /);
}, 20_000);

test("REPL > one that dies between two calls too", async () => {
  await using on = await harness();
  const pid = Number(await run(on, "py", "import os\nos.getpid()"));
  process.kill(pid, "SIGKILL");
  await gone(pid);
  // Whether claw has heard of it already or not, the answer comes, and the next one is whole.
  expect(await run(on, "py", "1 + 1")).toMatch(/^2\n\[a new python|^\[python ended by SIGKILL/);
  expect(await run(on, "py", "1 + 1")).toStartWith("2");
}, 20_000);

test("REPL > a time limit keeps what was printed, ends all that was started, and is a failed result", async () => {
  await using on = await harness();
  const result = await on.call("REPL", {
    language: "py",
    code: "import subprocess, time\np = subprocess.Popen(['sleep', '300'])\nprint(p.pid)\ntime.sleep(300)",
    timeout_ms: 1_500,
  });
  const [pid = "", ...rest] = text(result).split("\n");
  expect([rest.join("\n"), result.failed]).toEqual([
    "[stopped at the time limit of 1500 ms, with all it had started; a call may name up to 600000; python's state is gone]",
    true,
  ]);
  expect(Number(pid)).toBeGreaterThan(1);
  await gone(Number(pid));
  expect(await run(on, "py", "'p' in globals()")).toBe("False\n[a new python: of the one before, it was stopped at a time limit; its state is gone]");
}, 20_000);

test("REPL > an abort stops it within a second", async () => {
  await using on = await harness();
  on.host.bus.on("call.progress", () => on.shell.abort("SIGINT"));
  const result = await on.call("REPL", { language: "bash", code: "trap '' TERM INT; echo before; while :; do sleep 300; done" });
  expect([text(result), result.failed]).toEqual([
    "before\n[interrupted: stopped before its end, with all it had started; bash's state is gone]",
    true,
  ]);
}, 20_000);

test("REPL > the children of a session end with it", async () => {
  const on = await harness();
  const pid = Number(await run(on, "py", "import os\nos.getpid()"));
  const shell = Number(await run(on, "bash", "sleep 300 & echo $!"));
  expect([alive(pid), alive(shell)]).toEqual([true, true]);
  await on[Symbol.asyncDispose]();
  await Promise.all([gone(pid), gone(shell)]);
}, 20_000);

test("REPL > two sessions do not see one another", async () => {
  await using on = await harness();
  await run(on, "bash", "x=1");
  const other = await on.host.open({ ask: { choose: async () => ({ choice: "yes" }) } });
  const ended: string[] = [];
  on.host.bus.on("call.ended", ({ data }) => void ended.push(text(data)));
  await run(on, "bash", "echo [$x]");
  expect(ended).toEqual(["[1]"]);
  await other.close();
  expect(await run(on, "bash", "echo [$x]")).toBe("[1]");
});

test("REPL > a long output is cut in the middle and kept whole in a file", async () => {
  await using on = await harness();
  const result = await on.call("REPL", { language: "py", code: "for i in range(20000): print('line', i, '😀')" });
  const { spill } = result.details as { readonly spill: string };
  expect(text(result)).toMatch(/^line 0 😀\n.*\n\[… \d+ characters cut; all of it is in .* …\]\n.*line 19999 😀$/s);
  expect(text(result).length).toBeLessThan(30_300);
  expect(text(result).isWellFormed()).toBe(true);
  expect(readFileSync(spill, "utf8").trimEnd().split("\n")).toHaveLength(20_000);
  expect(await run(on, "py", "'after'")).toBe("'after'");
}, 20_000);

test("REPL > what is missing or too long is told", async () => {
  await using on = await harness({ env: { PATH: "/nowhere", HOME: "/" } });
  expect(await run(on, "py", "1")).toContain("There is no python3 or python on PATH.");
  expect(await run(on, "py", "#".repeat(200_001))).toContain("longer than 200000 characters");
  expect(await run(on, "py", "'\0'")).toContain("NUL");
});

test("REPL > runs in the sandbox where commands do, and not any more once it must do less", async () => {
  const mode = (name: string) => `permission-mode/${name}`;
  const plugins = [...PLUGINS, "feature/sandbox", "feature/shell", mode("workspace-write"), mode("danger-full-access")];
  await using on = await harness({ plugins, config: { permissionMode: "danger-full-access" } });
  expect(await run(on, "py", `x = 1\nopen('${on.home}/outside', 'w').close()`)).toBe("(no output)");
  on.shell.select({ "permission-mode": "workspace-write" });
  const inside = await on.call("REPL", { language: "py", code: "import os\nos.path.exists('x'), 'x' in globals(), open('made', 'w').write('m')" });
  const { sandbox } = inside.details as { readonly sandbox?: string };
  if (sandbox === undefined) return expect(text(inside)).toBe("(False, True, 1)");
  expect(text(inside)).toBe("(False, False, 1)\n[a new python: of the one before, what it may do has changed; its state is gone]");
  expect(await run(on, "py", `open('${on.home}/outside', 'a')`)).toMatch(/Read-only file system|Permission denied/);
  expect(await run(on, "py", "os.environ.get('CLAW_SANDBOX')")).toBe(`'${sandbox}'`);
  return undefined;
}, 30_000);

test("REPL > in the sandbox a guarded name that appears is put out of effect, and what others wrote is left alone", async () => {
  const plugins = [...PLUGINS, "feature/sandbox", "feature/shell", "permission-mode/workspace-write"];
  await using on = await harness({ plugins, config: { permissionMode: "workspace-write" } });
  const first = await on.call("REPL", { language: "py", code: "open('.envrc', 'w').write('evil')" });
  if ((first.details as { readonly sandbox?: string }).sandbox === undefined) return expect(text(first)).toBe("4");
  expect(text(first)).toContain("is now .envrc.held");
  await Bun.write(join(on.workspace, ".envrc"), "mine");
  expect(await run(on, "py", "1")).toBe("1");
  expect(readFileSync(join(on.workspace, ".envrc"), "utf8")).toBe("mine");
  expect(await run(on, "py", "open('/etc/x', 'w')")).toMatch(/\[the sandbox may be why: .*use bash with dangerouslyDisableSandbox/);
  return undefined;
}, 30_000);

test("REPL > description and schema are small", async () => {
  await using on = await harness();
  await on.submit("hi");
  expect(Buffer.byteLength(JSON.stringify(on.requests[0]?.tools))).toBeLessThan(850);
});

test("Output > finds its mark however the text is cut, and keeps what came late for the next", () => {
  const orders = ["one\x1e no mark\x1etwo\x1em1 ok\nla", "te\x1em2 error\n"];
  for (let size = 1; size <= 40; size++) {
    const output = new Output(() => "/nowhere/x");
    const found = orders.map((order, index) => {
      output.begin(`m${index + 1}`);
      const said: (string | undefined)[] = [];
      for (let at = 0; at < order.length; at += size) said.push(output.take(order.slice(at, at + size)));
      return [output.close().text, said.filter((status) => status !== undefined)];
    });
    expect(found).toEqual([
      [expect.stringMatching(/^one\x1e no mark\x1etwo$/), ["ok"]],
      ["late", ["error"]],
    ]);
  }
});
