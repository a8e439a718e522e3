// The service in a real kernel: where lines run, what earlier calls of a step may change, and what an analysis costs.
import { expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Block, ClawError, definePlugin, defineTool, type Json, type Part, type Plugin, type ToolCall, type TurnScope } from "claw";
import { type JudgedLine, Shell, shownWhole, typed } from "claw/kit";
import { calls, createHarness, type Harness, pluginContract, type Reply, says } from "claw/testing";
import * as v from "valibot";
import { createYard } from "./testing/yard.ts";

pluginContract(import.meta.dir);

/** A tool `bash` that runs nothing and says it ended in the folder that the test names, and a mode that asks the service and keeps its answers. */
function probe(said: JudgedLine[], end: () => { readonly cwd?: string } | undefined, over?: Promise<void>): Plugin {
  return definePlugin({
    setup({ contribute, hooks }) {
      hooks.recover.tap(() => ({ again: true }));
      const bash = defineTool({
        name: "bash",
        description: "Runs nothing",
        input: v.strictObject({ command: v.string() }),
        access: () => "execute",
        subject: ({ command }) => command,
        async run() {
          await over;
          const details = end();
          return { content: [{ type: "text", text: "ran" }], ...(details === undefined ? {} : { details }) };
        },
      });
      contribute("tool", bash);
      contribute("permission-mode", {
        name: "probe",
        summary: "Lets all run",
        async decide(call, scope) {
          const line = await (await scope.use(Shell)).judge(call, scope);
          if (line !== undefined) said.push(line);
          if (call.subject.startsWith("broken")) throw new Error("broken");
          return call.subject.startsWith("deny") ? { verdict: "deny", reason: "no" } : { verdict: "allow" };
        },
      });
    },
  });
}

type Opened = Harness & { readonly said: JudgedLine[]; readonly queue: Reply[] };

async function open(
  end: () => { readonly cwd?: string } | undefined = () => ({}),
  config: { readonly [key: string]: Json } = {},
  over?: Promise<void>,
): Promise<Opened> {
  const said: JudgedLine[] = [];
  const queue: Reply[] = [];
  const next = (): Reply => queue.shift() ?? says("done");
  const plugins = ["feature/shell", "feature/workspace", probe(said, end, over)];
  const harness = await createHarness({
    plugins,
    config: { permissionMode: "probe", ...config },
    files: { "sub/a": "", a: "" },
    script: Array.from({ length: 40 }, () => next),
  });
  return Object.assign(harness, { said, queue });
}
const from = (line: JudgedLine | undefined): readonly string[] => line?.parts.flatMap((part) => part.from.map((place) => place.path)) ?? [];

test("judge > starts where the last command ended, and in the session's folder once that is gone", async () => {
  let end: { readonly cwd?: string } = {};
  await using kernel = await open(() => end);
  const sub = join(kernel.workspace, "sub");
  end = { cwd: sub };
  await kernel.call("bash", { command: "cd sub" });
  end = {};
  await kernel.call("bash", { command: "cat a" });
  await kernel.call("bash", { command: "cat ../a" });
  expect(kernel.said.slice(1).map(from)).toEqual([[join(sub, "a")], [join(kernel.workspace, "a")]]);
  rmSync(sub, { recursive: true });
  await kernel.call("bash", { command: "cat a" });
  mkdirSync(sub);
  await kernel.call("bash", { command: "cat a" });
  expect(kernel.said.slice(3).map(from)).toEqual([[join(kernel.workspace, "a")], [join(kernel.workspace, "a")]]);
});

test("judge > a command that ended without a word leaves the folder unknown", async () => {
  let end: { readonly cwd?: string } | undefined;
  await using kernel = await open(() => end);
  await kernel.call("bash", { command: "sleep 1" });
  end = { cwd: kernel.workspace };
  await kernel.call("bash", { command: "cat a" });
  await kernel.call("bash", { command: "cat a" });
  expect(kernel.said.slice(1).map((line) => line.parts[0]?.does)).toEqual(["execute", "read"]);
});

test("judge > a call waits for the earlier ones of its step, and is judged by what these have changed", async () => {
  let end: { readonly cwd?: string } = {};
  await using kernel = await open(() => end);
  const sub = join(kernel.workspace, "sub");
  end = { cwd: sub };
  const step = async (...lines: readonly string[]): Promise<readonly (string | undefined)[]> => {
    kernel.said.length = 0;
    const content = lines.map((command, index): Block => ({ type: "call", id: `c${crypto.randomUUID()}${index}`, tool: "bash", input: { command } }));
    kernel.queue.push({ content, stop: "calls" });
    await kernel.submit("go");
    return kernel.said.map((line) => line.problem);
  };
  expect(await step("ls", "cat a", "git status")).toEqual([undefined, undefined, undefined]);
  expect(await step("cd sub && ls", "cat ../a")).toEqual([undefined, undefined]);
  expect(from(kernel.said[1])).toEqual([join(kernel.workspace, "a")]);
  expect(await step("touch b", "cat a")).toEqual([undefined, undefined]);
  expect(await step("ls", "npm i", "ls", "ls")).toEqual([undefined, undefined, undefined, undefined]);
  expect(await step("deny x; cd sub", "ls")).toEqual([undefined, undefined]);
});

