// One child from start to end: its group, its output, its limit. Knows nothing of sessions.
import { existsSync } from "node:fs";
import type { Subprocess } from "bun";
import { ClawError } from "claw";
import { type ProcessEnd, type ProcessOptions, within } from "claw/kit";
import { type Capture, clean, decode } from "./capture.ts";
import { endGroup, groupGone } from "./group.ts";
import { closePipe, type MakePipe, type Pipe, type Reader, readPipe } from "./pipe.ts";
import type { Watchdog } from "./watchdog.ts";

/** What a child needs besides its options. */
export interface Surroundings {
  readonly env: Record<string, string>;
  readonly output: Capture;
  readonly watchdog: Watchdog;
  readonly pipe: MakePipe;
  /** Buries the dead of a group whose leader is buried. */
  readonly bury: (group: number) => void;
}
export interface Child {
  readonly pid: number;
  /** Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  end(why: "stop" | "abort" | "limit", patienceMs?: number): Promise<ProcessEnd>;
}

/** Starts a child in a group of its own. Throws `CLAW_TOOL_FAILED` when that cannot be done. */
export function launch(options: ProcessOptions, around: Surroundings): Child {
  const startedAt = performance.now();
  const { child, output, stderr } = spawn(options, around);
  around.watchdog.add(child.pid);
  const { promise: given, resolve: giveUp } = Promise.withResolvers<null>();
  let why: string | undefined;
  let ending: Promise<void> | undefined;
  let over = false;
  let exited = false;
  // As long as the leader is there, it is Bun that has to bury it.
  const bury = (): void => {
    if (exited) around.bury(child.pid);
  };
  const end: Child["end"] = (reason, patienceMs = reason === "abort" ? ABORT_MS : PATIENCE_MS) => {
    // The system may have given the number of a group that is gone to another.
    if (over) return ended;
    why ??= reason;
    // What survives SIGKILL sleeps in the system's own code; nobody waits for that.
    ending ??= endGroup(child.pid, patienceMs, bury).then(() => void within(child.exited, 1_000).then(() => giveUp(null)));
    return ended;
  };
  const limit =
    options.timeoutMs === undefined ? undefined : setTimeout(() => void end("limit"), Math.min(Math.max(1, options.timeoutMs), LONGEST_MS));
  const flow = watch(options, around.output);
  const errors = new Rest(STDERR_KEPT);
  const streams = [drain(output, flow.take), ...(stderr === undefined ? [] : [drain(stderr, options.apart ? errors.take : flow.take)])];
  const drained = Promise.all(streams.map((stream) => stream.done));
  const finish = async (): Promise<ProcessEnd> => {
    await Promise.race([child.exited, given]);
    exited = child.exitCode !== null || child.signalCode !== null;
    clearTimeout(limit);
    // A background child in the shell may still hold the pipe or just be finishing, as `tee` in `> >(tee log)` does.
    const [quiet, gone] = await Promise.all([within(drained, GRACE_MS), groupGone(child.pid, GRACE_MS, bury)]);
    if (!gone || !quiet) await (ending ?? endGroup(child.pid, PATIENCE_MS, bury));
    if (!quiet && !(await within(drained, LAST_READ_MS))) for (const stream of streams) stream.cancel();
    over = true;
    flow.close();
    await around.output.close();
    around.watchdog.remove(child.pid);
    return {
      code: child.exitCode,
      signal: child.signalCode === null ? null : String(child.signalCode),
      timedOut: why === "limit",
      aborted: why === "abort",
      output: around.output.text(),
      bytes: around.output.bytes,
      ms: Math.round(performance.now() - startedAt),
      ...(around.output.path === undefined ? {} : { spill: around.output.path }),
      ...(options.apart ? { stderr: errors.text() } : {}),
    };
  };
  const ended = finish();
  return { pid: child.pid, ended, end };
}

// --- internal ---

/** Between SIGTERM and SIGKILL. */
const PATIENCE_MS = 2_000;
/** The same when a turn is aborted: a second later nobody waits for the call's result any more. */
const ABORT_MS = 500;
/** How long what the leader left behind may go on. */
const GRACE_MS = 250;
/** How long a pipe is read when its group is gone and something outside the group still holds it. */
const LAST_READ_MS = 500;
/** The longest a timer can be set to. */
const LONGEST_MS = 2_147_483_647;
const STDERR_KEPT = 4_000;
const TAIL_EVERY_MS = 100;
const TAIL_BYTES = 2_000;

type Take = (chunk: Uint8Array) => void | Promise<void>;

/** One pipe for both streams keeps their order; a second one is for a stderr that is wanted apart, or where there are only Bun's own. */
function spawn(options: ProcessOptions, around: Surroundings): { child: Subprocess; output: Reader; stderr?: Reader } {
  const out = around.pipe();
  const err = out !== undefined && options.apart ? around.pipe() : out;
  const pipes = [...new Set([out, err])].filter((pipe): pipe is Pipe => pipe !== undefined);
  let child: Subprocess<"ignore" | Uint8Array, number | "pipe", number | "pipe">;
  try {
    child = Bun.spawn([...options.argv], {
      cwd: options.cwd,
      env: around.env,
      stdio: [options.stdin === undefined ? "ignore" : bytesOf(options.stdin), out?.write ?? "pipe", err?.write ?? "pipe", ...(options.files ?? [])],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
  } catch (error) {
    for (const pipe of pipes) closePipe(pipe);
    throw notStarted(options, error);
  }
  const [first, second] = pipes.map(readPipe);
  const output = first ?? own(child.stdout) ?? NOTHING;
  const stderr = second ?? own(child.stderr);
  return { child, output, ...(stderr === undefined ? {} : { stderr }) };
}

function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? Buffer.from(input) : input;
}

/** Bun's own stream, when the child was given no pipe of ours. */
function own(stream: ReadableStream<Uint8Array> | number | null | undefined): Reader | undefined {
  return stream instanceof ReadableStream ? stream.getReader() : undefined;
}
const NOTHING: Reader = { read: async () => ({ done: true }), cancel: async () => {} };

function notStarted(options: ProcessOptions, error: unknown): ClawError {
  const said = error instanceof Error ? error.message : String(error);
  if (!existsSync(options.cwd)) {
    return new ClawError("CLAW_TOOL_FAILED", `The folder ${options.cwd} does not exist.`, {
      hint: "Run it in a folder that exists.",
      cause: error,
    });
  }
  return new ClawError("CLAW_TOOL_FAILED", `Could not start ${options.argv[0] ?? "nothing"}: ${said}`, {
    hint: "Check that the program is installed and on PATH, and that the machine is not out of processes or files.",
    cause: error,
  });
}

/** Reads one piece after the other; the next only when the last has been taken. */
function drain(reader: Reader, take: Take): { done: Promise<void>; cancel(): void } {
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || value === undefined) return;
      await take(value);
    }
  };
  return { done: read().catch(() => {}), cancel: () => void reader.cancel().catch(() => {}) };
}

