// The `@path` imports of an instruction file: which words of its text name a file.
import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** Paths that `text` imports, absolute, in order. Words in code are none; a word that names no file is no import. */
export function importsOf(text: string, folder: string, user: string | undefined): readonly string[] {
  const found = new Set<string>();
  let words = 0;
  for (const line of prose(text)) {
    for (const [, word = ""] of line.matchAll(/(?<=^|[\s(])@((?:\\ |\S)+)/g)) {
      words += 1;
      if (words > MOST_WORDS) return [...found];
      if (word.length > LONGEST) continue;
      const name = word.replaceAll("\\ ", " ");
      const path = [name, name.replace(/[.,;:!?)\]}'"*_]+$/, "")]
        .map((one) => locate(one, folder, user))
        .find((one) => one !== undefined && existsSync(one));
      if (path !== undefined) found.add(path);
    }
  }
  return [...found];
}

// --- internal ---

/** Each is looked up on disk. */
const MOST_WORDS = 200;
const LONGEST = 1_024;

function locate(name: string, folder: string, user: string | undefined): string | undefined {
  if (name === "" || name.includes("\0")) return undefined;
  if (name.startsWith("~/")) return user === undefined ? undefined : join(user, name.slice(2));
  return isAbsolute(name) ? name : resolve(folder, name);
}

/** Lines outside fenced code, without their code spans. */
function* prose(text: string): Generator<string> {
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === undefined && mark?.[1] !== undefined) fence = mark[1];
    else if (fence === undefined) yield line.includes("`") ? withoutSpans(line) : line;
    else if (mark?.[1]?.startsWith(fence) === true && mark[2]?.trim() === "") fence = undefined;
  }
}

/** A code span ends with as many backticks as it began with. */
function withoutSpans(line: string): string {
  const runs = [...line.matchAll(/`+/g)];
  let [kept, from] = ["", 0];
  for (let index = 0; index < runs.length; index++) {
    const open = runs[index]!;
    const close = runs.findIndex((run, at) => at > index && run[0].length === open[0].length);
    if (close < 0) continue;
    kept += `${line.slice(from, open.index)} `;
    from = runs[close]!.index + open[0].length;
    index = close;
  }
  return kept + line.slice(from);
}
