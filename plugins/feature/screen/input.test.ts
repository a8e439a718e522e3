import { describe, expect, test } from "bun:test";
import { colorsOf, type Key } from "claw/kit";
import { createPace } from "./pace.ts";
import { startEmulated } from "./testing/emulated.ts";

describe("screen", () => {
  test("onKey > the newest listener hears first and can take the key; early keys wait for the first", async () => {
    await using on = await startEmulated();
    const { screen, type } = on;
    const heard: string[] = [];
    const listen = (name: string, take: (key: Key) => boolean) =>
      screen.onKey((key) => {
        heard.push(name + key.key);
        return take(key);
      });
    type("e");
    using _ = listen("1", () => true);
    await Promise.resolve();
    const second = listen("2", ({ key }) => key === "b");
    type("ab");
    second[Symbol.dispose]();
    type("c");
    expect(heard).toEqual(["1e", "2a", "1a", "2b", "1c"]);
  });

  test("onKey > Esc alone is heard within 100 ms", async () => {
    await using on = await startEmulated();
    const { screen, type } = on;
    const heard = Promise.withResolvers<string>();
    using _ = screen.onKey(({ key }) => {
      heard.resolve(key);
      return true;
    });
    type("\x1b");
    // Of two timers the earlier one comes first, however busy the machine is.
    expect(await Promise.race([heard.promise, Bun.sleep(100).then(() => "nothing")])).toBe("escape");
  });

  test("lend > another program has the terminal meanwhile, with all modes as they were", async () => {
    await using on = await startEmulated();
    const { screen, shown, state } = on;
    screen.print(["before"]);
    screen.live("editor", ["> "]);
    await screen.flush();
    const result = await screen.lend(async () => {
      expect(state.raw).toBe(false);
      expect(state.written).toMatch(/\x1b\[\?2004l.*\x1b\[\?25h$/s);
      screen.print(["meanwhile"]);
      return 5;
    });
    expect([result, state.raw]).toEqual([5, true]);
    expect(await shown()).toEqual(["before", "meanwhile", ">"]);
  });

  test("suspend > the shell's turn, then ours again", async () => {
    await using on = await startEmulated();
    const { screen, state, shown } = on;
    screen.live("editor", ["> "]);
    await screen.suspend();
    expect(state.written).toMatch(/\x1b\[\?2004l[\s\S]*\[stopped\][\s\S]*\x1b\[\?2004h/);
    expect(await shown()).toEqual([">"]);
  });

  test("onEnd > told once; without anybody to close the screen the process ends", async () => {
    await using first = await startEmulated();
    const told: string[] = [];
    first.screen.onEnd((reason) => void told.push(reason));
    first.signal("SIGTERM");
    first.tell("gone");
    expect(told).toEqual(["SIGTERM"]);
    await first.screen.close();
    await using second = await startEmulated();
    second.signal("SIGHUP");
    await second.exited;
    expect([first.state.exits, second.state.exits]).toEqual([[], [129]]);
  });

  test("exit > what was printed is written, and the terminal is itself again", async () => {
    await using on = await startEmulated();
    const { screen, state, tell } = on;
    screen.live("editor", ["> "]);
    await screen.flush();
    screen.print(["last words"]);
    tell("exit");
    expect(state.written).toMatch(/last words[\s\S]*\x1b\[\?2004l[\s\S]*\x1b\[\?25h$/);
  });

  test("plain > nothing is drawn twice, questions are printed, Return is a line feed", async () => {
    await using on = await startEmulated({ env: { TERM: "dumb" } });
    const { screen, state, shown, type } = on;
    const heard: string[] = [];
    using _ = screen.onKey((key) => heard.push(key.key) > 0);
    screen.live("editor", ["> never seen"]);
    screen.print(["one"]);
    screen.live("question", ["Run it?", "1 yes"]);
    await screen.flush();
    screen.live("question", ["Run it?", "2 no"]);
    type("y\n");
    expect(await shown()).toEqual(["one", "Run it?", "1 yes", "2 no"]);
    expect(state.written).not.toContain("\x1b");
    expect([heard, state.raw]).toEqual([["y", "enter"], false]);
  });
});

describe("pace", () => {
  test("pace > at most 60 frames in any second, whoever asks; a key's at once", async () => {
    let now = 0;
    const frames: number[] = [];
    const pace = createPace(
      () => frames.push(now),
      () => now,
    );
    for (; now < 3_000; now += 1) {
      pace.request(true);
      await Promise.resolve();
      // What waits for its time is asked for again, as a timer would.
      pace.cancel();
    }
    pace.cancel();
    expect(frames[0]).toBe(0);
    for (const at of frames) expect(frames.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(60);
    expect(frames.length).toBeGreaterThan(10);
  });

  test.each([
    [0, 36],
    [2_000, 76],
    [20_000, 34],
  ])("pace > after a frame of %d characters what nobody typed waits %d ms", async (characters, least) => {
    const second = Promise.withResolvers<number>();
    const frames: number[] = [];
    const pace = createPace(() => {
      if (frames.push(performance.now()) === 2) second.resolve(frames[1]! - frames[0]!);
      queueMicrotask(() => pace.request(false));
      return characters;
    });
    pace.request(true);
    const waited = await second.promise;
    pace.cancel();
    expect(waited).toBeGreaterThanOrEqual(least - 1);
  });
});

describe("colorsOf", () => {
  test.each<[Record<string, string>, boolean, number]>([
    [{ TERM: "xterm-256color" }, false, 256],
    [{ TERM: "xterm" }, false, 16],
    [{ TERM: "xterm", COLORTERM: "truecolor" }, false, 16_777_216],
    [{ TERM: "xterm-256color", NO_COLOR: "1" }, false, 0],
    [{ TERM: "xterm-256color", NO_COLOR: "" }, false, 256],
    [{ TERM: "xterm-256color", FORCE_COLOR: "0" }, false, 0],
    [{ TERM: "dumb", FORCE_COLOR: "3" }, false, 16_777_216],
    [{ TERM: "dumb" }, false, 0],
    [{ TERM: "xterm-256color" }, true, 0],
  ])("colorsOf > %j", (env, refused, colors) => {
    expect(colorsOf(env, refused ? { "no-color": true } : {}) as number).toBe(colors);
  });
});
