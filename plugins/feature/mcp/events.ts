// Server-sent events out of bytes, with their names: one of the old transport's is no JSON. Pure.

/** `id` is the last that was told: a stream that breaks off can be taken up behind it. One without data only tells an id, or `retry`. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
  /** Milliseconds to wait before the stream is opened again. */
  readonly retry?: number;
}

/** Yields events as they are complete. Throws `RangeError` when one is larger than `most` characters. */
export async function* serverEvents(body: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "";
  let data: string[] = [];
  let size = 0;
  let about: { id?: string; retry?: number } = {};
  let told = false;
  let returned = false;
  function* take(lines: readonly string[]): Generator<ServerEvent> {
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0 || told) yield { event: event || "message", data: data.join("\n"), ...about };
        [event, data, size, told] = ["", [], 0, false];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "event") event = value;
      const id = field === "id" && !value.includes("\0");
      if (id || (field === "retry" && /^\d{1,9}$/.test(value))) {
        about = id ? { ...about, id: value } : { ...about, retry: Number(value) };
        told = true;
      }
      if (field !== "data") continue;
      data.push(value);
      size += value.length;
      if (size > most) throw new RangeError("an event is too large");
    }
  }
  for await (const chunk of body) {
    let text = decoder.decode(chunk, { stream: true });
    // A CR ends a line, and an LF right after it belongs to it.
    if (returned && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") returned = text.endsWith("\r");
    rest += text.replace(/\r\n?/g, "\n");
    const end = rest.lastIndexOf("\n");
    if (end !== -1) {
      yield* take(rest.slice(0, end).split("\n"));
      rest = rest.slice(end + 1);
    }
    if (rest.length > most) throw new RangeError("an event is too large");
  }
  yield* take([...(rest === "" ? [] : [rest]), ""]);
}
