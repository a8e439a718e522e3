// The model server of the benchmark, in a process of its own so that it takes no time from what is measured. Speaks just enough of the
// Messages API. `POST /<script>/<id>/v1/messages` plays a script; `GET /<script>/<id>/log` says when its requests came and its answers ended.

/** What one measured run did, as the server saw it. Times are milliseconds of the machine's clock. */
export interface ServerLog {
  readonly arrivals: number[];
  readonly ends: number[];
  readonly bytes: number[];
  readonly systemBytes: number;
  readonly toolBytes: number;
  readonly last: string;
}

type Json = Readonly<Record<string, unknown>>;
/** A first answer that calls these tools with these inputs; every later one waits so many milliseconds and says "fine". */
interface CallScript {
  readonly first: readonly (readonly [string, Json])[];
  readonly pause: number;
}
/** The chunks of one answer; a number is a pause in milliseconds. */
type Answer = readonly (Uint8Array | number)[];

/** The name of a script that makes these calls. */
export function calling(first: CallScript["first"], pause = 0): string {
  return `calls-${Buffer.from(JSON.stringify({ first, pause } satisfies CallScript)).toString("hex")}`;
}

if (import.meta.main) {
  const server = serve();
  process.stdout.write(`${server.port}\n`);
}

/** Starts it on a free port of the loopback. */
export function serve(): Bun.Server<undefined> {
  const logs = new Map<string, { log: ServerLog; systemBytes: number; toolBytes: number; last: Uint8Array }>();
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    async fetch(request) {
      const arrived = now();
      const [, script = "", id = "", ...rest] = new URL(request.url).pathname.split("/");
      const key = `${script}/${id}`;
      let kept = logs.get(key);
      if (kept === undefined) {
        kept = {
          log: { arrivals: [], ends: [], bytes: [], systemBytes: 0, toolBytes: 0, last: "" },
          systemBytes: 0,
          toolBytes: 0,
          last: new Uint8Array(),
        };
        logs.set(key, kept);
      }
      if (rest[0] === "log") {
        logs.delete(key);
        const { systemBytes, toolBytes } = kept;
        return Response.json({
          ...kept.log,
          systemBytes,
          toolBytes,
          last: new TextDecoder().decode(kept.last.slice(-2_000)),
        } satisfies ServerLog);
      }
      const { log } = kept;
      log.arrivals.push(arrived);
      kept.last = await request.bytes();
      log.bytes.push(kept.last.length);
      if (log.bytes.length === 1) {
        const body = JSON.parse(new TextDecoder().decode(kept.last)) as Json;
        kept.systemBytes = body["system"] === undefined ? 0 : Buffer.byteLength(JSON.stringify(body["system"]));
        kept.toolBytes = body["tools"] === undefined ? 0 : Buffer.byteLength(JSON.stringify(body["tools"]));
      }
      return new Response(
        play(answer(script, log.arrivals.length - 1), () => log.ends.push(now())),
        {
          headers: { "content-type": "text/event-stream", "request-id": `req_${log.arrivals.length}` },
        },
      );
    },
  });
}

// --- internal ---

function now(): number {
  return performance.timeOrigin + performance.now();
}

function play(chunks: Answer, ended: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const chunk of chunks) {
        if (typeof chunk === "number") await Bun.sleep(chunk);
        else controller.enqueue(chunk);
      }
      ended();
      controller.close();
    },
  });
}

