// The short way to the API's text deltas, which are nearly all of a stream, for the kit's reader of events.

/** Where text deltas go. */
export interface TextTaker {
  take(index: number, delta: string): void;
  /** Whether deltas of this block in a row may come as one. */
  joins(index: number): boolean;
}

/** Takes text deltas in a row, written as the API writes them, from `at`: most of a stream is these. Returns where it stopped. */
export function takeTextDeltas(text: string, at: number, { take, joins }: TextTaker): number {
  if (!text.startsWith(TEXT_HEAD, at)) return at;
  const comma = text.indexOf(",", at + TEXT_HEAD.length);
  const index = Number(text.slice(at + TEXT_HEAD.length, comma));
  if (!text.startsWith(TEXT_MIDDLE, comma) || !Number.isInteger(index)) return at;
  const start = text.slice(at, comma + TEXT_MIDDLE.length);
  let from = at;
  while (text.startsWith(start, from)) {
    let end = joins(index) ? runEnd(text, from, start) : text.indexOf(TEXT_END, from);
    let delta = end < 0 ? undefined : unescaped(text.slice(from + start.length, end), start);
    if (delta === undefined && end >= 0) {
      end = text.indexOf(TEXT_END, from);
      delta = unescaped(text.slice(from + start.length, end), start);
    }
    if (delta === undefined) break;
    take(index, delta);
    from = end + TEXT_END.length;
  }
  return from;
}

// --- internal ---

const TEXT_HEAD = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
const TEXT_MIDDLE = ',"delta":{"type":"text_delta","text":"';
const TEXT_END = '"}}\n\n';
/** As many are read at once, which takes a third of the time: one that is no such delta is then looked for among so many. */
const MOST_JOINED = 256;

/** Where the last of the deltas in a row that begin with `start` has its end; -1 when not even the first is whole. */
function runEnd(text: string, from: number, start: string): number {
  let end = text.indexOf(TEXT_END, from);
  for (let count = 1; count < MOST_JOINED && end >= 0 && text.startsWith(start, end + TEXT_END.length); count++) {
    const next = text.indexOf(TEXT_END, end + TEXT_END.length);
    if (next < 0) break;
    end = next;
  }
  return end;
}

/** The text of JSON strings without their quotes, and with what stands between two of them; `undefined` when they are none. */
function unescaped(texts: string, start: string): string | undefined {
  // What ends in a backslash has not ended.
  if (texts.includes(`\\${TEXT_END}`)) return undefined;
  const text = texts.replaceAll(TEXT_END + start, "");
  if (text.includes("\n")) return undefined;
  if (!text.includes("\\") && !text.includes('"')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}
