// Kept sessions, opened to be read.
import { ClawError, Inspecting, type Session, type SessionSummary, type TurnScope } from "claw";

/** Reads a kept session: `work` gets it, then it is closed. The running session is read as it is. */
export async function withSession<T>(ref: string, scope: TurnScope, work: (session: Session) => Promise<T>): Promise<T> {
  if (ref === scope.session.id) return work(scope.session);
  const { config } = await scope.use(Inspecting);
  const store = await scope.get("store", config.store);
  const session = await store.open({ cwd: scope.cwd, ref });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Sessions of this folder, newest first. */
export async function sessionsHere(scope: TurnScope): Promise<readonly SessionSummary[]> {
  const { config } = await scope.use(Inspecting);
  return (await scope.get("store", config.store)).list(scope.cwd);
}

/** Whether a session could not be opened because of what it is, or of who has it open. */
export function unreadable(thrown: unknown): boolean {
  return thrown instanceof ClawError && thrown.code.startsWith("CLAW_SESSION_");
}
