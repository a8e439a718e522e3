// Pages are turned into text in threads of their own: a hostile one can neither stall claw nor take it down. One job a thread, few at once.
import { ClawError } from "claw";
import type { Converted, Job, News } from "./worker.ts";

export interface Threads {
  /** Throws `CLAW_TOOL_FAILED` when the page cannot be converted within the limit, `CLAW_ABORTED`. */
  convert(job: Job, signal: AbortSignal): Promise<Converted>;
}

export function createThreads(limitMs: number): Threads {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async convert(job, signal) {
      if (running >= MOST) await new Promise<void>((ready) => waiting.push(ready));
      running++;
      try {
        return await convertOne(job, signal, limitMs);
      } finally {
        running--;
        waiting.shift()?.();
      }
    },
  };
}

// --- internal ---

const MOST = 2;

async function convertOne(job: Job, signal: AbortSignal, limitMs: number): Promise<Converted> {
  const { WORKER_MARK, WORKER_PATH } = await import("./worker.ts");
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(WORKER_PATH, { workerData: WORKER_MARK, env: {} });
  const { promise, resolve, reject } = Promise.withResolvers<Converted>();
  const fail = (message: string): void => reject(new ClawError("CLAW_TOOL_FAILED", message));
  const abort = (): void => reject(new ClawError("CLAW_ABORTED", "The page was not read: aborted."));
  const clock = setTimeout(() => fail(`The page could not be read within ${limitMs / 1000} s.`), limitMs);
  worker.on("message", (news: News) => (news.failed === undefined ? resolve(news.converted) : fail(news.failed)));
  worker.on("error", (error) => fail(`The page could not be read: ${error instanceof Error ? error.message : String(error)}`));
  worker.on("exit", () => fail("The page could not be read: its thread ended."));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  else worker.postMessage(job);
  try {
    return await promise;
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
