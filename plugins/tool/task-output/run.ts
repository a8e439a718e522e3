// Waits for a background task, within limits, and tells what is new.
import type { CallScope, ToolResult } from "claw";
import { findTask, type ProcessEnd, Processes, type Task } from "claw/kit";

export interface TaskOutputInput {
  readonly task_id: string;
  readonly block?: boolean | undefined;
  readonly timeout?: number | undefined;
}

export async function run(input: TaskOutputInput, scope: CallScope): Promise<ToolResult> {
  const task = findTask((await scope.use(Processes)).tasks(scope.session.id), input.task_id);
  if (input.block ?? true) await ended(task, input.timeout ?? DEFAULT_MS, scope.signal);
  // The end first: output that comes after this line is still there for the next look.
  const end = task.end;
  const output = (await task.fresh()).replace(/\n+$/, "");
  const text = `${output === "" ? "(no new output)" : output}\n[${stateOf(task, end)}; all output: ${task.spill}]`;
  return {
    content: [{ type: "text", text }],
    details: {
      task: task.id,
      name: task.name,
      running: end === undefined,
      code: end?.code ?? null,
      signal: end?.signal ?? null,
      spill: task.spill,
    },
  };
}

// --- internal ---

const DEFAULT_MS = 30_000;

function stateOf(task: Task, end: ProcessEnd | undefined): string {
  if (end === undefined) return `still running, ${seconds(Date.now() - task.startedAt)}`;
  const how = end.timedOut ? "stopped at its time limit" : end.signal === null ? `ended with exit code ${end.code}` : `ended by ${end.signal}`;
  return `${how} after ${seconds(end.ms)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** Resolves at the end of the task, after `ms`, or on abort. */
async function ended(task: Task, ms: number, signal: AbortSignal): Promise<void> {
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
