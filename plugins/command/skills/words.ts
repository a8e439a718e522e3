// What the parts of `skills` share: the words it is given, names, places and sizes.
import { join } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { didYouMean, projectRoot, type Skill } from "claw/kit";

/** The words of the command line, taken apart. */
export interface Asked {
  readonly names: readonly string[];
  /** Into `.claw/skills` of the project, not into the user's own. */
  readonly project: boolean;
  readonly agreed: boolean;
  readonly replace: boolean;
}

/** Throws `CLAW_USAGE` for an option there is not. */
export function asked(words: readonly string[]): Asked {
  const flags = words.filter((word) => word.startsWith("-"));
  const strange = flags.find((flag) => !FLAGS.includes(flag));
  if (strange !== undefined)
    throw new ClawError("CLAW_USAGE", `skills: unknown option ${strange}`, { hint: didYouMean(strange, FLAGS) || "See `claw help skills`." });
  const given = (...names: readonly string[]): boolean => names.some((name) => flags.includes(name));
  return {
    names: words.filter((word) => !word.startsWith("-")),
    project: given("--project", "-p"),
    agreed: given("--yes", "-y"),
    replace: given("--force", "-f"),
  };
}

/** What a new skill says of itself until somebody writes it. */
export const UNWRITTEN = "What it does, and when to use it.";

/** The folder that claw's own skills go to. */
export function folderFor(project: boolean, { cwd, home }: TurnScope): string {
  return project ? join(projectRoot(cwd), ".claw", "skills") : join(home, "skills");
}

/** Throws `CLAW_USAGE` for a name that agentskills.io does not allow; it can be no path then either. */
export function checkName(name: string): void {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && name.length <= 64) return;
  const hint = "At most 64 small letters, digits and single hyphens, as in review-a-change.";
  throw new ClawError("CLAW_USAGE", `not a name for a skill: ${JSON.stringify(name)}`, { hint });
}

/** That no skill has that name. */
export function unknown(name: string, skills: readonly Skill[]): ClawError {
  const names = skills.map((one) => one.name);
  return new ClawError("CLAW_USAGE", `there is no skill ${JSON.stringify(name)}`, { hint: didYouMean(name, names) || "`claw skills` lists all." });
}

/** For people. */
export function sizeOf(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} kB`;
}

// --- internal ---

const FLAGS = ["--project", "-p", "--user", "-g", "--global", "--yes", "-y", "--force", "-f"];