function answer(script: string, step: number): Answer {
  const [name = "", count = "0"] = script.split("-");
  const last = [encode([begin, ...block(0, text, "fine"), ...finish("end_turn")])];
  if (name === "text") return last;
  if (name === "loop")
    return step < Number(count) ? [encode([begin, ...call(0, "read_file", { path: `data/${step}.txt` }), ...finish("tool_use")])] : last;
  if (name === "stream") return streamed(Number(count));
  if (name === "pace" || name === "markdown") return paced(Number(count), name === "pace" ? 1 : 10);
  if (name === "calls") {
    const { first, pause } = JSON.parse(Buffer.from(count, "hex").toString()) as CallScript;
    if (step > 0) return [pause, ...last];
    return [encode([begin, ...first.flatMap(([tool, input], index) => call(index, tool, input)), ...finish("tool_use")])];
  }
  if (step > 0) return last;
  if (name === "parallel") {
    const calls = Array.from({ length: Number(count) }, (_, index) => call(index, "slow_read", { name: String(index) })).flat();
    return [encode([begin, ...calls, ...finish("tool_use")])];
  }
  if (name === "early") {
    const tail = Array.from({ length: 20 }, () => [20, encode([delta(1, "more ")])]).flat();
    const opening = [begin, ...call(0, "slow_read", { name: "early" }), { type: "content_block_start", index: 1, content_block: text }];
    return [encode(opening), ...tail, encode([{ type: "content_block_stop", index: 1 }, ...finish("tool_use")])];
  }
  throw new Error(`no such script: ${script}`);
}

const text: Json = { type: "text", text: "" };
const usage = { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
const begin: Json = {
  type: "message_start",
  message: { id: "msg_1", type: "message", role: "assistant", model: "bench", content: [], usage },
};

function block(index: number, content: Json, said: string): Json[] {
  return [{ type: "content_block_start", index, content_block: content }, delta(index, said), { type: "content_block_stop", index }];
}

function delta(index: number, said: string): Json {
  return { type: "content_block_delta", index, delta: { type: "text_delta", text: said } };
}

let calls = 0;
function call(index: number, name: string, input: Json): Json[] {
  calls += 1;
  return [
    { type: "content_block_start", index, content_block: { type: "tool_use", id: `toolu_${calls}`, name, input: {} } },
    { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: JSON.stringify(input) } },
    { type: "content_block_stop", index },
  ];
}

function finish(reason: string): Json[] {
  return [{ type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 5 } }, { type: "message_stop" }];
}

/** `count` deltas of 64 bytes, 128 to a write. */
function streamed(count: number): Answer {
  const piece = `${"0123456789abcdef".repeat(4).slice(0, 63)}\n`;
  const batch = encode(Array.from({ length: 128 }, () => delta(0, piece)));
  const opening = encode([begin, { type: "content_block_start", index: 0, content_block: text }]);
  const closing = encode([{ type: "content_block_stop", index: 0 }, ...finish("end_turn")]);
  return [opening, ...Array.from({ length: count / 128 }, () => batch), closing];
}

/** What a model writes of an evening, in lower case but for its last words, so that typed capitals can be told from it. */
const section = [
  "## a heading of the section\n\nsome words with **weight**, some *slanted*, `code in a line` and [a link](https://example.com/there) to follow, then more of them, ",
  "on and on until the paragraph is wider than any terminal that a person would sit before.\n\n- the first of three points\n- the second, a little longer\n",
  "- the third\n\n| name | what it is |\n| --- | --- |\n| one | the first row of a table |\n| two | the second row of it |\n\n```ts\n",
  "export function add(left: number, right: number): number {\n  // the sum\n  return left + right;\n}\n```\n\n> words that somebody else said\n\n",
].join("");

/** `count` deltas of Markdown, about 100 bytes each, `together` of them every 10 ms. */
function paced(count: number, together: number): Answer {
  const long = section.repeat(2 + Math.ceil(100 / section.length));
  const piece = (index: number) => long.slice((index * 100) % section.length, ((index * 100) % section.length) + 100);
  const batches = Array.from({ length: count / together }, (_, batch) =>
    encode(Array.from({ length: together }, (_ignored, at) => delta(0, piece(batch * together + at)))),
  );
  const opening = encode([begin, { type: "content_block_start", index: 0, content_block: text }]);
  const closing = encode([delta(0, "\n\nTHE END.\n"), { type: "content_block_stop", index: 0 }, ...finish("end_turn")]);
  return [opening, ...batches.flatMap((batch) => [10, batch]), closing];
}

function encode(events: readonly Json[]): Uint8Array {
  return new TextEncoder().encode(events.map((event) => `event: ${event["type"]}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}
