// Cassettes: what the network and programs said in a run, a JSON object a line. Reading one, and answering from it. Making one is feature/cassette.
import { readFileSync } from "node:fs";
import { ClawError } from "claw";

/** The first line. `options` and `env` are what makes the run again: no secret has its value. */
export interface CassetteHead {
  readonly cassette: 1;
  readonly claw: string;
  readonly at: number;
  readonly cwd: string;
  readonly options: Readonly<Record<string, boolean | string | readonly string[]>>;
  readonly env: Readonly<Record<string, string>>;
}
/** What came at once: text, or base64 of what is no text. `after` of a program's is how many lines it had been told before. */
export type Piece = Readonly<{ text: string } | { base64: string }> & Readonly<{ after?: number; err?: true }>;
/** A request over HTTP and its answer. `failed` is why there was none; `cut` that nobody read it to its end. */
export interface RecordedFetch {
  readonly kind: "fetch";
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status?: number;
  readonly answer?: Readonly<Record<string, string>>;
  readonly pieces: readonly Piece[];
  readonly failed?: string;
  readonly cut?: true;
}
/** A program: its command line, what it wrote, and how it ended. MCP servers are programs too. */
export interface RecordedProcess {
  readonly kind: "process";
  readonly argv: readonly string[];
  readonly pieces: readonly Piece[];
  readonly code: number | null;
  readonly signal: string | null;
}
/** What a turn was given. */
export interface RecordedInput {
  readonly kind: "input";
  readonly text: string;
  readonly model?: string;
}
export type CassetteEntry = RecordedFetch | RecordedProcess | RecordedInput;
export interface Cassette {
  readonly head: CassetteHead;
  readonly entries: readonly CassetteEntry[];
}

/** Reads a cassette. A last line that is cut, as of a run that was killed, is left out. Throws `CLAW_USAGE`. */
export function readCassette(path: string): Cassette {
  let lines: unknown[];
  try {
    const text = readFileSync(path, "utf8").split("\n");
    lines = text.filter((line) => line !== "").map((line, at, all) => (at === all.length - 1 && !line.endsWith("}") ? undefined : JSON.parse(line)));
  } catch (cause) {
    throw new ClawError("CLAW_USAGE", `${path} is no cassette: ${(cause as Error).message}`, { hint: "Make one with --record FILE.", cause });
  }
  const [head, ...entries] = lines as [CassetteHead | undefined, ...(CassetteEntry | undefined)[]];
  if (head?.cassette !== 1)
    throw new ClawError("CLAW_USAGE", `${path} is no cassette that this version reads`, { hint: "Make one with --record FILE." });
  return { head, entries: entries.filter((entry) => entry !== undefined) };
}

/**
 * Takes the place of `fetch` until it is disposed: answers each request with the next recorded one of its method and address, and never asks the network.
 * What was not recorded is answered with status 400, which nobody tries again. `strayed` hears of requests that are not as recorded.
 */
export function playFetch({ entries }: Cassette, strayed: (what: string) => void = () => {}): Disposable {
  const left = entries.filter((entry) => entry.kind === "fetch");
  const real = globalThis.fetch;
  const played = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = publicUrl(typeof input === "string" ? input : input instanceof URL ? input.href : input.url);
    const method = init.method ?? (input instanceof Request ? input.method : "GET");
    const same = (entry: RecordedFetch): boolean => entry.method === method && pathOf(entry.url) === pathOf(url);
    const at = left.findIndex((entry) => same(entry) && entry.body === String(init.body ?? ""));
    const [entry] = left.splice(at === -1 ? left.findIndex(same) : at, at === -1 && !left.some(same) ? 0 : 1);
    if (entry === undefined) {
      const message = `the cassette has no answer to ${method} ${url}`;
      strayed(message);
      return Response.json({ error: { type: "invalid_request_error", message } }, { status: 400 });
    }
    if (at === -1) strayed(`${method} ${url} is not sent as it was recorded`);
    if (entry.failed !== undefined) throw new TypeError(entry.failed);
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        for (const piece of entry.pieces) stream.enqueue(bytesOfPiece(piece));
        stream.close();
      },
    });
    const answer = new Response(bodiless(entry.status) ? null : body, { status: entry.status ?? 200, headers: entry.answer ?? {} });
    Object.defineProperty(answer, "url", { value: url });
    return answer;
  };
  globalThis.fetch = Object.assign(played, { preconnect: () => {} }) as typeof fetch;
  return {
    [Symbol.dispose]() {
      globalThis.fetch = real;
    },
  };
}

/** The bytes of a piece. */
export function bytesOfPiece(piece: Piece): Uint8Array<ArrayBuffer> {
  return Uint8Array.from("text" in piece ? Buffer.from(piece.text) : Buffer.from(piece.base64, "base64"));
}

/** An address without what opens doors: user, password, keys in the query. */
export function publicUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  url.username = url.password = "";
  for (const name of [...url.searchParams.keys()]) if (/key|token|secret|sig|auth|pass/i.test(name)) url.searchParams.set(name, "removed");
  return url.href;
}

// --- internal ---

/** An address where a test's server is another port each time. */
const pathOf = (address: string): string => address.replace(/^(https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\])):\d+/, "$1");
const bodiless = (status = 200): boolean => [101, 204, 205, 304].includes(status);
