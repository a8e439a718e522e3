// One fold: old results are cut when that is enough; else a model writes what went, and when none can, the compactor `extract` makes lists of it.
import { ClawError, type Compaction, type Session, type TurnScope, wrap } from "claw";
import { cutOldResults, foldable, foldOf, foldOrder, headMessage, NO_FOLD, planFold } from "claw/kit";
import { write } from "./write.ts";

/** `owed` is the attempt after a request that was too long. */
export async function compact(session: Session, scope: TurnScope, owed?: number): Promise<Compaction> {
  const messages = session.messages.slice();
  const { focus, attempt = owed ?? (focus === undefined ? 0 : BY_HAND) } = foldOrder(scope);
  const cut = focus === undefined ? cutOldResults(messages) : undefined;
  if (cut !== undefined) return cut;
  // Nobody is asked for notes that would not make it shorter.
  if (!foldable(messages, attempt)) return NO_FOLD;
  const plan = planFold(messages, attempt);
  if (plan.cut === 0) return foldOf(messages, plan, undefined);
  const gone = messages.slice(0, plan.cut);
  try {
    const text = await write(gone, focus ?? "", scope);
    return foldOf(messages, plan, headMessage(`## Summary\n${text}`, gone, plan.request, scope));
  } catch (thrown) {
    const { code, message } = wrap(thrown, "CLAW_PROVIDER_UNAVAILABLE");
    if (scope.signal.aborted) throw new ClawError("CLAW_ABORTED", "the summary was aborted");
    scope.bus.emit("notice.raised", {
      level: "warn",
      text: `No model could sum up the session (${message || code}): lists were made of it instead.`,
    });
    const lists = await scope.get("compactor", "extract").catch(() => undefined);
    return lists === undefined ? NO_FOLD : lists.compact(session, { ...scope, attempt } as TurnScope);
  }
}

// --- internal ---

/** Who asks for a fold wants room: as little stays as after a second attempt. */
const BY_HAND = 1;
