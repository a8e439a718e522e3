// A signal while a command runs that wants to stay: claw ends in time, takes it along, and leaves a session that goes on.
import { expect, test } from "bun:test";
import { bash } from "../mock/reply.ts";
import { createScratch } from "../support/binary.ts";
import { ownSeconds, running, until } from "../support/processes.ts";

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)(
  "%s during a call > exit %d, no child is left, and the call has a result when the session goes on",
  async (signal, expected) => {
    await using at = await createScratch();
    const line = `sleep ${ownSeconds()}`;
    const command = `trap '' INT TERM HUP; (trap '' INT TERM HUP; setsid ${line}) & ${line}; wait`;
    const mock = at.serve({ replies: [bash(command), { text: "on" }], cached: true });
    const claw = Bun.spawn([at.binary, "-p", "go", "--dangerously-skip-permissions"], {
      cwd: at.work,
      env: at.env,
      stdio: ["ignore", "ignore", "ignore"],
    });
    await until(() => running(line) === 2);
    const sent = performance.now();
    claw.kill(signal);
    expect(await claw.exited).toBe(expected);
    // Two seconds, and more for a machine that runs other tests.
    expect(performance.now() - sent).toBeLessThan(10_000);
    await until(() => running(line) === 0);
    expect(await at.ask(["-c", "-p", "on", "--dangerously-skip-permissions"])).toMatchObject({ code: 0, out: "on\n" });
    expect(JSON.stringify(mock.requests[1]?.body)).toContain('"tool_result"');
  },
  60_000,
);
