// Background work of every session in one list, and telling the model of what has ended. What the work is, its owners know.
import { type Draft, definePlugin, type Next, type StepScope } from "claw";
import { Agents, absent, type BackgroundTask, commandTask, Processes, Tasks } from "claw/kit";

/** What is known of a session. `told` and `warned` are ids. */
interface Known {
  readonly added: BackgroundTask[];
  readonly seen: Set<string>;
  readonly told: Set<string>;
  readonly warned: Set<string>;
}

export default definePlugin({
  setup({ bus, hooks, provide, use }) {
    const sessions = new Map<string, Known>();
    const of = (session: string): Known => {
      const known = sessions.get(session) ?? { added: [], seen: new Set(), told: new Set(), warned: new Set() };
      sessions.set(session, known);
      return known;
    };
    function announce(session: string, task: BackgroundTask): void {
      const { seen } = of(session);
      if (seen.has(task.id)) return;
      seen.add(task.id);
      const { id, kind, name } = task;
      bus.emit("task.started", { session, id, kind, name });
      void task.ended.then(() => bus.emit("task.ended", { session, id, kind, name, state: task.state }));
    }
    async function list(session: string): Promise<readonly BackgroundTask[]> {
      const added = sessions.get(session)?.added ?? [];
      const commands = (await use(Processes).catch(absent))?.tasks(session).map(commandTask) ?? [];
      for (const task of commands) announce(session, task);
      return commands.length === 0 ? added : [...added, ...commands].sort((a, b) => a.startedAt - b.startedAt);
    }
    provide(Tasks, {
      list: async (session) => [...(await list(session))],
      add(session, task) {
        const { added } = of(session);
        added.push(task);
        const oldest = added.length > MOST_LISTED ? added.findIndex(({ state }) => state !== "running") : -1;
        if (oldest >= 0) added.splice(oldest, 1);
        announce(session, task);
      },
    });
    bus.on("session.closed", ({ session = "" }) => void sessions.delete(session));
    bus.on("call.ended", ({ session = "", data }) => {
      // What the model has read the end of, it need not be told.
      if (data.tool !== "TaskOutput" && data.tool !== "TaskStop") return;
      const { task, running } = (data.details ?? {}) as { readonly task?: string; readonly running?: boolean };
      if (task !== undefined && running === false) of(session).told.add(task);
    });

    hooks.draft.tap((draft, scope) => {
      // Whoever starts a command has it listed at once.
      return scope.step === 0 || !sessions.has(scope.session.id) ? undefined : told(draft, scope);
    });
    async function told(draft: Draft, scope: StepScope): Promise<Draft | undefined> {
      const tasks = await list(scope.session.id);
      const ended = tasks.filter(({ id, state }) => state !== "running" && !of(scope.session.id).told.has(id));
      if (ended.length === 0) return undefined;
      for (const { id } of ended) of(scope.session.id).told.add(id);
      const { reminder } = await import("./reminder.ts");
      const message = await reminder(ended);
      // In the session whatever the store says of it; the next append tells of a store that fails.
      await scope.session.append(message).catch(() => undefined);
      scope.bus.emit("message.added", { message });
      return { ...draft, messages: [...draft.messages, message] };
    }
    hooks.next.tap(({ calls, stop }, scope) => (calls > 0 || stop !== "done" || !sessions.has(scope.session.id) ? undefined : awaited(scope)));
    async function awaited(scope: StepScope): Promise<Next | undefined> {
      const { told, warned } = of(scope.session.id);
      const agents = (await list(scope.session.id)).filter(({ kind }) => kind === "agent");
      if (agents.some(({ id, state }) => state !== "running" && !told.has(id))) return { again: true };
      const open = agents.filter(({ id, state }) => state === "running" && !warned.has(id));
      if (open.length === 0 || !(unattended(scope) || (await use(Agents).catch(absent))?.nested(scope.session.id))) return undefined;
      for (const { id } of open) warned.add(id);
      return { again: true, add: [(await import("./reminder.ts")).warning(open)] };
    }
  },
});

// --- internal ---

const MOST_LISTED = 200;

/** A run that is over with this turn, and everything in it. */
function unattended({ ask, options }: StepScope): boolean {
  return ask === undefined || options["print"] === true;
}
