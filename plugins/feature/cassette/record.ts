// Recording: every `fetch` and every child passes through here on its way, and is kept when it is over, without secrets.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClawError, type PluginContext } from "claw";
import { type CassetteEntry, type CassetteHead, type Piece, publicUrl } from "claw/kit";
import pack from "claw/package.json" with { type: "json" };
import { divert, writePrograms } from "./programs.ts";
import { pieceOf, Secrets } from "./secrets.ts";

/** Begins; what it gives ends it. */
export async function record(file: string, { cwd, env, options, bus }: PluginContext<unknown>): Promise<() => Promise<void>> {
  const path = resolve(cwd, file);
  if (existsSync(path) && !/^(?:\{"cassette":|$)/.test(readFileSync(path, "utf8").slice(0, 20)))
    throw new ClawError("CLAW_USAGE", `--record: ${path} is there, and is no cassette`, { hint: "Name a new file; a cassette is written over." });
  const secrets = new Secrets(env);
  const keep = (entry: CassetteEntry | CassetteHead): void => appendFileSync(path, `${JSON.stringify(entry).toWellFormed()}\n`);
  try {
    writeFileSync(path, "", { mode: 0o600 });
    keep({ cassette: 1, claw: pack.version, at: Date.now(), cwd, options: optionsOf(options, secrets), env: envOf(env, secrets) });
  } catch (cause) {
    throw new ClawError("CLAW_USAGE", `--record: ${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
  const stack = new AsyncDisposableStack();
  const pending = new Set<Promise<void>>();
  stack.use(recordFetch(secrets, keep, pending));
  const programs = stack.use(await writePrograms());
  const logs: { readonly argv: readonly string[]; readonly log: string }[] = [];
  stack.use(
    divert((argv, files) => {
      const log = join(programs.folder, `${logs.length}.log`);
      logs.push({ argv, log });
      return [process.execPath, programs.tee, log, String(files), ...argv];
    }),
  );
  stack.use(bus.on("turn.started", ({ data }) => keep({ kind: "input", text: secrets.clean(data.text) })));
  return async () => {
    await Promise.race([Promise.allSettled(pending), Bun.sleep(500)]);
    for (const { argv, log } of logs) keep(processOf(argv, log, secrets));
    await stack.disposeAsync();
  };
}

// --- internal ---

/** What would make the run another, or point at this one. */
const LEFT_OUT = ["--", "record", "replay", "print", "cwd", "continue", "resume", "fork", "session-id", "input-format", "debug"];
const TELLING = /^(CLAW_|ANTHROPIC_|OPENAI_|GEMINI_|GOOGLE_|XAI_|DASHSCOPE_|OPENROUTER_|DEEPSEEK_|GROQ_|MISTRAL_|OLLAMA_)/;
const OWN = ["CLAW_CONFIG_HOME", "CLAW_RUN", "CLAW_LOG"];

function optionsOf(options: PluginContext<unknown>["options"], secrets: Secrets): CassetteHead["options"] {
  const kept = Object.entries(options).flatMap(([name, value]) => (LEFT_OUT.includes(name) || value === undefined ? [] : [[name, value] as const]));
  return JSON.parse(secrets.clean(JSON.stringify(Object.fromEntries(kept)))) as CassetteHead["options"];
}

/** A key has to be there, not to be right: nobody looks at it again. */
function envOf(env: PluginContext<unknown>["env"], secrets: Secrets): Record<string, string> {
  const named = Object.entries(env).filter(([name, value]) => TELLING.test(name) && !OWN.includes(name) && value !== undefined && value !== "");
  return Object.fromEntries(named.map(([name, value = ""]) => [name, /_URL$/.test(name) ? publicUrl(value) : secrets.clean(value)]));
}

function recordFetch(secrets: Secrets, keep: (entry: CassetteEntry) => void, pending: Set<Promise<void>>): Disposable {
  const real = globalThis.fetch;
  const recorded = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const address = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    const headers = secrets.headers(new Headers(init.headers ?? (input instanceof Request ? input.headers : {})));
    const asked = {
      ...{ kind: "fetch" as const, method: init.method ?? (input instanceof Request ? input.method : "GET"), url: publicUrl(address), headers },
      body: typeof init.body === "string" ? secrets.clean(init.body) : "",
    };
    const response = await real(input, init).catch((error: Error) => {
      keep({ ...asked, pieces: [], failed: secrets.clean(error.message) });
      throw error;
    });
    const { status } = response;
    const answer = secrets.headers(response.headers);
    // The body comes decoded, whole or in pieces of its own.
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) delete answer[name];
    if (response.body === null) {
      keep({ ...asked, status, answer, pieces: [] });
      return response;
    }
    const over = Promise.withResolvers<void>();
    pending.add(over.promise);
    const pieces: Piece[] = [];
    const done = (cut: boolean): void => {
      keep({ ...asked, status, answer, pieces: secrets.pieces(pieces), ...(cut && { cut }) });
      pending.delete(over.promise);
      over.resolve();
    };
    const passed = new Response(
      watched(response.body, (bytes) => void pieces.push(pieceOf(bytes)), done),
      response,
    );
    Object.defineProperty(passed, "url", { value: response.url });
    return passed;
  };
  globalThis.fetch = Object.assign(recorded, { preconnect: real.preconnect }) as typeof fetch;
  return {
    [Symbol.dispose]() {
      globalThis.fetch = real;
    },
  };
}

/** The same stream, piece by piece. `done` is called once: at its end, or with true when it broke or nobody wanted the rest. */
function watched(body: ReadableStream<Uint8Array>, seen: (bytes: Uint8Array) => void, done: (cut: boolean) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let over = false;
  const end = (cut: boolean): void => {
    if (!over) done(cut);
    over = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(stream) {
      try {
        const { done: ended, value } = await reader.read();
        if (value !== undefined) seen(value);
        if (value !== undefined) stream.enqueue(value);
        if (!ended) return;
        end(false);
        stream.close();
      } catch (error) {
        end(true);
        stream.error(error);
      }
    },
    async cancel(reason) {
      end(true);
      await reader.cancel(reason);
    },
  });
}

/** What the log of a program says. One that still runs, or was killed, has no end in it. */
function processOf(argv: readonly string[], log: string, secrets: Secrets): CassetteEntry {
  const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
  type Line = {
    readonly fd?: number;
    readonly after?: number;
    readonly base64?: string;
    readonly code?: number | null;
    readonly signal?: string | null;
  };
  const said = lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as Line] : []));
  const pieces = said.flatMap(({ fd, after = 0, base64 }): Piece[] =>
    base64 === undefined ? [] : [{ ...pieceOf(Buffer.from(base64, "base64")), ...(after > 0 && { after }), ...(fd === 2 && { err: true as const }) }],
  );
  const { code = null, signal = "SIGTERM" } = said.find((line) => line.code !== undefined) ?? {};
  return { kind: "process", argv: argv.map((word) => secrets.clean(word)), pieces: secrets.pieces(pieces), code, signal };
}
