// Ends a background task and tells what it last said.
import type { CallScope, ToolResult } from "claw";
import { backgroundTask } from "claw/kit";

export async function run(input: { readonly task_id: string }, scope: CallScope): Promise<ToolResult> {
  const task = await backgroundTask(scope, input.task_id);
  const { id, kind, name } = task;
  const early = task.state !== "running";
  const how = await task.stop();
  const output = (await task.fresh()).replace(/\n+$/, "");
  const said = early ? `Task ${id} had already ended (${how}).` : `Stopped task ${id} (${how}).`;
  const file = task.file === undefined ? "" : ` All output: ${task.file}`;
  const text = `${said}${file}${output === "" ? "" : `\nSince the last look:\n${output}`}`;
  return { content: [{ type: "text", text }], details: { task: id, kind, name, running: false, ...task.details } };
}
