// The threads of the embedded ripgrep: each runs one search at a time; few of them, and gone when they have been idle for a while.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { ClawError } from "claw";
import { type Found, MOST_OUTPUT, wholeLines } from "./engine.ts";
import type { Job, News } from "./worker.ts";

export interface Threads {
  /** Runs one search. An abort ends it at once, and what it has found until then is the result. */
  run(job: Omit<Job, "most">, signal: AbortSignal): Promise<Found>;
}

export function createThreads(): Threads {
  const most = Math.min(4, Math.max(1, availableParallelism()));
  const idle: Thread[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(job, signal) {
      if (running >= most) await new Promise<void>((ready) => waiting.push(ready));
      running++;
      try {
        if (signal.aborted) return { base: job.top, code: null, output: "", stderr: "", cut: true };
        const thread = idle.pop() ?? (await startThread());
        const found = await work(thread, { ...job, most: MOST_OUTPUT }, signal);
        if (found.code === null) await thread.worker.terminate();
        else rest(thread, idle);
        return found;
      } finally {
        running--;
        waiting.shift()?.();
      }
    },
  };
}

// --- internal ---

/** Compiling takes 50 ms: the next search soon after is spared it. */
const IDLE_MS = 15_000;

interface Thread {
  readonly worker: Worker;
  timer?: ReturnType<typeof setTimeout>;
}

async function startThread(): Promise<Thread> {
  const { WORKER_MARK, WORKER_PATH } = await import("./worker.ts");
  // The package would keep its compiled form in the common temporary folder, and run what somebody else may have put there: give it none.
  const nowhere = process.platform === "win32" ? "NUL" : "/dev/null";
  const worker = new Worker(WORKER_PATH, { workerData: WORKER_MARK, env: { TMPDIR: nowhere, TEMP: nowhere, TMP: nowhere } });
  worker.unref();
  return { worker };
}

function rest(thread: Thread, idle: Thread[]): void {
  idle.push(thread);
  thread.timer = setTimeout(() => {
    idle.splice(idle.indexOf(thread), 1);
    void thread.worker.terminate();
  }, IDLE_MS);
  thread.timer.unref();
}

async function work({ worker, timer }: Thread, job: Job, signal: AbortSignal): Promise<Found> {
  clearTimeout(timer);
  const pieces: string[] = [];
  const ended = Promise.withResolvers<Found>();
  const end = (code: number | null, stderr: string, cut: boolean): void => {
    const output = pieces.join("");
    ended.resolve({ base: job.top, code, output: cut ? wholeLines(output) : output, stderr, cut });
  };
  const hear = (news: News): void => {
    if (news.kind === "output") pieces.push(news.text);
    else end(news.code, news.stderr, news.cut);
  };
  const fail = (error: unknown): void => ended.reject(error);
  const left = (): void => ended.reject(new ClawError("CLAW_TOOL_FAILED", "The search thread ended before the search did."));
  const abort = (): void => end(null, "", true);
  worker.on("message", hear).once("error", fail).once("exit", left);
  signal.addEventListener("abort", abort, { once: true });
  // While it works the process must not end without it.
  worker.ref();
  worker.postMessage(job);
  try {
    return await ended.promise;
  } finally {
    worker.unref();
    worker.off("message", hear).off("error", fail).off("exit", left);
    signal.removeEventListener("abort", abort);
  }
}
