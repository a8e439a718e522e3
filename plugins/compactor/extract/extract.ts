// What goes and what stays: the newest messages stay as they are, those before become one summary.
import type { Compaction, Message, TurnScope } from "claw";
import { foldOf, foldOrder, headMessage, planFold } from "claw/kit";
import { summarise } from "./summary.ts";

/** A fold of `messages` that is shorter than they are; one that drops nothing when there is none. */
export async function extract(messages: readonly Message[], scope: TurnScope, owed?: number): Promise<Compaction> {
  const { attempt = owed } = foldOrder(scope);
  const plan = planFold(messages, attempt);
  const gone = messages.slice(0, plan.cut);
  const head = plan.cut === 0 ? undefined : headMessage(await summarise(gone, scope), gone, plan.request, scope);
  return foldOf(messages, plan, head);
}
