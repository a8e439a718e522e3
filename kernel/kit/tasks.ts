// Background work under one id, whatever it is: command lines of the processes service and sub-agents. Starts nothing itself.
import { defineService, type Json, type ServiceToken } from "claw";

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
