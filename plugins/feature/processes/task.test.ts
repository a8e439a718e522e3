import { expect, test } from "bun:test";
import { fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { groupGone, marked } from "./group.ts";
import { bash, facts, inCall, running, survivors } from "./testing/call.ts";

test("start > output can be read while it runs, never in the middle of a character; stop ends it", async () => {
  await inCall(async (processes, scope) => {
    const [begun, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const onOutput = (text: string): void => (text.includes("two") ? finished : begun).resolve();
    const line = "mkfifo go; printf 'one \\xe2\\x82'; read x < go; printf '\\xac two\\n'; sleep 300";
    const task = await processes.start(bash(line, scope, { name: "demo", onOutput }), scope);
    expect(processes.tasks(scope.session.id)).toEqual([task]);
    await begun.promise;
    expect([await task.fresh(), await task.fresh(), task.end]).toEqual(["one ", "", undefined]);
    await processes.run(bash("echo > go", scope), scope);
    await finished.promise;
    expect([await task.fresh(), await task.fresh()]).toEqual(["€ two\n", ""]);
    const end = await task.stop();
    const how = { code: null, signal: "SIGTERM", timedOut: false, aborted: false };
    expect(facts(end)).toEqual({ ...how, output: "one € two\n", bytes: 12, spill: task.spill });
    expect([task.end, await task.stop(), readFileSync(task.spill, "utf8"), task.name]).toEqual([end, end, "one € two\n", "demo"]);
  });
}, 20_000);

test("start > a task gets the files that were opened for it, and here they are closed", async () => {
  await inCall(async (processes, scope) => {
    const file = openSync(import.meta.path, "r");
    const task = await processes.start(bash("head -c 9 <&3", scope, { files: [file] }), scope);
    expect(facts(await task.ended)).toMatchObject({ code: 0, output: "import { " });
    expect(() => fstatSync(file)).toThrow("EBADF");
  });
}, 20_000);

test("start > a task outlives an aborted turn and ends with its session, as does what has left its group", async () => {
  let pid = 0;
  const mark = await inCall(async (processes, scope, harness) => {
    const { promise: up, resolve } = Promise.withResolvers<void>();
    // With something after it the last command is no new program in the leader's place, whose environment cannot be read while it changes.
    const line = "setsid sh -c 'trap \"\" TERM; while :; do sleep 300; done' & echo up; sleep 300; :";
    const task = await processes.start(bash(line, scope, { onOutput: () => resolve() }), scope);
    await up;
    harness.shell.abort("test");
    expect([task.end, (await marked("CLAW_RUN", processes.environment(scope)["CLAW_RUN"] ?? "")).includes(task.pid)]).toEqual([undefined, true]);
    pid = task.pid;
  });
  expect(await marked("CLAW_RUN", mark)).toEqual([]);
  expect(await groupGone(pid, 5_000)).toBe(true);
}, 20_000);

test.each([["wait"], ["close"]])(
  "the service > claw %s: nothing of it is left behind, killed or closed",
  async (how) => {
    const runaway = String(1e6 + Math.floor(Math.random() * 1e6));
    const parent = Bun.spawn([process.execPath, join(import.meta.dir, "testing", "parent.ts"), how, runaway], { stdout: "pipe", stderr: "ignore" });
    try {
      const said = await parent.stdout.getReader().read();
      const mark = new TextDecoder().decode(said.value).trim().split(".")[0] ?? "";
      expect(mark).toMatch(/^[0-9a-f]{16}$/);
      if (how === "wait") {
        expect((await marked("CLAW_RUN", mark)).length).toBeGreaterThanOrEqual(5);
        expect(await running(["sleep", runaway], 2)).toHaveLength(2);
        parent.kill("SIGKILL");
        expect(await parent.exited).toBe(137);
        expect(await survivors(mark)).toEqual([]);
        expect(await running(["sleep", runaway], 0)).toEqual([]);
      } else {
        // Ends by itself, so nothing keeps its event loop alive.
        expect(await parent.exited).toBe(0);
        expect(await marked("CLAW_RUN", mark)).toEqual([]);
        expect(await running(["sleep", runaway], 0)).toEqual([]);
      }
    } finally {
      parent.kill("SIGKILL");
    }
  },
  40_000,
);

test("start > what leaves group and marker behind ends with the last session", async () => {
  const runaway = String(1e6 + Math.floor(Math.random() * 1e6));
  await inCall(async (processes, scope) => {
    await processes.run(bash(`env -i setsid sleep ${runaway} & env -i setsid sleep 0.01 & true`, scope), scope);
    const [pid = 0] = await running(["sleep", runaway], 1);
    expect(readFileSync(`/proc/${pid}/stat`, "latin1").split(" ")[3]).toBe(String(process.pid));
  });
  expect(await running(["sleep", runaway], 0)).toEqual([]);
}, 20_000);

test("the service > a child cannot read claw's environment", async () => {
  const { dlopen } = await import("bun:ffi");
  const { prctl } = dlopen("libc.so.6", { prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" } }).symbols;
  await inCall(async (processes, scope) => {
    await processes.run(bash("true", scope), scope);
    const dumpable = prctl(3, 0n, 0n, 0n, 0n);
    expect(dumpable).toBe(0);
  });
});
