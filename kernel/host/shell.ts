// One opened session: its selection, its turns one after another, and what the loop needs of the host for it.

import type { Stamp } from "../bus/bus.ts";
import type { Bus } from "../bus/events.ts";
import type { Command, CommandOutcome, Draft, Input, Model, Tool, TurnOutcome } from "../contracts/contributions.ts";
import type { OpenOptions, Shell } from "../contracts/host.ts";
import type { Json, Session, Usage } from "../contracts/message.ts";
import type { ForkOptions, ForkOutcome, PluginScope, Selection, Setting, StepScope, TurnScope } from "../contracts/scopes.ts";
import { ClawError } from "../errors.ts";
import type { Seats } from "../hooks/seat.ts";
import type { Equipped, LoopHost } from "../loop/loop.ts";
import { draftOf } from "../loop/step.ts";
import { createTurn, runCommand, runTurn } from "../loop/turn.ts";
import { addUsage, NO_USAGE } from "../loop/usage.ts";
import type { Registry } from "./registry.ts";

/** What a shell is made of. */
export interface ShellOptions {
  readonly registry: Registry;
  readonly seats: Seats;
  readonly scope: PluginScope;
  readonly session: Session;
  readonly selection: Selection;
  readonly options: OpenOptions;
  /** Who works here, in a fork. */
  readonly system?: readonly string[];
  settings(key: string): readonly Setting[];
  bus(stamp: Stamp): Bus;
  schema(tool: Tool): Json;
  fork(options: ForkOptions, parent: TurnScope): Promise<ForkOutcome>;
}

/** A shell over an opened session. */
export function createShell(made: ShellOptions): Shell {
  const { registry, scope, session, options } = made;
  const bus = (turn?: number, step?: number): Bus =>
    made.bus({ source: "claw", session: session.id, ...(turn === undefined ? {} : { turn }), ...(step === undefined ? {} : { step }) });
  const equipped = new Map<string, Promise<Equipped>>();
  const steering: Input[] = [];
  let selection = made.selection;
  let forked = NO_USAGE;
  let last: Usage = NO_USAGE;
  let turns = 0;
  let unsaved = false;
  let running: AbortController | undefined;

  function select(change: Partial<Selection>): void {
    const mode = change["permission-mode"];
    selection = {
      ...selection,
      ...change,
      ...(mode === undefined ? {} : { "permission-mode": registry.find("permission-mode", mode).name }),
    };
    bus().emit("selection.changed", selection);
  }
  function turnScope(turn: number, signal: AbortSignal): TurnScope {
    const at: TurnScope = {
      ...scope,
      cwd: session.cwd,
      bus: bus(turn),
      settings: made.settings,
      turn,
      session,
      signal,
      selection,
      ...(options.ask === undefined ? {} : { ask: options.ask }),
      select,
      draft: () => draft(at),
      async fork(fork) {
        const outcome = await made.fork(fork, at);
        forked = addUsage(forked, outcome.usage);
        return outcome;
      },
    };
    return at;
  }
  async function draft(at: TurnScope): Promise<Draft> {
    const unknown: Model = { id: at.selection.model, context: 0, maxOutput: 0 };
    const model = await loop
      .provider()
      .then((provider) => provider.resolve(at.selection.model))
      .catch(() => unknown);
    await registry.start();
    return draftOf(loop, { ...at, step: 0, model } satisfies StepScope);
  }
  async function equip(name: string): Promise<Equipped> {
    const { plugin } = registry.find("tool", name);
    const tool = await scope.get("tool", name);
    return { tool, plugin, spec: { name, description: tool.description, schema: tool.schema ?? made.schema(tool) } };
  }
  const loop: LoopHost = {
    hooks: made.seats.hooks,
    session,
    system: made.system ?? [],
    tools: () => scope.names("tool").filter((name) => options.tools?.includes(name) !== false),
    equip(name) {
      const known = equipped.get(name) ?? equip(name);
      equipped.set(name, known);
      return known;
    },
    provider: () => scope.get("provider", selection.provider),
    bus,
    scope: turnScope,
    author: made.seats.author,
    async keep(work) {
      try {
        await work;
        if (unsaved) bus().emit("notice.raised", { level: "info", text: "The session is being saved again." });
        unsaved = false;
      } catch (error) {
        if (!unsaved)
          bus().emit("notice.raised", {
            level: "warn",
            text: `The session could not be saved, and goes on in memory: ${(error as Error).message}`,
          });
        unsaved = true;
      }
    },
    steered: () => steering.splice(0),
    forked() {
      const usage = forked;
      forked = NO_USAGE;
      return usage;
    },
  };
  return {
    session,
    get selection() {
      return selection;
    },
    select,
    async submit(input): Promise<TurnOutcome> {
      if (running !== undefined) throw new ClawError("CLAW_BUG", "a turn is running in this session already; steer it, or wait");
      running = new AbortController();
      try {
        await registry.start();
        const turn = createTurn(loop, ++turns, input, last, running.signal);
        const outcome = await runTurn(turn);
        last = turn.last;
        return outcome;
      } finally {
        running = undefined;
      }
    },
    steer: (input) => void steering.push(input),
    abort: (reason) => running?.abort(reason),
    run: (command: Command, words): Promise<CommandOutcome> => {
      running ??= new AbortController();
      const { signal } = running;
      return runCommand(command, words, turnScope(turns, signal)).finally(() => (running = undefined));
    },
    async close() {
      running?.abort("closed");
      await loop.keep(session.close());
      bus().emit("session.closed", {});
    },
  };
}
