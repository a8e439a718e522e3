// From keys to one command: register, counts, operator, motion or object. A key that fits nowhere makes the whole bad, as in Vim.
import { isMotion } from "./motions.ts";
import { type Mode, visual } from "./state.ts";

/** One command. `count` is that of operator and motion multiplied; absent when none was typed. */
export interface Command {
  readonly register: string | undefined;
  readonly count: number | undefined;
  readonly operator: string | undefined;
  /** Of the motion, object (`iw`) or command; with the operator doubled, as `dd`, the operator itself. */
  readonly key: string;
  /** The character, mark, register or pattern that the key takes. */
  readonly arg: string;
  /** `v` or `V` between operator and motion: by characters, or by lines. */
  readonly force?: "v" | "V";
  /** All but register and counts: what `.` types again. */
  readonly keys: readonly string[];
}
export type Parsed = Command | "more" | "bad";

/** Operators of normal mode. */
export const OPERATORS: ReadonlySet<string> = new Set(["d", "c", "y", "<", ">", "g~", "gu", "gU", "g?"]);

/** What the keys of a command, as many as there are, come to. `recording` makes `q` complete. */
export function parse(keys: readonly string[], mode: Mode, recording: boolean): Parsed {
  const reader = { keys, at: 0 };
  let count: number | undefined;
  let register: string | undefined;
  for (;;) {
    count = times(count, readCount(reader));
    if (keys[reader.at] !== '"') break;
    register = keys[reader.at + 1];
    if (register === undefined) return "more";
    if (!/^["\w+*_-]$/.test(register)) return "bad";
    reader.at += 2;
  }
  const start = reader.at;
  const key = readKey(reader);
  if (key === undefined) return "more";
  if (!visual(mode) && OPERATORS.has(key)) return afterOperator(reader, { register, count, operator: key, keys: keys.slice(start, reader.at) });
  const object = visual(mode) && (key === "i" || key === "a");
  if (object) return withObject(reader, key, { register, count, operator: undefined, keys: [key] });
  if (!isMotion(key) && !(visual(mode) ? VISUAL : NORMAL).has(key)) return "bad";
  const arg = recording && key === "q" ? "" : readArg(reader, key);
  if (arg === undefined) return reader.at < 0 ? "bad" : "more";
  return { register, count, operator: undefined, key, arg, keys: keys.slice(start, reader.at) };
}

// --- internal ---

interface Reader {
  readonly keys: readonly string[];
  /** Below 0 when a pattern was given up. */
  at: number;
}
type Begun = Pick<Command, "register" | "count" | "operator" | "keys" | "force">;

const TAKES_ONE = new Set(["z", "f", "F", "t", "T", "r", "m", "'", "`", "@", "q", "[", "]"]);
const NORMAL = new Set(
  ["x", "X", "s", "S", "D", "C", "Y", "J", "gJ", "p", "P", "gp", "gP", "~", "u", "\x12", ".", "i", "I", "a", "A", "o", "O"].concat([
    "gI",
    "gi",
    "gv",
    "v",
    "V",
    "\x16",
    "R",
    "r",
    "&",
    "\x01",
    "\x18",
    "q",
    "@",
    "m",
    "z",
    KEY_DELETE(),
  ]),
);
const VISUAL = new Set(
  ["d", "x", "X", "D", "c", "s", "S", "C", "R", "y", "Y", ">", "<", "~", "u", "U", "g~", "gu", "gU", "g?", "J", "gJ", "p", "P", "gp", "gP"].concat([
    "z",
    "r",
    "o",
    "O",
    "I",
    "A",
    "gv",
    "v",
    "V",
    "\x16",
    "m",
    "q",
    "@",
    "\x01",
    "\x18",
    KEY_DELETE(),
  ]),
);
/** What may follow `i` or `a`. */
const OBJECTS = new Set([..."wWspbB()[]{}<>t\"'`"]);
const PREFIXED = new Set([..."g~uU?_eEJpPIivjk*#"].map((key) => `g${key}`));

/** The Delete key, from the private plane that named keys are put in. */
function KEY_DELETE(): string {
  return "\uf728";
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(MOST, a * b);
}
const MOST = 99_999;

function readCount(reader: Reader): number | undefined {
  let count: number | undefined;
  for (let key = reader.keys[reader.at]; key !== undefined; key = reader.keys[reader.at]) {
    if (!/^\d$/.test(key) || (key === "0" && count === undefined)) break;
    count = Math.min(MOST, (count ?? 0) * 10 + Number(key));
    reader.at += 1;
  }
  return count;
}

/** The next key, with what belongs to `g`. */
function readKey(reader: Reader): string | undefined {
  const key = reader.keys[reader.at];
  if (key !== "g") {
    if (key !== undefined) reader.at += 1;
    return key;
  }
  const second = reader.keys[reader.at + 1];
  if (second === undefined) return undefined;
  reader.at += 2;
  return PREFIXED.has(`g${second}`) ? `g${second}` : "\0";
}

function readArg(reader: Reader, key: string): string | undefined {
  if (key === "/" || key === "?") return readPattern(reader);
  if (!TAKES_ONE.has(key)) return "";
  const arg = reader.keys[reader.at];
  if (arg !== undefined) reader.at += 1;
  return arg;
}

function readPattern(reader: Reader): string | undefined {
  let pattern = "";
  for (let key = reader.keys[reader.at]; key !== undefined; key = reader.keys[reader.at]) {
    reader.at += 1;
    if (key === "\r" || key === "\n") return pattern;
    if (key === "\x7f" && pattern === "") {
      reader.at = -1;
      return undefined;
    }
    pattern = key === "\x7f" ? [...pattern].slice(0, -1).join("") : pattern + key;
  }
  return undefined;
}

function afterOperator(reader: Reader, begun: Begun): Parsed {
  const operator = begun.operator ?? "";
  const count = times(begun.count, readCount(reader));
  const start = reader.at;
  const first = reader.keys[start];
  if (first === undefined) return "more";
  const doubled = (key: string): Parsed => ({ ...begun, count, key, arg: "", keys: [...begun.keys, ...reader.keys.slice(start, reader.at)] });
  if (operator.length === 2 && first === operator[1]) {
    reader.at += 1;
    return doubled(operator);
  }
  if ((first === "v" || first === "V") && begun.force === undefined) {
    reader.at += 1;
    return afterOperator(reader, { ...begun, count, force: first, keys: [...begun.keys, first] });
  }
  if (first === "i" || first === "a") {
    reader.at += 1;
    return withObject(reader, first, { ...begun, count, keys: [...begun.keys, first] });
  }
  const key = readKey(reader);
  if (key === undefined) return "more";
  if (key === operator) return doubled(operator);
  if (!isMotion(key)) return "bad";
  const arg = readArg(reader, key);
  if (arg === undefined) return reader.at < 0 ? "bad" : "more";
  return { ...begun, count, key, arg, keys: [...begun.keys, ...reader.keys.slice(start, reader.at)] };
}

function withObject(reader: Reader, key: string, begun: Begun): Parsed {
  const second = reader.keys[reader.at];
  if (second === undefined) return "more";
  if (!OBJECTS.has(second)) return "bad";
  reader.at += 1;
  return { ...begun, key: key + second, arg: "", keys: [...begun.keys, second] };
}
