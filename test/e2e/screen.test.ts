// The screen on the built binary in a real pseudo-terminal: taken, given back however claw ends, lent, and idle.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { bash } from "../mock/reply.ts";
import { startBare, startIdle } from "../support/bare.ts";

// The machine may be busy with other tests.
setDefaultTimeout(60_000);

describe("the terminal", () => {
  const RESTORED = /\x1b\[\?2004l[\s\S]*\x1b\[\?25h[^\x1b]*$/;

  test("close > the terminal is as it was, and what was said stays", async () => {
    await using run = await startIdle([{ text: "kept words" }]);
    run.write("go\r");
    await run.shows("idle 1");
    run.write("\x03");
    expect(await run.exited).toBe(0);
    expect(await run.lines()).toEqual(["> go", "", "kept words"]);
    expect(run.written).toMatch(RESTORED);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("end > %s ends it, and the terminal is as it was", async (signal, code) => {
    await using run = await startIdle([]);
    process.kill(run.pid, signal);
    expect(await run.exited).toBe(code);
    expect(run.written).toMatch(RESTORED);
  });

  test("end > a crash is printed on a terminal that is itself again", async () => {
    await using run = await startIdle([]);
    run.write("\x18");
    expect(await run.exited).toBe(70);
    expect(run.written).toMatch(/\x1b\[\?2004l[\s\S]*on purpose/);
  });

  test("end > a closed window leaves nothing running", async () => {
    await using run = await startIdle([bash("exec sleep 300")]);
    run.write("go\r");
    await run.shows("Running bash");
    run.hangUp();
    expect(await run.exited).toBe(129);
  });

  test("lend > another program has the keys, and gives them back", async () => {
    await using run = await startIdle([]);
    run.write("ab");
    await run.shows("> ab");
    run.write("\x05");
    await run.shows((seen) => seen.includes("your turn") && !seen.join("\n").includes("> ab"));
    run.write("x日y\r");
    await run.shows("lent: x日y");
    run.write("c");
    await run.shows("> abc");
  });

  test("suspend > in a shell: stopped, brought back, and all is drawn again", async () => {
    await using terminal = await startBare([], { shell: true });
    await terminal.shows("shell>");
    terminal.write(`${terminal.line}\r`);
    await terminal.shows("idle 0");
    terminal.write("draft");
    await terminal.shows("> draft");
    terminal.write("\x1a");
    await terminal.shows(/Stopped[\s\S]*shell>/);
    terminal.write("echo the $((40 + 2))\r");
    await terminal.shows("the 42");
    terminal.write("fg\r");
    await terminal.shows(/> draft\s+idle 0/);
    terminal.write("s\x1b[200~one\ntwo\x1b[201~");
    await terminal.shows("> draftsone⏎two");
    terminal.write("\x03");
    await terminal.shows(/shell>\s*$/);
  });

  test("keys > typed before anybody listens, they are not lost; wide ones stand where they should", async () => {
    await using terminal = await startBare([]);
    terminal.write("früh日本");
    await terminal.shows("> früh日本");
    expect(terminal.cursor.column).toBe(2 + 4 + 4);
  });

  test("idle > after a turn nothing is written, and next to no time is used", async () => {
    await using run = await startIdle([{ text: "Said." }]);
    run.write("go\r");
    await run.shows("idle 1");
    const ticks = async (): Promise<number> => {
      const stat = await Bun.file(`/proc/${run.pid}/stat`).text();
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[11]) + Number(fields[12]);
    };
    const written = run.written.length;
    // The work of the start is over by and by; a timer would be seen in each of these times.
    const used: number[] = [];
    while (used.length < 6 && (used.at(-1) ?? 2) > 1) {
      const before = await ticks();
      await Bun.sleep(1_500);
      used.push((await ticks()) - before);
    }
    expect(used.at(-1)).toBeLessThanOrEqual(1);
    expect(run.written.length).toBe(written);
  });
});
