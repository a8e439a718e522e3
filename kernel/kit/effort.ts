// How hard the model thinks: the levels, and the one that a session was given. Set by command/effort, put into requests by feature/effort.
import type { Session } from "claw";

/** What a level means is the provider's affair. */
export const EFFORT_LEVELS = ["low", "medium", "high"] as const;
/** The kind of the session's notes that hold the level; any other value leaves it to the settings. */
export const EFFORT_NOTE = "effort";

/** The level this session was given; `undefined` when that is left to the settings. */
export function sessionEffort(session: Session): (typeof EFFORT_LEVELS)[number] | undefined {
  const level = session.notes(EFFORT_NOTE).at(-1);
  return EFFORT_LEVELS.find((one) => one === level);
}
