// Questions of sub-agents: asked of the person at the parent's session, one at a time, with the name of who asks.
import type { Ask } from "claw";

/** Makes the `ask` of a sub-agent from its parent's. */
export function createAsking(): (ask: Ask, agent: string) => Ask {
  // Agents run side by side, and a person answers one thing at a time. Each level has a line of its own: a nested question waits in both.
  const lines = new WeakMap<Ask, Promise<unknown>>();
  return (ask, agent) => ({
    choose(question, signal) {
      const named = { ...question, agent: question.agent === undefined ? agent : `${agent} › ${question.agent}` };
      const mine = (lines.get(ask) ?? Promise.resolve()).then(() => {
        signal.throwIfAborted();
        return ask.choose(named, signal);
      });
      lines.set(
        ask,
        mine.catch(() => undefined),
      );
      return mine;
    },
  });
}
