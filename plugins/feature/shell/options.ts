// Options of programs, from tables: which words are options, which are their values, and which are left. What a table does not list is not known.
import type { Word } from "./words.ts";

/** What a value or operand is: plain text, a file that is read, or one that is written. */
export type Use = "text" | "read" | "write";
/** A table, read. `inert`: no option of the program, listed or not, does more than read and print. */
export interface Table {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, { readonly use: Use; readonly count: number; readonly attached: boolean }>;
  readonly digits: boolean;
  readonly inert: boolean;
  /** Options end at the first operand, as in programs that run another. */
  readonly first: boolean;
}
export interface Given {
  readonly flags: ReadonlySet<string>;
  readonly values: readonly { readonly name: string; readonly use: Use; readonly word: Word }[];
  readonly operands: readonly Word[];
}

/**
 * A table from its text, words apart by blanks: `abc` flags `-a -b -c`; `-n:` takes a text, `-f<` a file it reads, `-o>` one it writes, `-U?` may have a text
 * right behind it; `--name`, `--name=`, `--name=<`, `--name=>`, `--name?` the same; `--name=2` takes two words; `-#` a number.
 */
export function tableOf(source: string, inert = false, first = false): Table {
  const flags = new Set<string>();
  const values = new Map<string, { use: Use; count: number; attached: boolean }>();
  let digits = false;
  for (const token of source.split(" ")) {
    const [, name, mark, rest = ""] = /^(--[\w-]+|-[\w@.])([=:?<>])(.*)$/.exec(token) ?? [];
    if (token === "-#") digits = true;
    else if (name !== undefined) {
      const sign = mark === "=" || mark === ":" ? rest : mark;
      values.set(name, { use: sign === "<" ? "read" : sign === ">" ? "write" : "text", count: sign === "2" ? 2 : 1, attached: mark === "?" });
    } else if (token.startsWith("--")) flags.add(token);
    else for (const letter of token) flags.add(`-${letter}`);
  }
  return { flags, values, digits, inert, first };
}

/** The words of a command, settled, sorted by the table, or why one cannot be placed. */
export function sortWords(words: readonly Word[], table: Table): Given | string {
  const given = { flags: new Set<string>(), values: [] as { name: string; use: Use; word: Word }[], operands: [] as Word[] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as Word;
    if (word.kind !== "text") {
      if (!table.inert && perhapsOption(word)) return "a word that is known only when it runs may be an option";
      given.operands.push(word);
    } else if (word.text === "--") {
      given.operands.push(...words.slice(at + 1));
      break;
    } else if (word.text === "-" || !word.text.startsWith("-")) {
      given.operands.push(word);
      if (!table.first) continue;
      given.operands.push(...words.slice(at + 1));
      break;
    } else {
      const taken = word.text.startsWith("--")
        ? long(word.text, words.slice(at + 1), table, given)
        : short(word.text, words.slice(at + 1), table, given);
      if (typeof taken === "string") return taken;
      at += taken;
    }
  }
  return given;
}

// --- internal ---

interface Sorting {
  readonly flags: Set<string>;
  readonly values: { name: string; use: Use; word: Word }[];
}

function perhapsOption(word: Word): boolean {
  return word.kind === "any" ? word.head === "" || word.head.startsWith("-") || !word.single : word.text.startsWith("-");
}

/** How many of the words that follow belong to this option. */
function long(text: string, after: readonly Word[], table: Table, given: Sorting): number | string {
  const [, name = text, value] = /^(--[^=]+)=(.*)$/s.exec(text) ?? [];
  const takes = table.values.get(name);
  if (takes === undefined) {
    if (value !== undefined || !table.flags.has(name)) return `${name} is not known to be harmless`;
    given.flags.add(name);
    return 0;
  }
  given.flags.add(name);
  if (value !== undefined) given.values.push({ name, use: takes.use, word: { kind: "text", text: value } });
  else if (!takes.attached) return following(name, takes, after, given);
  return 0;
}

function short(text: string, after: readonly Word[], table: Table, given: Sorting): number | string {
  for (let at = 1; at < text.length; at++) {
    const name = `-${text[at]}`;
    const takes = table.values.get(name);
    if (takes !== undefined) {
      given.flags.add(name);
      const rest = text.slice(at + 1);
      if (rest !== "") given.values.push({ name, use: takes.use, word: { kind: "text", text: rest } });
      else if (!takes.attached) return following(name, takes, after, given);
      return 0;
    }
    if (!table.flags.has(name) && !(table.digits && /\d/.test(text[at] as string))) return `${name} is not known to be harmless`;
    given.flags.add(name);
  }
  return 0;
}

function following(name: string, takes: { readonly use: Use; readonly count: number }, after: readonly Word[], given: Sorting): number | string {
  const words = after.slice(0, takes.count);
  if (words.length < takes.count) return `${name} lacks its value`;
  for (const word of words) {
    // Several words in place of one would make options of those that follow.
    if (word.kind === "glob" || (word.kind === "any" && !word.single)) return `the value of ${name} is known only when it runs`;
    given.values.push({ name, use: takes.use, word });
  }
  return takes.count;
}
