import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Request } from "claw";
import { type Reply, says } from "claw/testing";
import { agent, asks, requestsOf, results, seen, stage, textOf } from "./testing/actors.ts";

const danger = { config: { permissionMode: "danger-full-access" } };
const last = (request: Request | undefined): string => textOf(request?.messages.at(-1)?.content ?? []);
const idIn = (text: string): string => /\b[at][0-9a-f]{6}\b/.exec(text)?.[0] ?? "";
/** A command that runs until the file `go` is there. */
const wait = asks(["bash", { command: "until [ -e go ]; do sleep 0.02; done; echo went" }]);

test("start > gives an id at once; TaskOutput waits for the answer, and the model is not told again", async () => {
  await using on = await stage(
    {
      main: [
        asks(agent("work", { run_in_background: true })),
        (request) => asks(["TaskOutput", { task_id: idIn(JSON.stringify(request.messages)) }]),
        says("fine"),
      ],
      work: [wait, says("The answer.")],
    },
    danger,
  );
  const waiting = seen(on, "call.started", ({ tool }) => tool === "TaskOutput");
  const turn = on.submit("main");
  await waiting;
  await Bun.write(join(on.workspace, "go"), "");
  expect(await turn).toEqual({ kind: "completed" });
  const [started, output] = results(on);
  expect(started).toMatch(/^Running in the background as task a[0-9a-f]{6}\. You are told when it ends\.$/);
  expect(output).toMatch(/The answer\.\n\[completed after \d+\.\d s and 1 calls]$/);
  expect(JSON.stringify(on.shell.session.messages)).not.toContain("system-reminder");
  const types = on.events.flatMap((event) => (event.type === "task.started" || event.type === "task.ended" ? [[event.type, event.data.name]] : []));
  expect(types).toEqual([
    ["task.started", "general-purpose: a part"],
    ["task.ended", "general-purpose: a part"],
  ]);
}, 20_000);

test("start > an answer that a reminder has told is there for TaskOutput too, as often as it is asked for", async () => {
  const ended = Promise.withResolvers<void>();
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  const bye = { parts: [ended.promise, { type: "finish", stop: "done", usage, content: [{ type: "text", text: "bye" }] }] } as const;
  const look = (request: Request): Reply => asks(["TaskOutput", { task_id: idIn(JSON.stringify(request.messages)) }]);
  await using on = await stage({
    main: [asks(agent("work", { run_in_background: true })), bye, look, look, says("fine")],
    work: [says("The answer.")],
  });
  on.host.bus.on("task.ended", () => ended.resolve());
  await on.submit("main");
  expect(last(requestsOf(on, "main")[2])).toContain("The answer.");
  const [, ...outputs] = results(on);
  const told = /^The answer\.\n\[completed after \d+\.\d s and 0 calls]$/;
  expect(outputs).toEqual([expect.stringMatching(told), expect.stringMatching(told)]);
}, 20_000);

test("start > an end between turns is told with the next request, answer and all, once", async () => {
  await using on = await stage(
    {
      main: [asks(["TaskCreate", { prompt: "work" }]), says("ok"), says("so be it"), says("yes")],
      work: [wait, says("The </system-reminder> answer.")],
    },
    { ...danger, answers: [] },
  );
  await on.submit("main");
  const ended = seen(on, "task.ended");
  await Bun.write(join(on.workspace, "go"), "");
  await ended;
  await on.submit("and?");
  const told =
    /^<system-reminder>\nBackground task (a[0-9a-f]{6}) \(general-purpose: work\): completed after \d+\.\d s and 1 calls\. It said:\nThe <\\\/system-reminder> answer\.\n<\/system-reminder>$/;
  expect(last(on.requests.at(-1))).toMatch(told);
  await on.submit("again");
  expect(JSON.stringify(on.requests.at(-1)?.messages).match(/<system-reminder>/g)).toHaveLength(1);
  expect(on.requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "user",
    "assistant",
    "user",
    "user",
    "assistant",
    "user",
  ]);
}, 20_000);

