// A sub-agent in the background: started, looked at, stopped, and told of like every other background task.
import type { CallScope } from "claw";
import { type AgentEnd, type AgentOrder, type BackgroundTask, seconds, type TaskState, Tasks } from "claw/kit";
import type { Background, Runtime } from "./member.ts";
import { open, type Run } from "./run.ts";

/** Opens it and lets it run. Throws as `Agents.start` does. */
export async function start(order: AgentOrder, scope: CallScope, at: Runtime): Promise<BackgroundTask> {
  const tasks = await scope.use(Tasks);
  const run = await open(order, scope, at);
  const control = new AbortController();
  const work = run.finish(control.signal);
  const parent = scope.session.id;
  const own: Background = { ended: work, abort: (reason) => control.abort(reason) };
  at.background.set(parent, (at.background.get(parent) ?? new Set<Background>()).add(own));
  void work.then(() => at.background.get(parent)?.delete(own));
  const task = describe(order, run, work, control);
  tasks.add(parent, task);
  return task;
}

// --- internal ---

const MOST_LINES = 100;

function describe(order: AgentOrder, run: Run, work: Promise<AgentEnd>, control: AbortController): BackgroundTask {
  const startedAt = Date.now();
  let end: AgentEnd | undefined;
  let lines: string[] = [];
  let left = 0;
  run.work.moved = (line) => {
    if (line === undefined) return;
    lines.push(line);
    if (lines.length <= MOST_LINES) return;
    lines.shift();
    left += 1;
  };
  const ended = work.then((one) => {
    end = one;
    return one;
  });
  const state = (): TaskState => {
    if (end === undefined) return "running";
    if (end.outcome === "completed") return "completed";
    return end.outcome === "failed" ? "failed" : "stopped";
  };
  return {
    id: `a${run.session.slice(0, 6)}`,
    kind: "agent",
    name: `${run.label}: ${order.description}`,
    startedAt,
    ended,
    get state() {
      return state();
    },
    get file() {
      return end?.file;
    },
    get standing() {
      if (end === undefined) return `still running, ${seconds(Date.now() - startedAt)}, ${run.work.calls} calls so far`;
      return `${state()}${end.reason === undefined ? "" : ` (${end.reason})`} after ${seconds(end.ms)} and ${end.calls} calls`;
    },
    get details() {
      const { steps, calls, usage, cost } = run.work;
      return { agent: run.label, agent_session: run.session, steps, calls, usage, ...(cost === undefined ? {} : { cost }) };
    },
    async fresh() {
      // An answer is given as often as it is asked for: that a reminder told it, perhaps cut, must not use it up.
      if (end !== undefined) return end.text;
      const text = [...(left > 0 ? [`[${left} earlier lines left out]`] : []), ...lines].join("\n");
      [lines, left] = [[], 0];
      return text;
    },
    async stop() {
      control.abort("stopped");
      await ended;
      return state();
    },
  };
}
