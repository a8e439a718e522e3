// Background work of the session, for people and programs.
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { type BackgroundTask, clipLine, Tasks } from "claw/kit";

export async function run([action = "list", id = ""]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const tasks = await (await scope.use(Tasks)).list(scope.session.id);
  if (action === "list") {
    const notice = tasks.length === 0 ? "There are no background tasks in this session." : tasks.map(lineOf).join("\n");
    return { kind: "done", notice, data: { kind: "tasks", action, status: "ok", count: tasks.length, tasks: tasks.map(facts) } };
  }
  const task = tasks.find((one) => one.id === id);
  if (task === undefined) {
    const known = tasks.map((one) => one.id).join(", ") || "none";
    throw new ClawError("CLAW_USAGE", `there is no task ${JSON.stringify(id)} in this session`, { hint: `Known: ${known}.` });
  }
  if (action === "stop") await task.stop();
  const rows = [lineOf(task), ...(task.file === undefined ? [] : [`All output: ${task.file}`])];
  return { kind: "done", notice: rows.join("\n"), data: { kind: "tasks", action, status: "ok", task: facts(task) } };
}

// --- internal ---

function lineOf({ id, kind, name, standing }: BackgroundTask): string {
  return `${id}  ${kind.padEnd(7)}  ${clipLine(name.replace(/\s+/g, " "), 100)}: ${standing}`;
}

function facts({ id, kind, name, state, startedAt, file, details }: BackgroundTask): { readonly [key: string]: Json } {
  return { id, kind, name, state, started_at: startedAt, file: file ?? null, details };
}
