// Stepping through text by what a reader sees as one character, and how many cells it takes. Pure; knows no screen.

/** The end of the grapheme that starts at `at`; the text's end when there is none. */
export function graphemeEnd(text: string, at: number): number {
  if (at >= text.length) return text.length;
  // Before a plain character nothing joins.
  if (text.charCodeAt(at) < 0x80 && (at + 1 >= text.length || text.charCodeAt(at + 1) < 0x300)) return crlf(text, at) ? at + 2 : at + 1;
  const [first] = clusters(text.slice(at, at + WINDOW));
  return at + (first?.segment.length ?? 1);
}

/** The start of the grapheme that ends at or holds `at`; 0 when there is none. */
export function graphemeStart(text: string, at: number): number {
  if (at <= 1) return 0;
  if (text.charCodeAt(at - 1) < 0x80) return crlf(text, at - 2) ? at - 2 : at - 1;
  let from = at - 1;
  // A plain character is a boundary to count from.
  while (from > 0 && at - from < WINDOW && text.charCodeAt(from) >= 0x80) from -= 1;
  let start = from;
  for (const { index } of clusters(text.slice(from, at))) start = from + index;
  return start;
}

/** The graphemes of a text, in order. */
export function* graphemes(text: string): Iterable<string> {
  if (PLAIN.test(text)) {
    yield* text;
    return;
  }
  for (const { segment } of clusters(text)) yield segment;
}

/** Cells that a text without tabs and controls takes. */
export function cells(text: string): number {
  return PLAIN.test(text) ? text.length : Bun.stringWidth(text);
}

// --- internal ---

/** Made at first use: making one takes a millisecond, which every start would pay. It has no state of its own. */
// biome-ignore lint/complexity/noStaticOnlyClass: what a module keeps has to have a place
class Segmenters {
  static #one: Intl.Segmenter | undefined;
  static get one(): Intl.Segmenter {
    Segmenters.#one ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
    return Segmenters.#one;
  }
}
const clusters = (text: string): Intl.Segments => Segmenters.one.segment(text);
/** Longer than any cluster a person types. */
const WINDOW = 96;
const PLAIN = /^[\x20-\x7e]*$/;

function crlf(text: string, at: number): boolean {
  return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10;
}
