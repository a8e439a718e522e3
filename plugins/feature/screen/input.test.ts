import { afterEach, describe, expect, test } from "bun:test";
import { colorsOf, type Key } from "claw/kit";
import { createPace } from "./pace.ts";
import { openEmulated } from "./testing/emulated.ts";

let opened: ReturnType<typeof openEmulated> | undefined;
afterEach(async () => {
  await opened?.screen.close();
  opened = undefined;
});
const start = async (options?: Parameters<typeof openEmulated>[0]) => {
  opened = openEmulated(options);
  await opened.screen.open();
  return opened;
};

describe("screen", () => {
  test("onKey > the newest listener hears first and can take the key; early keys wait for the first", async () => {
    const { screen, type } = await start();
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
    const { screen, type } = await start();
    const heard = Promise.withResolvers<number>();
    const since = performance.now();
    using _ = screen.onKey(() => {
      heard.resolve(performance.now() - since);
      return true;
    });
    type("\x1b");
    expect(await heard.promise).toBeLessThan(100);
  });

  test("lend > another program has the terminal meanwhile, with all modes as they were", async () => {
    const { screen, shown, state } = await start();
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
    const { screen, state, shown } = await start();
    screen.live("editor", ["> "]);
    await screen.suspend();
    expect(state.written).toMatch(/\x1b\[\?2004l[\s\S]*\[stopped\][\s\S]*\x1b\[\?2004h/);
    expect(await shown()).toEqual([">"]);
  });

  test("onEnd > told once; without anybody to close the screen the process ends", async () => {
    const first = await start();
    const told: string[] = [];
    first.screen.onEnd((reason) => void told.push(reason));
    first.signal("SIGTERM");
    first.tell("gone");
    expect(told).toEqual(["SIGTERM"]);
    await first.screen.close();
    const second = await start();
    second.signal("SIGHUP");
    await Bun.sleep(1);
    expect([first.state.exits, second.state.exits]).toEqual([[], [129]]);
  });

  test("exit > what was printed is written, and the terminal is itself again", async () => {
    const { screen, state, tell } = await start();
    screen.live("editor", ["> "]);
    await screen.flush();
    screen.print(["last words"]);
    tell("exit");
    expect(state.written).toMatch(/last words[\s\S]*\x1b\[\?2004l[\s\S]*\x1b\[\?25h$/);
  });

  test("plain > nothing is drawn twice, questions are printed, Return is a line feed", async () => {
    const { screen, state, shown, type } = await start({ env: { TERM: "dumb" } });
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
    [0, 40],
    [20_000, 120],
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
