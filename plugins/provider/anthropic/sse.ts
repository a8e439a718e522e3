// The short way to the API's text deltas, which are nearly all of a stream, for the kit's reader of events.

/** Takes text deltas in a row, written as the API writes them, from `at`: most of a stream is these. Returns where it stopped. */
export function takeTextDeltas(text: string, at: number, take: (index: number, delta: string) => void): number {
  if (!text.startsWith(TEXT_HEAD, at)) return at;
  const comma = text.indexOf(",", at + TEXT_HEAD.length);
  const index = Number(text.slice(at + TEXT_HEAD.length, comma));
  if (!text.startsWith(TEXT_MIDDLE, comma) || !Number.isInteger(index)) return at;
  const start = text.slice(at, comma + TEXT_MIDDLE.length);
  let from = at;
  while (text.startsWith(start, from)) {
    const end = text.indexOf("\n", from + start.length);
    if (end < 0 || text.charCodeAt(end + 1) !== 10 || !text.startsWith('"}}', end - 3)) break;
    const delta = unescaped(text.slice(from + start.length, end - 3));
    if (delta === undefined) break;
    take(index, delta);
    from = end + 2;
  }
  return from;
}

// --- internal ---

const TEXT_HEAD = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
const TEXT_MIDDLE = ',"delta":{"type":"text_delta","text":"';

/** The text of a JSON string without its quotes; `undefined` when it is none. */
function unescaped(text: string): string | undefined {
  if (!text.includes("\\") && !text.includes('"')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}
