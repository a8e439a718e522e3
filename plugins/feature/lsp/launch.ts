// Starts a server's process: in the sandbox where commands run in it, else only where that is the user's word. Ends with its session or claw.
import { ClawError, type TurnScope } from "claw";
import {
  absent,
  type Feed,
  openFeed,
  type ProcessEnd,
  Processes,
  type ProcessOptions,
  Sandbox,
  sandboxBounds,
  trustedFolder,
  Workspace,
} from "claw/kit";
import type { Definition } from "./servers.ts";

export interface Launched {
  readonly sandbox?: string;
  write(message: string): Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  stop(): void;
}

/** What commands of this scope can do, in a word to compare. */
export async function boundsOf(scope: TurnScope): Promise<string> {
  return sandboxBounds(narrowed(scope));
}

/** Throws `CLAW_TOOL_FAILED` where it may not run. */
export async function launch({ name, argv, env }: Definition, root: string, scope: TurnScope, hear: (text: string) => void): Promise<Launched> {
  const processes = await scope.use(Processes);
  const feeds: Feed[] = [];
  const options = (folder: string): ProcessOptions => {
    const feed = openFeed(folder);
    feeds.push(feed);
    const whole = { ...processes.environment(scope), ...env };
    return { argv: feed.argv(argv), cwd: root, env: whole, name: `language server ${name}`, apart: true, keep: 4_000, onOutput: hear };
  };
  try {
    const sandbox = await scope.use(Sandbox).catch(absent);
    if (doubtful(scope) && (await sandbox?.holds(narrowed(scope))) !== true) throw unsafe(name);
    // Nothing is looked for when it ends: where its writes would be a danger it has none, and by then others have written too.
    const box = await sandbox?.wrap(options, narrowed(scope));
    const ready = box?.options ?? options(await (await scope.use(Workspace)).scratch(scope));
    const stop = new AbortController();
    // It outlives the turn: only its own stop, or the session's end, ends it.
    const ended = processes.run(ready, { ...scope, signal: stop.signal });
    const [feed] = feeds as [Feed];
    const over = ended.finally(() => feed.close());
    over.catch(() => {});
    return {
      write: (message) => feed.write(message),
      ended: over,
      stop: () => stop.abort("stopped"),
      ...(box === undefined ? {} : { sandbox: box.tier }),
    };
  } catch (thrown) {
    for (const feed of feeds) feed.close();
    throw thrown;
  }
}

// --- internal ---

/** Modes in which commands run outside the sandbox without a question. */
const UNCONFINED: ReadonlySet<string> = new Set(["danger-full-access", "allow"]);

/** Nobody has said that what lies in this folder may run. */
function doubtful(scope: TurnScope): boolean {
  return !UNCONFINED.has(scope.selection["permission-mode"]) && !trustedFolder(scope);
}

/** There a server only reads, whatever commands may write: its calls are not asked about. */
function narrowed(scope: TurnScope): TurnScope {
  return doubtful(scope) ? { ...scope, selection: { ...scope.selection, "permission-mode": "read-only" } } : scope;
}

/** Servers run code of the project: build scripts, compilers and plugins that lie in it. */
function unsafe(name: string): ClawError {
  return new ClawError(
    "CLAW_TOOL_FAILED",
    `The language server ${name} was not started: it runs code of the project, and there is no sandbox here that would hold it.`,
    {
      hint: "The user can vouch for the folder with --trust. Read the code with other tools.",
    },
  );
}
