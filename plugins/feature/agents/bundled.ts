// The definitions in the binary: Markdown files like anybody's.
import explore from "./types/explore.agent.md" with { type: "text" };
import general from "./types/general-purpose.agent.md" with { type: "text" };
import plan from "./types/plan.agent.md" with { type: "text" };
import verification from "./types/verification.agent.md" with { type: "text" };

/** The type of a call that names none. */
export const DEFAULT_TYPE = "general-purpose";
export const BUNDLED: readonly string[] = [general, explore, plan, verification];
