// What a command or a tool asks about background tasks: all of them, one, and commands as tasks.
import { ClawError, type TurnScope } from "claw";
import { type Task as Process, Processes } from "./processes.ts";
import { type BackgroundTask, Tasks } from "./tasks.ts";

/** The background work of the scope's session; without the tasks service, its command lines. */
export async function backgroundTasks(scope: TurnScope): Promise<readonly BackgroundTask[]> {
  try {
    return await (await scope.use(Tasks)).list(scope.session.id);
  } catch (thrown) {
    if (!(thrown instanceof ClawError) || thrown.code !== "CLAW_SERVICE_MISSING") throw thrown;
    return (await scope.use(Processes)).tasks(scope.session.id).map(commandTask);
  }
}

/** The one of that id; `CLAW_TOOL_INPUT_INVALID` with the ids there are when there is none. */
export async function backgroundTask(scope: TurnScope, id: string): Promise<BackgroundTask> {
  const tasks = await backgroundTasks(scope);
  const task = tasks.find((candidate) => candidate.id === id);
  if (task !== undefined) return task;
  const known = tasks.map((candidate) => `${candidate.id} (${candidate.name})`).join(", ") || "none";
  throw new ClawError("CLAW_TOOL_INPUT_INVALID", `There is no task ${JSON.stringify(id)} in this session. Known: ${known}.`);
}

/** A background process of the processes service, as one of many sorts of work. */
export function commandTask(task: Process): BackgroundTask {
  return {
    id: task.id,
    kind: "command",
    name: task.name,
    startedAt: task.startedAt,
    file: task.spill,
    ended: task.ended,
    get state() {
      const { end } = task;
      if (end === undefined) return "running";
      if (end.timedOut || end.signal !== null) return "stopped";
      return end.code === 0 ? "completed" : "failed";
    },
    get standing() {
      const { end } = task;
      if (end === undefined) return `still running, ${seconds(Date.now() - task.startedAt)}`;
      const how = end.timedOut ? "stopped at its time limit" : end.signal === null ? `ended with exit code ${end.code}` : `ended by ${end.signal}`;
      return `${how} after ${seconds(end.ms)}`;
    },
    get details() {
      const { code = null, signal = null } = task.end ?? {};
      return { code, signal, spill: task.spill };
    },
    fresh: () => task.fresh(),
    async stop() {
      const { code, signal } = await task.stop();
      return signal === null ? `exit code ${code}` : signal;
    },
  };
}

/** A duration for people: `3.1 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
