// Waits for a background task, within limits, and tells what is new.
import type { CallScope, ToolResult } from "claw";
import { type BackgroundTask, backgroundTask, clip } from "claw/kit";

export interface TaskOutputInput {
  readonly task_id: string;
  readonly block?: boolean | undefined;
  readonly timeout?: number | undefined;
}

export async function run(input: TaskOutputInput, scope: CallScope): Promise<ToolResult> {
  const task = await backgroundTask(scope, input.task_id);
  if (input.block ?? true) await ended(task, input.timeout ?? DEFAULT_MS, scope.signal);
  // How it stands first: output that comes after this line is still there for the next look.
  const { id, kind, name, standing, state, file, details } = task;
  const output = clip((await task.fresh()).replace(/\n+$/, ""), MOST);
  const text = `${output === "" ? "(no new output)" : output}\n[${standing}${file === undefined ? "" : `; all output: ${file}`}]`;
  return { content: [{ type: "text", text }], details: { task: id, kind, name, running: state === "running", state, ...details } };
}

// --- internal ---

const DEFAULT_MS = 30_000;
/** What a task gives is capped by itself; this is for one that forgot. */
const MOST = 35_000;

/** Resolves at the end of the task, after `ms`, or on abort. */
async function ended(task: BackgroundTask, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  const timer = setTimeout(done, ms);
  signal.addEventListener("abort", done, { once: true });
  if (signal.aborted) done();
  try {
    await Promise.race([task.ended, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", done);
  }
}
