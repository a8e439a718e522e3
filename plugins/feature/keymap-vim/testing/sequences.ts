// Random texts and keys for the comparison with Vim: whole commands and stray keys, the same for the same seed.
import { ARROWS } from "../insert.ts";

/** Numbers from 0 to 1, the same for the same seed. */
export function rng(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of the texts. */
export function textOf(random: () => number): readonly string[] {
  return pick(random, TEXTS);
}

/** One command, with or without count and register. `group` narrows what it may be. */
export function keysOf(random: () => number, group = "all"): string {
  const kind = group === "all" ? pick(random, GROUPS) : group;
  const make = MAKERS[kind];
  if (make === undefined) throw new Error(`no group ${kind}`);
  return make(random);
}

// --- internal ---

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const maybe = (random: Random, chance: number, text: () => string): string => (random() < chance ? text() : "");
const count = (random: Random): string => maybe(random, 0.25, () => pick(random, [..."12347"]));
/** Lists of keys are parted by blanks; `␣` is one, `⏎` is Enter, `⌫` Backspace. */
const keys = (list: string): readonly string[] =>
  list.split(" ").map((key) => key.replace("␣", " ").replace("⏎", "\r").replace("⌫", "\x7f").replace("^[", "\x1b").replace("^V", "\x16"));

const TEXTS: readonly (readonly string[])[] = [
  ["The quick brown fox", "jumps over the lazy dog."],
  ["  if (a[1] == b) {", "    call(x, (y + z));", "  }", "", "done"],
  ["one two  three", "", "", "four, five; six"],
  ["Hello there. How are you?  Fine (really).", "Yes! No.", "", "  New paragraph here. End"],
  ["say 'it is' and `code` here", "x = 41, y = -7 z = 0x0f 007"],
  [""],
  ["a"],
  ["foo.bar(baz)", "  indented", "    more", "last"],
  ["aaa bbb ccc", "aaa", "bb  ", " c", "ddd eee fff ggg"],
  ["<p>Some <b>bold</b> text</p>", "and <i>more", "of it</i> end"],
  ["héllo wörld ñandú", "日本語 テスト です", "ok"],
  ["alpha beta", "gamma delta", "alpha gamma", "beta"],
];

const MOTIONS = keys("h j k l w W b B e E ge gE 0 ^ $ g_ gg G f, % { } ( ) ; , n N * # + - _ | ␣ ⌫ fa fe to Fa Te f␣ t, '' `` /a⏎ /be⏎ ?e⏎ gj H L");
const OBJECTS = keys("iw aw iW aW ip ap is as i( a( ib i{ a{ i[ a[ i< a< i' a' i` a` it at");
const OPERATORS = keys("d y c > < g~ gu gU");
const CHANGED = ["x", "foo", "a b", "q", "", "éz", "w."];
/** With keys that mean other things in normal mode: only for what surely inserts. */
const TYPED = [...CHANGED, "q\nr", "zy\x7f", "ab c\x17", "uv\x15"];
const SIMPLE = keys("x X D J gJ p P gp gP ~ rz r⏎ Y x p ^A ^X").map((key) => key.replace("^A", "\x01").replace("^X", "\x18"));
const SELECTED = keys("d x y c s > < ~ u U J p rz o D X Y C S R O gJ ^[ P gp");
const STRAY = [...keys("^[ ^[ ^["), ..."abcdefhijklmnopqrstuwxyABCDEFGIJLNOPRSTWXY0123456789~%^$(){}<>.,;_+-|\n"];

const register = (random: Random): string => maybe(random, 0.15, () => `"${pick(random, [..."abA_12-0"])}`);

function motion(random: Random): string {
  return count(random) + pick(random, MOTIONS);
}
function operation(random: Random): string {
  const operator = pick(random, OPERATORS);
  const what = random() < 0.2 ? operator.slice(-1) : random() < 0.4 ? count(random) + pick(random, OBJECTS) : motion(random);
  return register(random) + count(random) + operator + what + (operator === "c" ? `${pick(random, CHANGED)}\x1b` : "");
}
function simple(random: Random): string {
  return register(random) + count(random) + pick(random, SIMPLE);
}
function insertion(random: Random): string {
  const arrow = maybe(random, 0.1, () => pick(random, Object.values(ARROWS)));
  return `${count(random) + pick(random, keys("i a I A o O s S C R gI")) + pick(random, TYPED) + arrow + (arrow === "" ? "" : pick(random, TYPED))}\x1b`;
}
function undoing(random: Random): string {
  return count(random) + pick(random, ["u", "u", "\x12", ".", "."]);
}
function selecting(random: Random): string {
  const mode = pick(random, keys("v v V ^V"));
  const moves = Array.from({ length: 1 + Math.floor(random() * 2) }, () => (random() < 0.3 && mode === "v" ? pick(random, OBJECTS) : motion(random)));
  const key = pick(random, mode === "\x16" ? [...SELECTED, "I", "A"] : SELECTED);
  const turn = maybe(random, 0.15, () => pick(random, "IA".includes(key) ? ["o", "O"] : ["o", "v", "V", "\x16"]));
  const typed = "csCSRIA".includes(key) ? `${pick(random, CHANGED)}\x1b` : "oO".includes(key) ? "\x1b" : "";
  return mode + moves.join("") + turn + register(random) + maybe(random, 0.1, () => "2") + key + typed;
}
function macro(random: Random): string {
  return pick(random, [`qc${operation(random)}q`, "@c", "2@c", "@@", `qc${simple(random)}${motion(random)}q`]);
}

const MAKERS: Readonly<Record<string, (random: Random) => string>> = {
  ...{ motion, operation, simple, insertion, undoing, selecting, macro },
  marking: (random) => pick(random, keys("ma mb `a 'a `b d`a d'b y`a c`bq^[")),
  object: (random) => count(random) + pick(random, ["d", "y"]) + count(random) + pick(random, OBJECTS),
  stray: (random) => `${Array.from({ length: 3 }, () => pick(random, STRAY)).join("")}\x1b`,
};
const GROUPS = keys("motion motion operation operation operation simple simple insertion undoing undoing selecting marking macro stray");
