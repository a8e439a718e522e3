import { describe, expect, test } from "bun:test";
import { type Key, keyName } from "claw/kit";
import { createKeyDecoder } from "./keys.ts";

/** The keys of some bytes, given as the chunks they come in. What has begun and does not go on expires at the end. */
function keys(...parts: (string | Uint8Array)[]): Key[] {
  const heard: Key[] = [];
  const decoder = createKeyDecoder((key) => void heard.push(key));
  for (const part of parts) decoder.feed(typeof part === "string" ? new TextEncoder().encode(part) : part);
  if (decoder.waiting !== undefined) decoder.expire();
  expect(decoder.waiting).toBeUndefined();
  return heard;
}
const names = (...parts: (string | Uint8Array)[]): string[] =>
  keys(...parts).map((key) => (key.paste === undefined ? keyName(key) : `paste:${key.paste}`));

describe("keys", () => {
  test.each<[string, string, string[]]>([
    ["letters, one after another", "ab", ["a", "b"]],
    ["a capital is its letter with Shift", "A", ["a"]],
    ["space, Return, Tab, Backspace", " \r\t\x7f\b", ["space", "enter", "tab", "backspace", "backspace"]],
    ["Ctrl with a letter", "\x01\x03\n\x1a", ["ctrl+a", "ctrl+c", "ctrl+j", "ctrl+z"]],
    ["Ctrl with others", "\0\x1c\x1d\x1e\x1f", ["ctrl+space", "ctrl+\\", "ctrl+]", "ctrl+^", "ctrl+_"]],
    ["Alt with a letter, Return, Backspace", "\x1bb\x1b\r\x1b\x7f", ["alt+b", "alt+enter", "alt+backspace"]],
    ["Alt with a capital", "\x1bB", ["alt+shift+b"]],
    ["Ctrl and Alt", "\x1b\x06", ["ctrl+alt+f"]],
    ["arrows, as xterm has them", "\x1b[A\x1bOB\x1b[1;5C\x1b[1;3D\x1b[1;2A", ["up", "down", "ctrl+right", "alt+left", "shift+up"]],
    ["Alt with an arrow, as rxvt has it", "\x1b\x1b[D", ["alt+left"]],
    ["Home, End, Page and the like", "\x1b[H\x1b[4~\x1b[5~\x1b[6~\x1b[3;5~\x1b[2~", ["home", "end", "pageup", "pagedown", "ctrl+delete", "insert"]],
    ["function keys", "\x1bOP\x1b[15~\x1b[24~\x1b[[A\x1b[1;2R", ["f1", "f5", "f12", "f1", "shift+f3"]],
    ["Shift-Tab", "\x1b[Z", ["shift+tab"]],
    ["Kitty: Shift-Return, Esc, Ctrl-I", "\x1b[13;2u\x1b[27u\x1b[105;5u", ["shift+enter", "escape", "ctrl+i"]],
    ["Kitty: Ctrl-C on a Cyrillic keyboard", "\x1b[1089::99;5u", ["ctrl+c"]],
    ["Kitty: Shift with the character it types", "\x1b[49:33;2u", ["!"]],
    ["Kitty: keypad, locks, releases, Super", "\x1b[57400u\x1b[57414u\x1b[57358u\x1b[97;1:3u\x1b[99;9u", ["1", "enter"]],
    ["modifyOtherKeys", "\x1b[27;5;13~\x1b[27;2;9~", ["ctrl+enter", "shift+tab"]],
    ["reports are dropped", "\x1b[<0;10;20M\x1b[<0;10;20m\x1b[M abc\x1b[I\x1b[O\x1b[12;40R\x1b[?62;22c\x1b]11;rgb:0/0/0\x07\x1bP1$r0m\x1b\\", ["c"]],
    ["Esc alone, and twice", "\x1b", ["escape"]],
    ["Esc twice", "\x1b\x1b", ["escape", "escape"]],
    ["Alt with what begins a sequence", "\x1b[", ["alt+["]],
    ["a sequence that breaks off is nothing", "\x1b[1;", []],
  ])("keys > %s", (_, bytes, expected) => {
    expect(names(bytes)).toEqual(expected);
  });

  test("keys > text is told with Shift, never with Ctrl or Alt", () => {
    expect(keys("Aé\x1ba\x01 ")).toEqual([
      { key: "a", ctrl: false, alt: false, shift: true, text: "A" },
      { key: "é", ctrl: false, alt: false, shift: false, text: "é" },
      { key: "a", ctrl: false, alt: true, shift: false },
      { key: "a", ctrl: true, alt: false, shift: false },
      { key: "space", ctrl: false, alt: false, shift: false, text: " " },
    ]);
  });

  test("keys > what an input method writes comes by characters as people see them", () => {
    expect(names("日本語👨‍👩‍👧‍👦e\u0301🇩🇪x")).toEqual(["日", "本", "語", "👨‍👩‍👧‍👦", "e\u0301", "🇩🇪", "x"]);
  });

  test("keys > a paste comes whole, its line ends as line feeds, without control characters", () => {
    expect(keys("a\x1b[200~one\r\ntwo\rthree\x1b[31m\x00\t日\x1b[201~b")).toMatchObject([
      { key: "a" },
      { key: "paste", paste: "one\ntwo\nthree[31m\t日" },
      { key: "b" },
    ]);
    expect(names("\x1b[200~\x1b[201~x")).toEqual(["x"]);
  });

  test("keys > a paste whose end never comes is told when nothing more comes", () => {
    expect(names("\x1b[200~half")).toEqual(["paste:half"]);
  });

  test("keys > however the bytes are cut, the keys are the same", () => {
    const bytes = new TextEncoder().encode("a日é\x1b[1;5C\x1bOA\x1bb\x1b[200~p\x1b[A日\x1b[201~\x1b[13;2u\x1b]0;x\x1b\\👨‍👩‍👧‍👦z\x1b[<1;2;3M");
    const whole = keys(bytes).filter(({ key }) => !/\p{Extended_Pictographic}|\u200d/u.test(key));
    for (let at = 1; at < bytes.length; at++) {
      // An emoji of several code points may come apart with the bytes.
      expect(keys(bytes.slice(0, at), bytes.slice(at)).filter(({ key }) => !/\p{Extended_Pictographic}|\u200d/u.test(key))).toEqual(whole);
    }
    expect(keys(...Array.from(bytes, (byte) => Uint8Array.of(byte))).filter(({ key }) => !/\p{Extended_Pictographic}|\u200d/u.test(key))).toEqual(
      whole,
    );
  });

  test("keys > any bytes whatever: no throw, nothing kept for long", () => {
    let state = 1;
    for (let round = 0; round < 300; round++) {
      const heard: Key[] = [];
      const decoder = createKeyDecoder((key) => void heard.push(key));
      const bytes = Uint8Array.from({ length: 200 }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return round % 2 === 0 ? state >>> 24 : [27, 91, 93, 79, 48, 59, 126, 117, 77, 80, 65, 13][(state >>> 16) % 12]!;
      });
      decoder.feed(bytes);
      decoder.expire();
      expect(decoder.waiting).toBeUndefined();
      for (const { key } of heard) expect(key).toBeTruthy();
    }
  });
});
