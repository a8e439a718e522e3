// What the words after `export` ask for. Pure.

export type Format = "md" | "json" | "html";
export interface Order {
  readonly ref?: string;
  readonly file?: string;
  readonly format: Format;
  /** Whether a file that is there may be replaced. */
  readonly forced: boolean;
}

/** What is wrong with the words; empty when nothing is. */
export function problemOf(words: readonly string[]): string {
  const read = readWords(words);
  return typeof read === "string" ? read : "";
}

/** The words as an order; they must be without a problem. */
export function parse(words: readonly string[]): Order {
  const read = readWords(words);
  if (typeof read === "string") throw new Error(read);
  return read;
}

// --- internal ---

const FORMATS: Readonly<Record<string, Format>> = { md: "md", markdown: "md", json: "json", html: "html", htm: "html" };

function readWords(words: readonly string[]): Order | string {
  const [given, plain]: [Map<string, string>, string[]] = [new Map(), []];
  let forced = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, name = "", inline] = /^(?:--?)(format|output|o|session|force|f)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === "force") forced = true;
    else if (name !== "") {
      const value = inline ?? words[++at];
      if (value === undefined || value === "") return `${word} needs a value`;
      given.set({ o: "output", f: "format" }[name] ?? name, value);
    } else if (word.startsWith("-") && word !== "-") return `there is no option ${word}`;
    else plain.push(word);
  }
  const named = given.get("format");
  const format = named === undefined ? undefined : FORMATS[named.toLowerCase()];
  if (named !== undefined && format === undefined) return `unknown format ${named}: say md, json or html`;
  return order(plain, given, format, forced);
}

function order(plain: readonly string[], given: ReadonlyMap<string, string>, format: Format | undefined, forced: boolean): Order | string {
  let [ref, file] = [given.get("session"), given.get("output")];
  for (const word of plain) {
    if (file === undefined && (ref !== undefined || filed(word))) file = word;
    else if (ref === undefined) ref = word;
    else return `takes one session and one file, not ${word} as well`;
  }
  const by = file === undefined ? undefined : FORMATS[/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ""];
  return { ...(ref === undefined ? {} : { ref }), ...(file === undefined ? {} : { file }), format: format ?? by ?? "md", forced };
}

/** Whether a word names a file to write, not a session: those end in `.jsonl`. */
function filed(word: string): boolean {
  return /\.(md|markdown|json|html?|txt)$/i.test(word);
}
