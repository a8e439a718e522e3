// Which skills are offered to the model.
import type { Skill } from "claw/kit";

/** Whether the model is told of it. */
export const offered = (skill: Skill): boolean => skill.trusted && skill.problem === undefined && skill.shadowedBy === undefined && skill.byModel;
