// Which of many lines a few typed letters mean, best first. Pure.

/** The positions of `items` that hold the letters of every word of `query` in order, best first; all of them, as they stand, for an empty one. */
export function fuzzySearch(query: string, items: readonly string[]): readonly number[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return items.map((_, index) => index);
  const found: { readonly index: number; readonly score: number }[] = [];
  for (const [index, item] of items.entries()) {
    const text = item.slice(0, LONGEST).toLowerCase();
    let score = 0;
    for (const word of words) score += scoreOf(word, text);
    if (score < Number.POSITIVE_INFINITY) found.push({ index, score });
  }
  return found.sort((a, b) => a.score - b.score || a.index - b.index).map(({ index }) => index);
}

// --- internal ---

const LONGEST = 1_000;

/** Less is better: whole words first, then wholes inside a word, then scattered letters by how far they are apart. */
function scoreOf(word: string, text: string): number {
  const whole = text.indexOf(word);
  if (whole >= 0) return startsWord(text, whole) ? whole / LONGEST : 1 + whole / LONGEST;
  let at = -1;
  let gaps = 0;
  for (const letter of word) {
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return Number.POSITIVE_INFINITY;
    if (!startsWord(text, next)) gaps += at === -1 ? 1 : next - at - 1;
    at = next;
  }
  return 2 + gaps;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "");
}
