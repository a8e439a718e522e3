// A signal while a command runs that wants to stay: claw ends in time, takes it along, and leaves a session that goes on.
import { expect, test } from "bun:test";
import { createMock } from "../mock/mock.ts";
import { createScratch } from "../support/binary.ts";

test.each([
  ["SIGINT", 130, 7371],
  ["SIGTERM", 143, 7372],
  ["SIGHUP", 129, 7373],
] as const)(
  "%s during a call > exit %d, no child is left, and the call has a result when the session goes on",
  async (signal, expected, mark) => {
    using at = await createScratch();
    const command = `trap '' INT TERM HUP; (trap '' INT TERM HUP; setsid sleep ${mark}) & sleep ${mark}; wait`;
    await using mock = createMock({ replies: [{ blocks: [{ type: "call", tool: "bash", input: { command } }] }, { text: "on" }], cached: true });
    const env = { PATH: process.env["PATH"] ?? "", HOME: at.home, ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test" };
    const children = (): number => Number(Bun.spawnSync(["pgrep", "-fc", `^sleep ${mark}$`]).stdout.toString());
    const until = async (wanted: number): Promise<number> => {
      for (let tries = 0; children() !== wanted && tries < 300; tries++) await Bun.sleep(20);
      return children();
    };
    const claw = Bun.spawn([at.binary, "-p", "go", "--dangerously-skip-permissions"], { cwd: at.work, env, stdio: ["ignore", "ignore", "ignore"] });
    expect(await until(2)).toBe(2);
    const sent = performance.now();
    claw.kill(signal);
    expect(await claw.exited).toBe(expected);
    // Two seconds, and as much again for a machine that runs other tests.
    expect(performance.now() - sent).toBeLessThan(4_000);
    expect(await until(0)).toBe(0);
    expect(await at.run(["-c", "-p", "on", "--dangerously-skip-permissions"], { env })).toMatchObject({ code: 0, out: "on\n" });
    expect(JSON.stringify(mock.requests[1]?.body)).toContain('"tool_result"');
  },
  60_000,
);
