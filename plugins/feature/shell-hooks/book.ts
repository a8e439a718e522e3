// Which hooks there are for each session, and how often each ran. Reads settings once a session; sets of plugins come and go.
import { ClawError, Inspecting, type TurnScope } from "claw";
import { locate, type ShellHook, type ShellHookEvent, type ShellHookSet } from "claw/kit";
import { matches } from "./names.ts";
import { type Hook, idle, type Read, readSet, sourcesOf } from "./read.ts";

export interface Book {
  /** Hooks that may run at `event`, about `subject`; each command once. */
  due(event: ShellHookEvent, subject: string | undefined, scope: TurnScope): Promise<readonly Hook[]>;
  /** Whether any hook may run at one of these events; of all when there are none. */
  has(scope: TurnScope, ...events: readonly ShellHookEvent[]): Promise<boolean>;
  list(scope: TurnScope): Promise<readonly ShellHook[]>;
  problems(scope: TurnScope): Promise<readonly string[]>;
  /** Why nothing may run: a hook that was meant to have a say cannot be read. */
  refusal(scope: TurnScope): Promise<ClawError | undefined>;
  add(set: ShellHookSet): Disposable;
  count(hook: Hook): void;
  forget(session: string): void;
}

/** `told` hears of problems when a session's hooks are read. */
export function createBook(told: (problem: string) => void): Book {
  const sessions = new Map<string, Promise<Read>>();
  const sets = new Set<ShellHookSet>();
  const runs = new Map<string, number>();

  async function read(scope: TurnScope): Promise<Read> {
    const { limits } = (await scope.use(Inspecting)).config;
    const most = Math.max(1_000, (limits.hookMs ?? HOOK_MS) - MARGIN_MS);
    const sources = [...sourcesOf(scope), ...[...sets].map((set) => ({ ...set, trusted: true }))];
    const all = sources.map((source) => ({ trusted: source.trusted, ...readSet(source, most) }));
    for (const problem of all.flatMap((one) => (one.trusted ? one.problems : [])).slice(0, MOST_TOLD)) told(problem);
    return {
      hooks: all.flatMap((one) => one.hooks),
      problems: all.flatMap((one) => one.problems),
      invalid: all.flatMap((one) => one.invalid),
    };
  }
  function readFor(scope: TurnScope): Promise<Read> {
    const { id } = scope.session;
    const known = sessions.get(id) ?? read(scope);
    sessions.set(id, known);
    return known;
  }
  return {
    async due(event, subject, scope) {
      const { hooks } = await readFor(scope);
      const due = hooks.filter((hook) => hook.trusted && hook.event === event && (subject === undefined || matches(hook.matcher, subject)));
      return [...new Map(due.map((hook) => [`${hook.type} ${hook.root ?? ""} ${hook.run}`, hook])).values()];
    },
    async has(scope, ...events) {
      const { hooks } = await readFor(scope);
      return hooks.some((hook) => hook.trusted && (events.length === 0 || events.includes(hook.event)));
    },
    async list(scope) {
      const { hooks } = await readFor(scope);
      return hooks.map(({ headers: _, foreign: __, root: ___, ...hook }) => ({ ...hook, runs: runs.get(keyOf(hook)) ?? 0 }));
    },
    async problems(scope) {
      const { hooks, problems } = await readFor(scope);
      return [...problems, ...idle(hooks, scope.names("tool"))];
    },
    async refusal(scope) {
      const { invalid } = await readFor(scope);
      if (invalid.length === 0) return undefined;
      const lines = await Promise.all(invalid.map(async ({ origin, path, message }) => `${await locate(origin, path)}: ${message}`));
      return new ClawError("CLAW_CONFIG_INVALID", lines.join("\n"), {
        hint: "Correct the value, or remove it: nothing is sent while a hook cannot run.",
      });
    },
    add(set) {
      sets.add(set);
      sessions.clear();
      return {
        [Symbol.dispose]() {
          sets.delete(set);
          sessions.clear();
        },
      };
    },
    count: (hook) => void runs.set(keyOf(hook), (runs.get(keyOf(hook)) ?? 0) + 1),
    forget: (session) => void sessions.delete(session),
  };
}

// --- internal ---

/** What the kernel gives one tap when nothing is set, and what is left of it for the rest of the work. */
const HOOK_MS = 120_000;
const MARGIN_MS = 5_000;
const MOST_TOLD = 5;

function keyOf({ event, origin, run, matcher = "" }: Pick<Hook, "event" | "origin" | "run" | "matcher">): string {
  return JSON.stringify([event, origin, matcher, run]);
}
