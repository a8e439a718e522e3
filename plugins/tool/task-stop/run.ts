// Ends a background task and tells what it last wrote.
import type { CallScope, ToolResult } from "claw";
import { findTask, Processes } from "claw/kit";

export async function run(input: { readonly task_id: string }, scope: CallScope): Promise<ToolResult> {
  const task = findTask((await scope.use(Processes)).tasks(scope.session.id), input.task_id);
  const early = task.end;
  const end = await task.stop();
  const output = (await task.fresh()).replace(/\n+$/, "");
  const how = end.signal === null ? `exit code ${end.code}` : end.signal;
  const state = early === undefined ? `Stopped task ${task.id} (${how}).` : `Task ${task.id} had already ended (${how}).`;
  const text = `${state} All output: ${task.spill}${output === "" ? "" : `\nSince the last look:\n${output}`}`;
  return {
    content: [{ type: "text", text }],
    details: { task: task.id, name: task.name, code: end.code, signal: end.signal, spill: task.spill },
  };
}
