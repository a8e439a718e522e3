// "Did you mean": the known words closest to a mistyped one.

/** Up to `most` of `words` that are near `word`, nearest first: small edit distance, or one starts with the other. Case is ignored. */
export function nearest(word: string, words: Iterable<string>, most = 3): string[] {
  const wanted = word.toLowerCase();
  const near: { word: string; distance: number }[] = [];
  for (const candidate of words) {
    const lower = candidate.toLowerCase();
    const prefixed = (wanted.length >= 3 && lower.startsWith(wanted)) || (lower.length >= 4 && wanted.startsWith(lower));
    const distance = prefixed ? 0.5 : editDistance(wanted, lower);
    if (distance <= Math.max(1, Math.min(3, Math.floor(wanted.length / 3)))) near.push({ word: candidate, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map((entry) => entry.word);
}

/** A hint that ends a message about an unknown word, or the empty string when nothing is near. */
export function didYouMean(word: string, words: Iterable<string>): string {
  const found = nearest(word, words);
  return found.length === 0 ? "" : `Did you mean ${found.map((name) => `"${name}"`).join(" or ")}?`;
}

// --- internal ---

/** How many letters must be put in, taken out, replaced or swapped with their neighbour to make one word of the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? (before[column - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, swapped, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
