// One interpreter that is alive: code goes in, what it prints comes out, up to the mark that ends each piece.
import { closeSync } from "node:fs";
import { join } from "node:path";
import { type CallScope, ClawError } from "claw";
import {
  absent,
  type Feed,
  openFeed,
  type ProcessEnd,
  Processes,
  type ProcessOptions,
  Sandbox,
  type Sandboxed,
  sandboxBounds,
  Workspace,
  within,
} from "claw/kit";
import { LANGUAGES } from "./languages.ts";
import type { Interpreter as Name } from "./names.ts";
import { Output } from "./output.ts";

/** How one piece of code went. `ended`: the interpreter with it. */
export interface Ran {
  readonly text: string;
  readonly length: number;
  /** The file with all of it, when it was cut. */
  readonly spill?: string;
  readonly how: "done" | "late" | "interrupted" | "ended";
  /** What the interpreter says of it: `ok` or `error`, or for bash its exit code. */
  readonly status: string;
  readonly end?: ProcessEnd;
}
export interface RunLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  onTail(tail: string, bytes: number): void;
}
export interface Interpreter {
  /** What commands could do when it was started. It must not serve where that is less. */
  readonly bounds: string;
  readonly sandbox?: string;
  /** Why it is no more. */
  readonly gone: string | undefined;
  run(code: string, limits: RunLimits): Promise<Ran>;
  /** What the sandbox has to say of a piece of code, in lines for the model: it puts out of effect what appeared under guarded names. */
  finish(end: ProcessEnd): readonly string[];
  /** From here on what appears is the interpreter's doing: others may have written until now. */
  rebase(scope: CallScope): Promise<void>;
  /** Ends it, and all it has started. */
  stop(): void;
}

/** Throws `CLAW_TOOL_FAILED` when there is no such program. */
export async function startInterpreter(name: Name, scope: CallScope): Promise<Interpreter> {
  const bounds = await sandboxBounds(scope);
  const processes = await scope.use(Processes);
  const program = programOf(name, scope.env["PATH"]);
  const { words, env } = LANGUAGES[name];
  const scratch = await (await scope.use(Workspace)).scratch(scope);
  const output = new Output(() => join(scratch, `repl-${crypto.randomUUID().slice(0, 8)}.txt`));
  const ear: Ear = { hear: (text) => void output.take(text) };
  const started = new AbortController();
  const feeds: Feed[] = [];
  const options = (folder: string): ProcessOptions => {
    const feed = openFeed(folder);
    feeds.push(feed);
    const whole = { ...processes.environment(scope), ...env };
    return {
      argv: feed.argv([program, ...words], 3),
      cwd: scope.session.cwd,
      env: whole,
      name: `REPL ${name}`,
      onOutput: (text) => ear.hear(text),
    };
  };
  try {
    const box = await (await scope.use(Sandbox).catch(absent))?.wrap(options, scope);
    const ready = box?.options ?? options(scratch);
    // It outlives the turn: only its own stop, or the session's end, ends it.
    const ended = processes.run(ready, { ...scope, signal: started.signal });
    return attend({ name, bounds, feed: feeds[0] as Feed, ear, output, stop: started, ended, ...(box === undefined ? {} : { box }) });
  } catch (thrown) {
    for (const feed of feeds) feed.close();
    throw thrown;
  }
}

// --- internal ---

/** Who hears what is printed now. */
interface Ear {
  hear: (text: string) => void;
}
interface Living {
  readonly name: Name;
  readonly bounds: string;
  readonly box?: Sandboxed;
  readonly feed: Feed;
  readonly ear: Ear;
  readonly output: Output;
  readonly stop: AbortController;
  readonly ended: Promise<ProcessEnd>;
}
/** How long a stopped one is waited for: an aborted call has no more than a second. */
const STOP_MS = 700;
const TAIL = 2_000;
const TAIL_EVERY_MS = 100;

function attend({ name, bounds, box, feed, ear, output, stop, ended }: Living): Interpreter {
  let gone: string | undefined;
  const over: Promise<ProcessEnd> = ended.finally(() => {
    gone ??= "it ended";
    feed.close();
  });
  over.catch(() => {});
  const kill = (why: string): void => {
    gone ??= why;
    stop.abort(why);
  };
  async function run(code: string, { timeoutMs, signal, onTail }: RunLimits): Promise<Ran> {
    const mark = crypto.randomUUID().replaceAll("-", "");
    const order = LANGUAGES[name].order(mark, code);
    const tail = throttled(() => onTail(output.tail(TAIL), output.length));
    output.begin(mark);
    const done = Promise.withResolvers<Pick<Ran, "how" | "status">>();
    ear.hear = (text) => {
      const status = output.take(text);
      tail.touch();
      if (status !== undefined) done.resolve({ how: "done", status });
    };
    const give = (how: "late" | "interrupted", why: string) => {
      kill(why);
      done.resolve({ how, status: "" });
    };
    const late = setTimeout(() => give("late", "it was stopped at a time limit"), timeoutMs);
    const abort = (): void => give("interrupted", "it was interrupted");
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    const last = over.then((end) => ({ how: "ended", status: "", end }) as const);
    try {
      feed.write(order).catch((thrown: unknown) => kill(thrown instanceof Error ? thrown.message : String(thrown)));
      const first = await Promise.race([done.promise, last]);
      const { how, status } = first;
      if (how === "late" || how === "interrupted")
        await within(
          over.catch(() => {}),
          STOP_MS,
        );
      const end = "end" in first ? { end: first.end } : {};
      return { how, status, ...output.close(), ...end };
    } finally {
      clearTimeout(late);
      tail.stop();
      signal.removeEventListener("abort", abort);
      ear.hear = (text) => void output.take(text);
    }
  }
  return {
    bounds,
    ...(box === undefined ? {} : { sandbox: box.tier }),
    ...watch(box),
    get gone() {
      return gone;
    },
    run,
    stop: () => kill("it was stopped"),
  };
}

function watch(box: Sandboxed | undefined): Pick<Interpreter, "finish" | "rebase"> {
  let watching = box;
  return {
    finish: (end) => watching?.finish(end) ?? [],
    async rebase(scope) {
      if (box === undefined) return;
      watching = await (await scope.use(Sandbox).catch(absent))?.wrap({ argv: ["true"], cwd: scope.session.cwd }, scope);
      for (const file of watching?.options.files ?? []) closeSync(file);
    },
  };
}

function programOf(name: Name, path: string | undefined): string {
  const lookup = path === undefined ? {} : { PATH: path };
  const which = (one: Name): string | undefined =>
    LANGUAGES[one].programs.map((program) => Bun.which(program, lookup)).find((found) => found !== null) ?? undefined;
  const found = which(name);
  if (found !== undefined) return found;
  const others = (Object.keys(LANGUAGES) as Name[]).filter((one) => which(one) !== undefined);
  throw new ClawError("CLAW_TOOL_FAILED", `There is no ${LANGUAGES[name].programs.join(" or ")} on PATH.`, {
    hint: `There is: ${others.join(", ") || "none of the others"}.`,
  });
}

/** Calls `show` a little after the first touch, and not more often. */
function throttled(show: () => void): { touch(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    touch() {
      timer ??= setTimeout(() => {
        timer = undefined;
        show();
      }, TAIL_EVERY_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
