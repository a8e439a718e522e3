// The plan mode service: a running session switched to reading only, and back to where it was. Provided by feature/plan-mode.
import { defineService, type ServiceToken, type TurnScope } from "claw";

/** A permission mode under the name that it has in its session's selection. */
export interface PlanMode {
  /** Switches the session to `plan` from its next step on, and remembers where it was. False when it is there already. Throws `CLAW_CONTRIBUTION_MISSING`. */
  enter(scope: TurnScope): Promise<boolean>;
  /** Whether the session is in plan mode. */
  entered(scope: TurnScope): Promise<boolean>;
  /** The mode that `enter` left in this process, when nobody has selected another since. */
  before(session: string): string | undefined;
}
/** Provided by `@claw/feature-plan-mode`. */
export const PlanMode: ServiceToken<PlanMode> = defineService<PlanMode>("claw.plan-mode@1");