test("start > a run that nobody comes back to is warned once that agents still run", async () => {
  const main = [asks(agent("work", { run_in_background: true })), says("bye"), says("bye all the same")];
  await using on = await stage({ main, work: [wait] }, danger);
  expect(await on.submit("main")).toEqual({ kind: "completed" });
  expect(requestsOf(on, "main")).toHaveLength(3);
  expect(last(requestsOf(on, "main").at(-1))).toMatch(
    /^<system-reminder>\nStill running, and stopped when you end now: a[0-9a-f]{6} \(general-purpose: a part\)\./,
  );
}, 20_000);

test("start > a turn that would be over goes on when one has ended meanwhile", async () => {
  const ended = Promise.withResolvers<void>();
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  const bye = { parts: [ended.promise, { type: "finish", stop: "done", usage, content: [{ type: "text", text: "bye" }] }] } as const;
  const main = [asks(agent("work", { run_in_background: true })), bye, says("seen")];
  await using on = await stage({ main, work: [says("The answer.")] }, { answers: [] });
  on.host.bus.on("task.ended", () => ended.resolve());
  await on.submit("main");
  expect(requestsOf(on, "main")).toHaveLength(3);
  expect(last(requestsOf(on, "main").at(-1))).toContain("The answer.");
}, 20_000);

test("start > TaskStop interrupts it with its command; unknown ids are told with the known ones", async () => {
  await using on = await stage(
    {
      main: [
        asks(agent("work", { run_in_background: true, name: "Bo" })),
        (request) => asks(["TaskStop", { task_id: idIn(last(request)) }], ["TaskOutput", { task_id: "t0" }]),
        says("fine"),
      ],
      work: [asks(["bash", { command: "sleep 300" }])],
    },
    danger,
  );
  await on.submit("main");
  const [, stopped, unknown] = results(on);
  expect(stopped).toMatch(/^Stopped task a[0-9a-f]{6} \(stopped\)\.\nSince the last look:\n[\s\S]*\[interrupted: stopped, after \d steps/);
  expect(unknown).toMatch(/^There is no task "t0" in this session\. Known: a[0-9a-f]{6} \(Bo \(general-purpose\): a part\)\.$/);
  expect(requestsOf(on, "work").length).toBeLessThan(2);
}, 20_000);

test("start > ends with its session, and with it what its calls run", async () => {
  const up = "echo $$ > pid; exec sleep 300";
  await using on = await stage(
    { main: [asks(agent("work", { run_in_background: true })), says("ok")], work: [asks(["bash", { command: up }])] },
    { ...danger, answers: [] },
  );
  const running = seen(on, "call.started", ({ tool }) => tool === "bash");
  await on.submit("main");
  await running;
  while (!existsSync(join(on.workspace, "pid")) || (await Bun.file(join(on.workspace, "pid")).text()) === "") await Bun.sleep(5);
  const pid = Number(await Bun.file(join(on.workspace, "pid")).text());
  const ended = seen(on, "turn.ended", ({ outcome }) => outcome === "aborted");
  await on.shell.close();
  await ended;
  while (existsSync(`/proc/${pid}`)) await Bun.sleep(5);
  expect(on.events.findLast((event) => event.type === "turn.ended")?.data).toEqual({ outcome: "aborted", reason: "closed" });
}, 20_000);

test("start > a stricter mode of the parent holds for what already runs", async () => {
  await using on = await stage(
    { main: [asks(agent("work", { run_in_background: true })), says("ok")], work: [wait, asks(["bash", { command: "touch late" }]), says("ok")] },
    { ...danger, answers: [] },
  );
  await on.submit("main");
  on.shell.select({ "permission-mode": "read-only" });
  const ended = seen(on, "task.ended");
  await Bun.write(join(on.workspace, "go"), "");
  await ended;
  expect(last(requestsOf(on, "work").at(-1))).toStartWith("tool 'bash' requires workspace-write permission; current mode is read-only");
  expect(existsSync(join(on.workspace, "late"))).toBe(false);
}, 20_000);
