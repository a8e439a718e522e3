// Where a name stands in a text: models know names and lines better than columns. Pure.

/** Lines and characters count from 1. On `line` when that is given, near `character` when that is too; else the first in the text. Whole words before parts of one. */
export function locateName(
  text: string,
  name: string,
  near: { readonly line?: number | undefined; readonly character?: number | undefined },
): { readonly line: number; readonly character: number } | undefined {
  const lines = text.split(/\r\n|\r|\n/);
  // Of `a.b` the last part is meant.
  const last = Math.max(name.lastIndexOf("."), name.lastIndexOf(":"), name.lastIndexOf("#")) + 1;
  const forms = [...new Set([name, name.slice(last)])].filter((form) => form.trim() !== "");
  const from = near.line === undefined ? 0 : near.line - 1;
  const to = near.line === undefined ? lines.length : near.line;
  for (const whole of [true, false]) {
    for (const form of forms) {
      for (let index = from; index < to; index++) {
        const found = columns(lines[index] ?? "", form, whole);
        const [first] = found.toSorted((a, b) => Math.abs(a + 1 - (near.character ?? 1)) - Math.abs(b + 1 - (near.character ?? 1)));
        if (first !== undefined) return { line: index + 1, character: first + 1 + (form === name ? last : 0) };
      }
    }
  }
  return undefined;
}

// --- internal ---

const WORD = /[\p{L}\p{N}_$]/u;

function columns(line: string, name: string, whole: boolean): readonly number[] {
  const found: number[] = [];
  for (let at = line.indexOf(name); at !== -1; at = line.indexOf(name, at + 1)) {
    const apart = !WORD.test(line[at - 1] ?? " ") && !WORD.test(line[at + name.length] ?? " ");
    if (!whole || apart) found.push(at);
  }
  return found;
}
