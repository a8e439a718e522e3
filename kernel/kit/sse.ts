// Server-sent events out of bytes, as they come and however they are cut up. Knows JSON, and nothing of any API.

/** One event: its JSON object. `type` is the object's own, or else the name on the event line. */
export interface StreamEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}
/** Told of events in order. `done` is the word `[DONE]`, with which some APIs end a stream. */
export interface EventSink {
  event(event: StreamEvent): void;
  done?(): void;
  /** A short way: takes what it knows of `text` from `at`, where an event begins, and returns where it stopped. */
  skim?(text: string, at: number): number;
}
/** Takes the bytes of a stream. */
export interface EventReader {
  push(bytes: Uint8Array): void;
  /** The stream is over; a last event without its blank line still counts. */
  end(): void;
  /** How many events could not be read and were skipped. */
  readonly malformed: number;
}

/** Tolerates CRLF, CR, a BOM, comments, data over several lines, missing blank lines and unknown fields. Throws `RangeError` on an event of more than 64 MB. */
export function readEvents(sink: EventSink): EventReader {
  const decoder = new TextDecoder();
  const event: Pending = { name: "", data: "", malformed: 0 };
  const pieces = { held: [] as string[], size: 0, returned: false };
  const line = (text: string): void => takeLine(event, text, sink);
  const push = (piece: string): void => {
    const text = oneLineEnd(pieces, piece);
    const skimmed = (from: number): number => (event.data === "" && sink.skim !== undefined ? sink.skim(text, from) : from);
    let at = pieces.held.length === 0 ? skimmed(0) : 0;
    for (let end = text.indexOf("\n", at); end >= 0; end = text.indexOf("\n", at)) {
      line(pieces.held.length === 0 ? text.slice(at, end) : pieces.held.splice(0).join("") + text.slice(at, end));
      at = skimmed(end + 1);
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

function takeLine(event: Pending, line: string, sink: EventSink): void {
  if (line === "") {
    dispatch(event, sink);
    event.name = "";
  } else if (line.startsWith("data:")) {
    const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5);
    if (event.data === "" && value.trim() === "[DONE]") {
      sink.done?.();
      return;
    }
    // One line nearly always holds a whole object, so nothing waits for the blank line after it.
    if (event.data === "" && value.endsWith("}") && deliver(value, event.name, sink)) return;
    event.data = event.data === "" ? value : `${event.data}\n${value}`;
    if (event.data.length > MOST) throw new RangeError(TOO_LARGE);
  } else if (line.startsWith("event:")) {
    dispatch(event, sink);
    event.name = line.slice(6).trim();
  }
}

function dispatch(event: Pending, sink: EventSink): void {
  if (event.data !== "" && !deliver(event.data, event.name, sink)) event.malformed++;
  event.data = "";
}

function deliver(json: string, name: string, sink: EventSink): boolean {
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
