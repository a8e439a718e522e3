// Random keys in every keymap: whatever is typed, the text stays whole, the cursor stays in it, rows fit, and all can be undone.
import { expect, test } from "bun:test";
import { keyName } from "claw/kit";
import { keysOf, openDesk, paste, textKey } from "./testing/typing.ts";

const NAMES =
  "left right up down home end backspace delete enter tab escape shift+enter alt+enter ctrl+left ctrl+right alt+backspace ctrl+home ctrl+end".split(
    " ",
  );
const CONTROLS = [..."abdefhjknpqrstuvwyz_"].map((letter) => `ctrl+${letter}`);
const ALTS = [..."bfdtulcypn<>_"].map((letter) => `alt+${letter}`);
const TEXTS = [..."abc xyz.,;()\"'$0^wWbBeEdcypPuxiIaAoOvVrJ~", "日", "👩‍👩‍👧", "e\u0301", "\u{100001}", "\u200f"];
const PASTES = ["one\ntwo", "x\n".repeat(20), "a".repeat(3_000), "\t\x1b[31mred", "/no/such.png", "\ud800 lone"];

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

for (const [mode, seed] of [
  ["emacs", 1],
  ["emacs", 2],
  ["vim", 3],
  ["vim", 4],
] as const) {
  test(`press > 3,000 random keys (${mode}, seed ${seed})`, async () => {
    const entries = ["first", "second\nlines", "日本 third"];
    await using desk = await openDesk({ entries, plugins: ["feature/keymap-vim"], config: { editorMode: mode } });
    const random = generator(seed);
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
    const done: string[] = [];
    for (let round = 0; round < 3_000; round++) {
      const kind = random(10);
      const key =
        kind < 5
          ? textKey(pick(TEXTS))
          : kind < 7
            ? keysOf(`<${pick(NAMES)}>`)[0]!
            : kind === 9 && random(6) === 0
              ? paste(pick(PASTES))
              : keysOf(`<${pick([...CONTROLS, ...ALTS])}>`)[0]!;
      done.push(key.paste === undefined ? (key.text ?? keyName(key)) : "paste");
      const effects = desk.line.press(key);
      const width = 2 + random(60);
      const { rows, cursor, above, below } = desk.line.frame({ width, rows: 1 + random(8) });
      const about = JSON.stringify({ seed, width, keys: done.slice(-30) });
      expect(cursor.line, about).toBeLessThan(rows.length);
      expect(cursor.column, about).toBeLessThan(width);
      expect(Math.min(cursor.line, cursor.column, above, below), about).toBeGreaterThanOrEqual(0);
      for (const row of rows) expect(Bun.stringWidth(row.map(({ text }) => text).join("")), about).toBeLessThanOrEqual(width);
      expect(desk.line.text.isWellFormed(), about).toBe(true);
      for (const effect of effects) if (effect.kind === "submit") expect(effect.input.text.trim(), about).not.toBe("");
    }
    await desk.editor.useKeymap("emacs");
    desk.line.replace("end");
    for (let step = 0; step < 1_001 && desk.line.text !== ""; step++) desk.type("<ctrl+_>");
    expect(desk.line.text.isWellFormed()).toBe(true);
  });
}