test("judge > an earlier call that takes longer than may be waited for leaves the folder unknown", async () => {
  const over = Promise.withResolvers<void>();
  await using kernel = await open(() => ({}), { limits: { hookMs: 10_050 } }, over.promise);
  const content = ["touch b", "cat a"].map((command, index): Block => ({ type: "call", id: `c${index}`, tool: "bash", input: { command } }));
  kernel.queue.push({ content, stop: "calls" });
  const turn = kernel.submit("go");
  while (kernel.said.length < 2) await new Promise((resolve) => setImmediate(resolve));
  over.resolve();
  await turn;
  expect(kernel.said.map((line) => line.problem)).toEqual([undefined, "an earlier command of this step has not run yet"]);
});

test("judge > an earlier call whose own judging failed never ends, and is not waited for long", async () => {
  await using kernel = await open();
  const content = ["broken", "cat a"].map((command, index): Block => ({ type: "call", id: `c${index}`, tool: "bash", input: { command } }));
  kernel.queue.push({ content, stop: "calls" });
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  expect(kernel.said[1]?.problem).toBe("an earlier command of this step has not run yet");
}, 20_000);

test("judge > calls of a stream that broke off are not waited for by those of the next", async () => {
  await using kernel = await open();
  const lost: Block = { type: "call", id: "lost", tool: "bash", input: { command: "touch b" } };
  const cut = (): Reply => ({ parts: [lost as Part, Promise.reject(new ClawError("CLAW_PROVIDER_UNAVAILABLE", "cut"))] });
  kernel.queue.push(cut, calls("bash", { command: "cat a" }));
  expect(await kernel.submit("go")).toEqual({ kind: "completed" });
  expect(kernel.said.map((line) => [line.parts[0]?.text, line.problem])).toEqual([
    ["touch b", undefined],
    ["cat a", undefined],
  ]);
});

test("judge > is remembered for the call, and tells which parts rules allow", async () => {
  await using kernel = await open();
  const scope = { ...kernel.host, cwd: kernel.workspace, session: kernel.shell.session } as unknown as TurnScope;
  const shell = await kernel.host.use(Shell);
  const call: ToolCall = { id: "", tool: "bash", input: {}, access: "execute", subject: "npm i; ls", paths: [] };
  const line = await shell.judge(call, scope);
  expect(await shell.judge(call, scope)).toBe(line as JudgedLine);
  shell.allow(call, new Set(line?.parts.slice(0, 1)));
  expect((await shell.judge(call, scope))?.parts.map((part) => part.allowed)).toEqual([true, false]);
  expect(await shell.judge({ ...call, tool: "read_file" }, scope)).toBeUndefined();
  expect((await shell.analyse("cat a\0b", scope)).problem).toContain("cannot be seen");
});

test("judge > a path that has no place cannot be judged, and says why", async () => {
  await using kernel = await open();
  await kernel.call("bash", { command: "cat a/b" });
  expect(kernel.said[0]?.parts[0]).toMatchObject({ does: "execute", why: expect.stringContaining("a part of the path is a file") });
});

test("typed and shownWhole > what a person judges is unmistakable", () => {
  expect(typed(["git", "commit", "-m", "it's", "", undefined, "a\nb"])).toBe("git commit -m 'it'\\''s' '' … 'a\nb'");
  expect(shownWhole("a\u202eb\u200b\x1b[2J\u00a0c\u{e0041}\td\ne")).toBe("a\\u{202e}b\\u{200b}\\u{1b}[2J\\u{a0}c\\u{e0041}\\u{9}d⏎ e");
  const long = shownWhole(`${"a".repeat(9_000)}; rm -rf x`);
  expect([long.length < 4_200, long.endsWith("; rm -rf x"), long.includes("characters left out")]).toEqual([true, true, true]);
});

test("analyse > takes a third of a millisecond, sixty parts five", () => {
  using yard = createYard();
  const line = "cd src && grep -rn 'foo' . --include=*.ts | head -20; git status --short && cat x.ts";
  const many = Array.from({ length: 30 }, (_, index) => `cat a.txt | grep ${index}`).join("; ");
  const median = (text: string): number => {
    const times: number[] = [];
    for (let count = 0; count < 300; count++) {
      const started = performance.now();
      yard.analysis(text);
      times.push(performance.now() - started);
    }
    return times.slice(150).sort((a, b) => a - b)[75] ?? 0;
  };
  // Three times the target: machines that run tests are busy. What it takes on a quiet one is for the bench.
  expect([median(line) < 0.9, median(many) < 15, yard.analysis(many).parts.length]).toEqual([true, true, 60]);
});
