// Background work under one id, whatever it is: command lines of the processes service and sub-agents. Starts nothing itself.
import { ClawError, defineService, type Json, type ServiceToken, type TurnScope } from "claw";
import { type Task as Process, Processes } from "./processes.ts";

export type TaskState = "running" | "completed" | "failed" | "stopped";
/** One piece of background work of a session. It lives as long as the session is open. */
export interface BackgroundTask {
  readonly id: string;
  readonly kind: "command" | "agent";
  readonly name: string;
  readonly startedAt: number;
  readonly state: TaskState;
  /** How it stands, as part of a sentence: `still running, 3.1 s`, `ended with exit code 3 after 1.0 s`. */
  readonly standing: string;
  /** The file that holds all it has said, when there is one by now. */
  readonly file?: string | undefined;
  /** The same facts for programs. */
  readonly details: { readonly [key: string]: Json };
  /** Resolves at its end, however it ends. */
  readonly ended: Promise<unknown>;
  /** What it has said since the last call of this function, capped; of an agent that has ended, its answer each time. */
  fresh(): Promise<string>;
  /** Ends it, and says how it ended: `SIGTERM`, `exit code 5`, `stopped`. One that has ended already is left alone. */
  stop(): Promise<string>;
}
export interface Tasks {
  /** Oldest first. Ended ones stay listed until the session closes or there are very many. */
  list(session: string): Promise<readonly BackgroundTask[]>;
  /** Lists one of a session, announces it and its end. Whoever adds it ends it when the session closes. */
  add(session: string, task: BackgroundTask): void;
}
/** Provided by `@claw/feature-tasks`. */
export const Tasks: ServiceToken<Tasks> = defineService<Tasks>("claw.tasks@1");

declare module "claw" {
  interface EventMap {
    /** Background work has begun. `session` is the one it belongs to. */
    "task.started": { readonly session: string; readonly id: string; readonly kind: "command" | "agent"; readonly name: string };
    /** It has ended. The model is told with its next request; a frontend that waits for input may start a turn. */
    "task.ended": {
      readonly session: string;
      readonly id: string;
      readonly kind: "command" | "agent";
      readonly name: string;
      readonly state: TaskState;
    };
  }
}

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
