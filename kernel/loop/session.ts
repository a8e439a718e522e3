// One opened session: its selection, and its turns one after another.
import type { Bus } from "../bus/events.ts";
import type { Draft, Finish, Input, Provider, Request, Tool, ToolSpec, TurnOutcome } from "../contracts/contributions.ts";
import type { Message, Session, Usage } from "../contracts/message.ts";
import type { OpenOptions, Shell } from "../contracts/plugin.ts";
import type { PluginScope, Selection, StepScope, TurnScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Hooks } from "../hooks/hooks.ts";
import type { Calls } from "./call.ts";
import { runCommand, runTurn } from "./turn.ts";

/** A tool under the name the model uses, with its plugin. */
export type Equipped = Readonly<{ tool: Tool; plugin: string; spec: ToolSpec }>;
/** What a session needs of the host. `scope` has the settings of the session's folder; `author` is the plugin whose tap gave a value. */
export interface LoopHost extends Readonly<{ scope: PluginScope; hooks: Hooks }> {
  author(value: object): string | undefined;
  equip(name: string): Promise<Equipped>;
  /** The selection with real names for aliases. Throws `CLAW_CONTRIBUTION_MISSING`. */
  settle(selection: Selection): Selection;
  /** Activates what cannot wait for first use. */
  start(): Promise<void>;
  bus(turn?: number, step?: number): Bus;
}
/** A session as the loop has it: the shell, and what it was opened with. */
export interface LoopShell extends Shell, Readonly<{ host: LoopHost; opened: OpenOptions; steering: Input[] }> {
  /** Names of the tools this session may use. */
  tools(): readonly string[];
  provider(): Promise<Provider>;
  /** A scope with the selection of this moment. */
  scope(turn: number, signal: AbortSignal): TurnScope;
  /** What a request would carry now. */
  draft(scope: StepScope): Promise<Draft>;
  /** Awaits an append; a store that fails is announced, not thrown: the session goes on in memory. */
  keep(work: Promise<void>): Promise<void>;
}
/** One turn under way. `last` is the usage of the last request, of this turn or the one before: what compactors judge by. */
export interface Turn extends Readonly<{ shell: LoopShell; number: number; signal: AbortSignal; bus: Bus; input: Input }> {
  /** Appends to the session and announces it. */
  add(message: Message, about?: Readonly<{ usage: Usage; model: string }>): Promise<void>;
  step: number;
  last: Usage;
  outcome: TurnOutcome;
  scope?: StepScope;
  request?: Request;
  calls?: Calls;
  finish?: Finish;
}

/** A shell over an opened session. */
export function createShell(host: LoopHost, session: Session, wanted: Selection, opened: OpenOptions): Shell {
  let selection = host.settle(wanted);
  let last: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  let [turns, unsaved] = [0, false];
  let running: AbortController | undefined;

  async function busy<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (running !== undefined) throw new ClawError("CLAW_BUG", "a turn is running in this session already; steer it, or wait");
    running = new AbortController();
    try {
      return await work(running.signal);
    } finally {
      running = undefined;
    }
  }
  async function submit(input: Input, signal: AbortSignal): Promise<TurnOutcome> {
    await host.start();
    const number = ++turns;
    const bus = host.bus(number);
    const add: Turn["add"] = async (message, about) => {
      await shell.keep(session.append(message, about));
      bus.emit("message.added", { message });
    };
    const turn: Turn = { shell, number, input, signal, bus, add, last, step: 0, outcome: { kind: "completed" } };
    const outcome = await runTurn(turn);
    last = turn.last;
    return outcome;
  }
  async function draft(at: TurnScope): Promise<Draft> {
    await host.start();
    const model = await shell
      .provider()
      .then((provider) => provider.resolve(at.selection.model))
      .catch(() => undefined);
    return shell.draft({ ...at, step: 0, model: model ?? { id: at.selection.model, context: 0, maxOutput: 0 } });
  }
  const shell: LoopShell = {
    ...{ host, session, opened, steering: [] },
    get selection() {
      return selection;
    },
    select(change) {
      selection = host.settle({ ...selection, ...change });
      host.bus().emit("selection.changed", selection);
    },
    submit: (input) => busy((signal) => submit(input, signal)),
    steer: (input) => void shell.steering.push(input),
    abort: (reason) => running?.abort(reason),
    run: (command, words) => busy((signal) => runCommand(command, words, shell.scope(turns, signal))),
    async close() {
      running?.abort("closed");
      await shell.keep(session.close());
      host.bus().emit("session.closed", {});
    },
    tools: () => host.scope.names("tool").filter((name) => opened.tools?.includes(name) !== false),
    provider: () => host.scope.get("provider", selection.provider),
    scope(turn, signal) {
      const own = { cwd: session.cwd, bus: host.bus(turn), turn, session, signal, selection, ...(opened.ask && { ask: opened.ask }) };
      const at: TurnScope = { ...host.scope, ...own, select: (change) => shell.select(change), draft: () => draft(at) };
      return at;
    },
    draft: (scope) => host.hooks.draft.promise({ system: opened.system ?? [], messages: session.messages.slice(), tools: shell.tools() }, scope),
    async keep(work) {
      const failed = await work.then(() => "").catch((error: Error) => error.message);
      const text = failed === "" ? "The session is being saved again." : `The session could not be saved, and goes on in memory: ${failed}`;
      if (unsaved === (failed === "")) host.bus().emit("notice.raised", { level: failed === "" ? "info" : "warn", text });
      unsaved = failed !== "";
    },
  };
  return shell;
}
