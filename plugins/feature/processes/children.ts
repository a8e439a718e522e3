// All children of one kernel, by session: foreground runs, background tasks, and their end.
import { closeSync } from "node:fs";
import { join } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { type ProcessEnd, type ProcessOptions, type Task, Workspace } from "claw/kit";
import { Capture } from "./capture.ts";
import { type Child, launch } from "./child.ts";
import { childEnvironment, MARKER, markOf } from "./environment.ts";
import { endMarked } from "./group.ts";
import { openLibc } from "./libc.ts";
import { pipeMaker } from "./pipe.ts";
import { Strays } from "./strays.ts";
import { createTask } from "./task.ts";
import { createWatchdog } from "./watchdog.ts";

/** What one session has started. `closed` once it must not start any more. */
export interface Family {
  readonly children: Set<Child>;
  readonly tasks: Task[];
  closed: boolean;
}
export interface ChildrenOptions {
  /** The kernel's random id, beginning of every mark. */
  readonly run: string;
  readonly families: Map<string, Family>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly spillBytes: number;
}
export interface Children {
  run(options: ProcessOptions, scope: TurnScope): Promise<ProcessEnd>;
  start(options: ProcessOptions, scope: TurnScope): Promise<Task>;
  /** Ends all of a session, and what of it has run away. */
  endSession(session: string): Promise<void>;
  /** Ends all, for good. */
  close(): Promise<void>;
}

export async function createChildren(options: ChildrenOptions): Promise<Children> {
  const { run, families } = options;
  const watchdog = createWatchdog(`${MARKER}=${run}`, options.env);
  const libc = await openLibc();
  const pipe = pipeMaker(libc);
  const strays = new Strays(libc, watchdog);
  let closing = false;

  const family = (scope: TurnScope): Family => {
    const known = families.get(scope.session.id);
    if (known !== undefined) return known;
    const fresh: Family = { children: new Set(), tasks: [], closed: false };
    families.set(scope.session.id, fresh);
    return fresh;
  };
  const begin = (wanted: ProcessOptions, scope: TurnScope, output: Capture, home: Family): Child => {
    if (closing || home.closed) throw new ClawError("CLAW_ABORTED", "The session is closing; nothing more is started.");
    const mark = markOf(run, scope.session.id);
    const env = wanted.env === undefined ? childEnvironment(scope.env, mark, scope.settings("env")) : { ...wanted.env, [MARKER]: mark };
    const child = launch(wanted, { env, output, watchdog, pipe, bury: (group) => libc?.bury(-group) });
    home.children.add(child);
    strays.add(child.pid);
    void child.ended.then(() => {
      home.children.delete(child);
      strays.remove(child.pid);
    });
    return child;
  };
  const capture = (wanted: ProcessOptions, scope: TurnScope): Capture =>
    new Capture({ keep: wanted.keep ?? KEEP, limit: options.spillBytes, file: () => spillFile(scope) });

  return {
    async run(wanted, scope) {
      const launch = (): Child | undefined => {
        using _ = held(wanted);
        return scope.signal.aborted ? undefined : begin(wanted, scope, capture(wanted, scope), family(scope));
      };
      const child = launch();
      if (child === undefined) return NEVER_RAN;
      const abort = (): void => void child.end("abort");
      scope.signal.addEventListener("abort", abort, { once: true });
      try {
        return await child.ended;
      } finally {
        scope.signal.removeEventListener("abort", abort);
      }
    },
    async start(wanted, scope) {
      using _ = held(wanted);
      const home = family(scope);
      const output = capture(wanted, scope);
      // Not before it has its copies of the files.
      return await startTask(home, wanted, output, () => begin(wanted, scope, output, home));
    },
    async endSession(session) {
      const home = families.get(session);
      if (home === undefined) return;
      families.delete(session);
      home.closed = true;
      await Promise.all([...home.children].map((child) => child.end("stop", HASTE_MS)));
      // Whose a process without a mark is cannot be told while others have children; then it ends with the last of them.
      await Promise.all([endMarked(MARKER, markOf(run, session), HASTE_MS), families.size === 0 ? strays.end(HASTE_MS) : undefined]);
    },
    async close() {
      closing = true;
      const homes = [...families.values()];
      families.clear();
      await Promise.all(homes.flatMap((home) => [...home.children].map((child) => child.end("stop", HASTE_MS))));
      await Promise.all([endMarked(MARKER, run, HASTE_MS), strays.end(HASTE_MS)]);
      strays.close();
      watchdog.close();
    },
  };
}

// --- internal ---

const KEEP = 30_000;
/** Between SIGTERM and SIGKILL when the session goes: claw's own end waits for it. */
const HASTE_MS = 1_000;
const MOST_RUNNING = 50;
const MOST_LISTED = 200;
const NEVER_RAN: ProcessEnd = { code: null, signal: null, timedOut: false, aborted: true, output: "", bytes: 0, ms: 0 };

/** A child in the background, listed in its family. All of its output goes to a file from the start. */
async function startTask(home: Family, wanted: ProcessOptions, output: Capture, begin: () => Child): Promise<Task> {
  const running = home.tasks.filter((task) => task.end === undefined).length;
  if (running >= MOST_RUNNING) {
    throw new ClawError("CLAW_TOOL_FAILED", `${running} background tasks are running already.`, {
      hint: "Stop one that is not needed any more.",
    });
  }
  const spill = await output.spillFromStart();
  try {
    const task = createTask(wanted.name ?? wanted.argv.join(" "), begin(), output, spill);
    home.tasks.push(task);
    forgetSome(home.tasks);
    return task;
  } catch (error) {
    await output.close();
    throw error;
  }
}

/** Closes what was opened for the child once it has its own copies, or was not started. */
function held({ files = [] }: ProcessOptions): Disposable {
  return {
    [Symbol.dispose]() {
      for (const file of files) closeSync(file);
    },
  };
}

async function spillFile(scope: TurnScope): Promise<string> {
  const folder = await (await scope.use(Workspace)).scratch(scope);
  return join(folder, `output-${crypto.randomUUID().slice(0, 8)}.txt`);
}

/** Drops the oldest that have ended once there are very many. */
function forgetSome(tasks: Task[]): void {
  while (tasks.length > MOST_LISTED) {
    const oldest = tasks.findIndex((task) => task.end !== undefined);
    if (oldest < 0) return;
    tasks.splice(oldest, 1);
  }
}
