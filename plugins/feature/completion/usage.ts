// What a command's usage says of the words that may follow. Pure.

/** What may stand at a place: a word itself, or a sort of thing, as `NAME`. */
export type Expected = Readonly<{ word: string } | { sort: string }>;

/** What may follow `before`, the whole words after the command's name. `[list | show NAME]` with `show` before gives the sort `NAME`. */
export function expected(usage: string, before: readonly string[]): readonly Expected[] {
  const found: Expected[] = [];
  for (const words of alternatives(usage)) {
    const fits = before.every((word, at) => words[at] !== undefined && allows(words[at], word));
    const next = words[before.length];
    if (!fits || next === undefined) continue;
    for (const one of next) if (!found.some((known) => JSON.stringify(known) === JSON.stringify(one))) found.push(one);
  }
  return found;
}

/** Whether nothing can be done without a word more. */
export function needy(usage: string | undefined): boolean {
  return usage !== undefined && usage !== "" && !usage.startsWith("[");
}

// --- internal ---

function alternatives(usage: string): readonly (readonly (readonly Expected[])[])[] {
  // Brackets say what may be left out; here that is no matter.
  const bare = usage.replace(/[[\]()<>…]/g, " ");
  return bare.split(/\s\|\s/).map((alternative) => {
    const words = alternative.trim().split(/\s+/);
    return words.map((word) =>
      word.split("|").map((one): Expected => (/^[a-z0-9][\w-]*$/.test(one) || /^--[a-z][\w-]*$/.test(one) ? { word: one } : { sort: one })),
    );
  });
}

function allows(may: readonly Expected[], word: string): boolean {
  return may.some((one) => ("word" in one ? one.word === word : /^[A-Z]/.test(one.sort)));
}