/** Hands output on: to memory and file, as text to `onOutput`, and now and then its tail to `onTail`. */
function watch(options: ProcessOptions, output: Capture): { take: Take; close(): void } {
  const { onOutput, onTail } = options;
  const decoder = onOutput === undefined ? undefined : new TextDecoder("utf-8", { ignoreBOM: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = (text: string): void => {
    if (text !== "") attempt(() => onOutput?.(clean(text)));
  };
  const show = (): void => {
    timer = undefined;
    attempt(() => onTail?.(output.tail(TAIL_BYTES), output.bytes));
  };
  return {
    take(chunk) {
      if (onTail !== undefined) timer ??= setTimeout(show, TAIL_EVERY_MS);
      const kept = output.add(chunk);
      if (decoder === undefined) return kept;
      const text = decoder.decode(chunk, { stream: true });
      // Told only when it is in the file too, so that whoever is told can look.
      if (kept === undefined) say(text);
      else return kept.then(() => say(text));
    },
    close() {
      clearTimeout(timer);
      if (decoder !== undefined) say(decoder.decode());
    },
  };
}

/** A listener that throws must neither stop the reading nor reach the timer. */
function attempt(tell: () => void): void {
  try {
    tell();
  } catch {
    // Its own affair.
  }
}

/** The end of a stream. */
class Rest {
  #bytes = Buffer.alloc(0);
  #cut = false;
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  readonly take = (chunk: Uint8Array): void => {
    const all = Buffer.concat([this.#bytes, chunk.subarray(-this.#most)]);
    this.#cut ||= all.length > this.#most || chunk.length > this.#most;
    this.#bytes = all.subarray(-this.#most);
  };
  text(): string {
    return decode(this.#bytes, this.#cut, false);
  }
}
