// One opened session: its selection, and its turns one after another.
import type { Session, Usage } from "../contracts/contributions.ts";
import type { OpenOptions, Selection, Shell, TurnScope } from "../contracts/plugin.ts";
import { ClawError } from "../errors.ts";
import { type LoopHost, type LoopShell, resolve, runCommand, runTurn, type Turn } from "./turn.ts";

/** A shell over an opened session. */
export function createShell(host: LoopHost, session: Session, wanted: Selection, { system = [], tools, ask }: OpenOptions): Shell {
  let selection = host.settle(wanted);
  let last: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  let [turns, unsaved] = [0, false];
  let running: AbortController | undefined;
  async function busy<T>(work: (signal: AbortSignal) => Promise<T>, beside = false): Promise<T> {
    if (running !== undefined && beside) return work(running.signal);
    if (running !== undefined) throw new ClawError("CLAW_BUG", "a turn is running in this session already; steer it, or wait");
    running = new AbortController();
    try {
      return await work(running.signal);
    } finally {
      running = undefined;
    }
  }
  const shell: LoopShell = {
    ...{ host, session, steering: [] },
    get selection() {
      return selection;
    },
    select(change) {
      selection = host.settle({ ...selection, ...change });
      host.bus({}).emit("selection.changed", selection);
    },
    submit: (input) =>
      busy(async (signal) => {
        await host.start();
        const turn: Turn = { shell, number: ++turns, input, signal, bus: host.bus({ turn: turns }), last, step: 0, outcome: { kind: "completed" } };
        await runTurn(turn);
        last = turn.last;
        return turn.outcome;
      }),
    steer: (input) => void shell.steering.push(input),
    abort: (reason) => running?.abort(reason),
    run: (command, words) => busy((signal) => runCommand(command, words, shell.scope(turns, signal)), true),
    async close() {
      running?.abort("closed");
      await session.close().catch(() => undefined);
      host.bus({}).emit("session.closed", {});
    },
    tools: () => host.scope.names("tool").filter((name) => tools?.includes(name) !== false),
    scope(turn, signal) {
      const own = { cwd: session.cwd, bus: host.bus({ turn }), turn, session, signal, selection, ...(ask && { ask }) };
      const scope: TurnScope = { ...host.scope, ...own, select: (change) => shell.select(change), draft: () => draft(scope) };
      return scope;
    },
    draft: (scope) => host.hooks.draft.promise({ system, messages: session.messages.slice(), tools: shell.tools() }, scope),
    async keep(work) {
      const failed = await work.then(() => "").catch((error: Error) => error.message);
      const text = failed === "" ? "The session is being saved again." : `The session could not be saved, and goes on in memory: ${failed}`;
      if (unsaved === (failed === "")) host.bus({}).emit("notice.raised", { level: failed === "" ? "info" : "error", text });
      unsaved = failed !== "";
    },
  };
  async function draft(scope: TurnScope) {
    await host.start();
    const model = await resolve(scope).catch(() => ({ id: scope.selection.model, context: 0, maxOutput: 0 }));
    return shell.draft({ ...scope, step: 0, model });
  }
  return shell;
}
