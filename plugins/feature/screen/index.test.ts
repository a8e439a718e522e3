import { describe, expect, test } from "bun:test";
import { pluginContract } from "claw/testing";
import { openEmulated, startEmulated } from "./testing/emulated.ts";

pluginContract(import.meta.dir);

describe("screen", () => {
  test("print > lines stay above the slots, which stand in their order", async () => {
    await using on = await startEmulated();
    const { screen, shown, emulator } = on;
    screen.live("status", ["status"]);
    screen.live("editor", ["> hello"], { line: 0, column: 7 });
    screen.print(["one", "two"]);
    screen.live("tail", ["rest"]);
    expect(await shown()).toEqual(["one", "two", "rest", "> hello", "status"]);
    expect([emulator.buffer.active.cursorY, emulator.buffer.active.cursorX]).toEqual([3, 7]);
    screen.live("tail", []);
    screen.print(["three"]);
    expect(await shown()).toEqual(["one", "two", "three", "> hello", "status"]);
  });

  test("print > what came before the screen was opened is shown when it is", async () => {
    await using opened = openEmulated();
    opened.screen.print(["early"]);
    opened.screen.live("editor", ["> "]);
    await opened.screen.open();
    expect(await opened.shown()).toEqual(["early", ">"]);
  });

  test("print > every line once, in order, whatever is printed, shown and resized meanwhile; nothing is ever cleared", async () => {
    await using on = await startEmulated({ rows: 10 });
    const { screen, shown, state, resize } = on;
    let seed = 3;
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 4_294_967_296) * below);
    };
    const printed: string[] = [];
    for (let round = 0; round < 400; round++) {
      const what = next(6);
      if (what <= 1) {
        const start = printed.length + 1_000;
        const lines = Array.from({ length: 1 + next(what === 0 ? 2 : 15) }, (_, at) => {
          const long = "x".repeat(next(3) === 0 ? 30 + next(60) : next(20));
          return `#${start + at}${long}${next(4) === 0 ? "日本" : ""}`;
        });
        for (const line of lines) printed.push(line);
        screen.print(lines.map((line) => (next(2) === 0 ? `\x1b[31m${line}\x1b[39m` : line)));
      } else if (what === 2)
        screen.live(
          "tail",
          Array.from({ length: next(14) }, (_, at) => `tail ${at} ${"-".repeat(next(25))}`),
        );
      else if (what === 3)
        screen.live(
          "editor",
          Array.from({ length: 1 + next(4) }, () => "> edit"),
          { line: 0, column: 3 },
        );
      else if (what === 4) screen.live("status", next(2) === 0 ? [] : ["status"]);
      else resize(30 + next(30), 4 + next(14));
      if (next(2) === 0) await screen.flush();
    }
    const lines = await shown(true);
    // A row that was cut by a narrower terminal can be two rows; what it said is all there.
    const all = lines.join("\n");
    const found = printed.map((line) => [line.slice(0, 5), all.split(line.slice(0, 5)).length - 1]);
    expect(found.filter(([, count]) => count !== 1)).toEqual([]);
    expect(printed.map((line) => all.indexOf(line.slice(0, 5)))).toEqual(
      printed.map((line) => all.indexOf(line.slice(0, 5))).toSorted((a, b) => a - b),
    );
    expect(state.written).not.toMatch(/\x1b\[[23]J/);
  });

  test("print > a line cannot move the cursor, whatever is in it", async () => {
    await using on = await startEmulated();
    const { screen, shown, state } = on;
    screen.print(["\x1b[2J\x1b[10;10Hhere\x1b]52;c;AA\x07", "a\rb\nc"]);
    screen.live("status", ["\x1b[Hstatus\x1b[?1049h"]);
    expect(await shown()).toEqual(["here", "a b c", "status"]);
    expect(state.written).not.toContain("1049");
  });

  test("print > lines that come later keep their place, and hold up nothing but what is printed after them", async () => {
    await using on = await startEmulated();
    const { screen, shown, state } = on;
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    screen.print(["one"]);
    screen.print({ ready: first.promise, lines: () => ["two"] });
    screen.print(["three"]);
    screen.print({ ready: second.promise, lines: () => ["four"] });
    screen.live("editor", ["> here"]);
    await new Promise(setImmediate);
    expect([state.written.includes("here"), state.written.includes("three")]).toEqual([true, false]);
    second.reject(new Error("no"));
    await new Promise(setImmediate);
    first.resolve();
    expect(await shown()).toEqual(["one", "two", "three", "four", "> here"]);
    screen.print(["five"]);
    expect((await shown()).at(-2)).toBe("five");
  });

  test("close > lines that were to come later are shown as they are then", async () => {
    const on = await startEmulated();
    on.screen.print({ ready: new Promise(() => undefined), lines: () => ["two"] });
    on.screen.print({
      ready: new Promise(() => undefined),
      lines: () => {
        throw new Error("broken");
      },
    });
    on.screen.print(["three"]);
    await on.screen.close();
    expect(on.state.written).toMatch(/two[\s\S]*three/);
    expect(on.state.errors).toHaveLength(1);
  });

  test("print > a slow terminal gets it all, in few writes", async () => {
    await using on = await startEmulated();
    const { screen, shown, state, release } = on;
    await screen.flush();
    state.hold = true;
    screen.live("editor", ["> "]);
    await Promise.resolve();
    const before = state.written.length;
    for (let count = 0; count < 500; count++) screen.print([`line ${count}`]);
    const flushed = screen.flush();
    expect(state.written).toHaveLength(before);
    release();
    await flushed;
    expect((await shown(true)).filter((line) => line.startsWith("line "))).toEqual(Array.from({ length: 500 }, (_, count) => `line ${count}`));
    expect(state.written.slice(before).split("\x1b[?2026h")).toHaveLength(2);
  });

  test("live > where rows are few, the cursor's stay, and the end of the tail", async () => {
    await using on = await startEmulated({ rows: 6 });
    const { screen, shown } = on;
    screen.live(
      "tail",
      Array.from({ length: 20 }, (_, at) => `tail ${at}`),
    );
    screen.live(
      "editor",
      Array.from({ length: 3 }, (_, at) => `edit ${at}`),
      { line: 2, column: 0 },
    );
    expect(await shown()).toEqual(["tail 18", "tail 19", "edit 0", "edit 1", "edit 2"]);
    screen.live(
      "editor",
      Array.from({ length: 30 }, (_, at) => `edit ${at}`),
      { line: 15, column: 0 },
    );
    const rows = await shown();
    expect(rows).toHaveLength(5);
    expect(rows).toContain("edit 15");
  });

  test("live > a question stands in the editor's place", async () => {
    await using on = await startEmulated();
    const { screen, shown } = on;
    screen.live("editor", ["> "]);
    screen.live("menu", ["/help"]);
    screen.live("question", ["Run it?"]);
    expect(await shown()).toEqual(["Run it?"]);
    screen.live("question", []);
    expect(await shown()).toEqual([">", "/help"]);
  });

  test("live > lines that are too wide become rows, and the cursor is in the right one", async () => {
    await using on = await startEmulated({ columns: 11 });
    const { screen, shown, emulator } = on;
    screen.live("editor", ["0123456789abcdefghij日本"], { line: 0, column: 13 });
    expect(await shown()).toEqual(["0123456789", "abcdefghij", "日本"]);
    expect([emulator.buffer.active.cursorY, emulator.buffer.active.cursorX]).toEqual([1, 3]);
  });

  test("live > a painter may print, is asked again only when it is to be, and is taken away when it throws", async () => {
    await using on = await startEmulated();
    const { screen, shown, state } = on;
    let asked = 0;
    screen.live("tail", () => {
      asked += 1;
      screen.print([`printed ${asked}`]);
      return { lines: ["tail"] };
    });
    screen.live("status", () => {
      throw new Error("broken painter");
    });
    expect(await shown()).toEqual(["printed 1", "tail"]);
    screen.print(["more"]);
    expect(await shown()).toEqual(["printed 1", "more", "tail"]);
    expect(asked).toBe(1);
    expect(state.errors).toHaveLength(1);
  });

  test.each([
    [1, 1],
    [2, 1],
    [1, 5],
    [3, 2],
  ])("live > %d×%d cells are enough not to fail", async (columns, rows) => {
    await using on = await startEmulated({ columns, rows });
    const { screen, shown, resize } = on;
    screen.live("editor", (width) => ({ lines: ["─".repeat(width), "> 日本語"], cursor: { line: 1, column: 4 } }));
    screen.live("status", ["status"]);
    screen.print(["日本語 and more"]);
    await screen.flush();
    resize(40, 10);
    expect(await shown(true)).toContain("status");
  });

  test("resize > the region is drawn anew, and nothing of the old one is left", async () => {
    await using on = await startEmulated({ columns: 60, rows: 14 });
    const { screen, shown, resize } = on;
    screen.print(Array.from({ length: 20 }, (_, at) => `line ${at}`));
    screen.live("editor", (width) => ({ lines: ["─".repeat(width), "> ", "─".repeat(width)], cursor: { line: 1, column: 2 } }));
    await screen.flush();
    for (const [columns, rows] of [
      [30, 14],
      [80, 14],
      [25, 9],
      [60, 20],
    ] as const) {
      resize(columns, rows);
      const lines = await shown(true);
      expect(lines.filter((line) => line.startsWith("─"))).toEqual(["─".repeat(columns - 1), "─".repeat(columns - 1)]);
      expect(lines.filter((line) => line.startsWith("line "))).toEqual(Array.from({ length: 20 }, (_, at) => `line ${at}`));
    }
  });
});
