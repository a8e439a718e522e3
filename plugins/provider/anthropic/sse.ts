// Server-sent events out of bytes, as they come and however they are cut up. Knows JSON and the shape of a text delta, nothing else of the API.

/** One event: its JSON object. `type` is the object's own, or else the name on the event line. */
export interface StreamEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}
/** Told of events in order. `text` is the short way for text deltas, which are nearly all of a stream. */
export interface Sink {
  text(index: number, delta: string): void;
  event(event: StreamEvent): void;
}
export interface EventReader {
  push(bytes: Uint8Array): void;
  /** The stream is over; a last event without its blank line still counts. */
  end(): void;
  /** How many events could not be read and were skipped. */
  readonly malformed: number;
}

/** Tolerates CRLF, CR, a BOM, comments, data over several lines, missing blank lines and unknown fields. Throws `RangeError` on an event of more than 64 MB. */
export function readEvents(sink: Sink): EventReader {
  const decoder = new TextDecoder();
  const event: Pending = { name: "", data: "", malformed: 0 };
  const pieces = { held: [] as string[], size: 0, returned: false };
  const line = (text: string): void => takeLine(event, text, sink);
  const push = (piece: string): void => {
    const text = oneLineEnd(pieces, piece);
    let at = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
      line(pieces.held.length === 0 ? text.slice(at, end) : pieces.held.splice(0).join("") + text.slice(at, end));
      at = event.data === "" ? takeTextDeltas(text, end + 1, sink) : end + 1;
    }
    if (at === text.length) return;
    // A long line is only joined when its end is there, so that its length costs nothing extra.
    pieces.size = pieces.held.length === 0 ? text.length - at : pieces.size + text.length - at;
    pieces.held.push(at === 0 ? text : text.slice(at));
    if (pieces.size > MOST) throw new RangeError(TOO_LARGE);
  };
  return {
    push: (bytes) => push(decoder.decode(bytes, { stream: true })),
    end() {
      push(decoder.decode());
      if (pieces.held.length > 0) line(pieces.held.splice(0).join(""));
      dispatch(event, sink);
    },
    get malformed() {
      return event.malformed;
    },
  };
}

// --- internal ---

/** An event whose blank line has not come. */
interface Pending {
  name: string;
  data: string;
  malformed: number;
}

const MOST = 64 * 1024 * 1024;
const TOO_LARGE = "an event is larger than 64 MB";
const TEXT_HEAD = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
const TEXT_MIDDLE = ',"delta":{"type":"text_delta","text":"';

/** Takes text deltas in a row, written as the API writes them, from `at`: most of a stream is these. Returns where it stopped. */
function takeTextDeltas(text: string, at: number, sink: Sink): number {
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
    sink.text(index, delta);
    from = end + 2;
  }
  return from;
}

/** The text of a JSON string without its quotes; `undefined` when it is none. */
function unescaped(text: string): string | undefined {
  if (!text.includes("\\") && !text.includes('"')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

function takeLine(event: Pending, line: string, sink: Sink): void {
  if (line === "") {
    dispatch(event, sink);
    event.name = "";
  } else if (line.startsWith("data:")) {
    const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
    // One line nearly always holds a whole object, so nothing waits for the blank line after it.
    if (event.data === "" && value.endsWith("}") && deliver(value, event.name, sink)) return;
    event.data = event.data === "" ? value : `${event.data}\n${value}`;
    if (event.data.length > MOST) throw new RangeError(TOO_LARGE);
  } else if (line.startsWith("event:")) {
    dispatch(event, sink);
    event.name = line.slice(6).trim();
  }
}

function dispatch(event: Pending, sink: Sink): void {
  if (event.data !== "" && event.data !== "[DONE]" && !deliver(event.data, event.name, sink)) event.malformed++;
  event.data = "";
}

function deliver(json: string, name: string, sink: Sink): boolean {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return false;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  sink.event(typeof (value as StreamEvent).type === "string" ? (value as StreamEvent) : { ...value, type: name });
  return true;
}

/** A piece with LF only. A CR ends a line; an LF right after it belongs to it, even when it comes with the next piece. */
function oneLineEnd(state: { returned: boolean }, piece: string): string {
  if (!state.returned && !piece.includes("\r")) return piece;
  const text = state.returned && piece.startsWith("\n") ? piece.slice(1) : piece;
  if (piece !== "") state.returned = piece.endsWith("\r");
  return text.replace(/\r\n?/g, "\n");
}
