// The processes service: children that end with the call, the session or claw itself. Provided by feature/processes.
import { defineService, type ServiceToken, type TurnScope } from "claw";

export interface ProcessOptions {
  /** Never joined into a shell line; a shell is `["bash", "-c", line]`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child; the marker is added. Default: `Processes.environment`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Without a limit the process lives until it ends, is aborted, or the session closes. */
  readonly timeoutMs?: number;
  /** Without one the child reads nothing: its stdin is the null device. */
  readonly stdin?: string | Uint8Array;
  /** Open descriptors that the child gets as 3, 4, …. They are closed here once it has them, or when it could not be started. */
  readonly files?: readonly number[];
  /** Called with decoded, well-formed text as it comes, stdout and stderr in arrival order. */
  readonly onOutput?: (text: string) => void;
  /** Called at most ten times a second with the last text so far and all bytes so far: for live tails. Costs next to nothing. */
  readonly onTail?: (tail: string, bytes: number) => void;
  /** Bytes of output kept in memory, half from the head and half from the tail. Default 30,000. The whole goes to `spill`. */
  readonly keep?: number;
  /** Keeps stderr out of the output: its end comes as `ProcessEnd.stderr`. For output that a program reads. */
  readonly apart?: boolean;
  readonly name?: string;
}
/** How it ended. `output` is head and tail with a line that says what was cut and where the rest is. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly output: string;
  readonly bytes: number;
  /** File with the whole output, when it was cut. */
  readonly spill?: string;
  /** The last 4,000 bytes of stderr, when it was kept `apart`. */
  readonly stderr?: string;
  readonly ms: number;
}
/** A background process of one session. */
export interface Task {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
  readonly startedAt: number;
  /** File that all of its output goes to, readable while it runs. */
  readonly spill: string;
  readonly ended: Promise<ProcessEnd>;
  readonly end?: ProcessEnd | undefined;
  /** Output that came since the last call of this function; the end of it, with a line that says so, when it is more than is kept. */
  fresh(): Promise<string>;
  /** Ends the whole process group: SIGTERM, then SIGKILL after two seconds. */
  stop(): Promise<ProcessEnd>;
}
export interface Processes {
  /**
   * Runs to its end. Ends the whole process group at the time limit, when `scope.signal` aborts, and what is left of it soon after the
   * process itself has ended. Throws `CLAW_TOOL_FAILED` when it could not be started.
   */
  run(options: ProcessOptions, scope: TurnScope): Promise<ProcessEnd>;
  /** Runs in the background of the session; ended when the session closes or claw goes, however it goes. Outlives the turn. */
  start(options: ProcessOptions, scope: TurnScope): Promise<Task>;
  /** Oldest first. Ended ones stay listed until the session closes or there are very many. */
  tasks(session: string): readonly Task[];
  /** claw's environment without its own secrets (provider keys, tokens) and with the marker `CLAW_RUN`, by which strays are found. */
  environment(scope: TurnScope): Record<string, string>;
}
/** Provided by `@claw/feature-processes`. */
export const Processes: ServiceToken<Processes> = defineService<Processes>("claw.processes@1");
