// A sub-agent that is waited for.
import type { CallScope } from "claw";
import type { AgentEnd, AgentOrder } from "claw/kit";
import type { Runtime } from "./member.ts";
import { open } from "./run.ts";

export async function run(order: AgentOrder, scope: CallScope, at: Runtime): Promise<AgentEnd> {
  const one = await open(order, scope, at);
  let tail = "";
  one.work.moved = (line = tail) => {
    tail = line;
    const { steps, calls, usage } = one.work;
    const tokens = usage.input + usage.output + usage.cacheRead + usage.cacheWrite;
    scope.progress({ agent: one.label, session: one.session, tail, steps, calls, tokens });
  };
  return one.finish(scope.signal);
}
