// The words the model gets of skills: the part of the system prompt, news of later ones, and the text of one in use.
import { dirname } from "node:path";
import { byteLength, clip, clipLine, type Skill, withArguments } from "claw/kit";
import { bundledBody, readSkill } from "./find.ts";

/** Bytes that names and descriptions may take in the prompt of a model with that much context, in tokens; 0 when that is not known. */
export function budgetOf(context: number): number {
  // Four bytes are about one token.
  return context === 0 ? MOST_BYTES : Math.min(MOST_BYTES, Math.max(LEAST_BYTES, Math.floor(context * 0.01 * 4)));
}

/** The part of the system prompt. Past the budget skills are named without a description (`cut` of them), and past that again only counted. */
export function listing(skills: readonly Skill[], budget: number): { readonly text: string; readonly cut: number } {
  if (skills.length === 0) return { text: "", cut: 0 };
  const lines: string[] = [];
  const bare: string[] = [];
  let left = budget - byteLength(HEADING);
  for (const skill of skills) {
    const line = lineOf(skill);
    const size = byteLength(line) + 1;
    if (bare.length === 0 && size <= left - (skills.length - lines.length - 1) * NAME_BYTES) {
      lines.push(line);
      left -= size;
    } else bare.push(skill.name);
  }
  const named = bare.filter((name) => {
    left -= byteLength(name) + 2;
    return left > 0;
  });
  if (named.length > 0) lines.push(`- also: ${named.join(", ")}`);
  if (named.length < bare.length) lines.push(`- and ${bare.length - named.length} more, which the user can name`);
  return { text: `${HEADING}\n\n${lines.join("\n")}`, cut: bare.length };
}

/** What the model is told of skills that came while the session went on. */
export function news(skills: readonly Skill[]): string {
  const lines = skills.slice(0, MOST_NEWS).map(lineOf);
  const rest = skills.length > MOST_NEWS ? [`- and ${skills.length - MOST_NEWS} more`] : [];
  return [`<note>\nNew skills, which the Skill tool can load from now on:`, ...lines, ...rest, "</note>"].join("\n");
}

/** A skill in use: what it is, where its files are, and its body with the arguments in place. Read anew, so that the last saved text counts. */
export async function skillText(skill: Skill, args: string): Promise<string> {
  const body = skill.folder === undefined ? await bundledBody(skill.name) : readSkill(skill.path).body;
  const place = skill.folder ?? "";
  // A plugin's skill lies in `skills/NAME` of it.
  const root = skill.plugin === undefined ? undefined : dirname(dirname(dirname(skill.path)));
  const filled = withArguments(body.trim(), args)
    .replace(/\$\{(?:CLAUDE_SKILL_DIR|CLAW_SKILL_DIR|SKILL_DIR)\}/g, () => place)
    .replace(/\$\{(?:CLAUDE_)?PLUGIN_ROOT\}/g, (written) => root ?? written);
  const where = place === "" ? "" : ` Its relative paths start from ${place}`;
  const cut = skill.folder === undefined ? "" : `the rest is in ${skill.path}`;
  return `Follow the skill \`${skill.name}\`.${where}\n\n${clip(filled, LONGEST_BODY, cut)}`;
}

// --- internal ---

const HEADING = `# Skills

Instructions for certain tasks. When one fits, load it with the Skill tool before you begin. Users call one as /name.`;
const MOST_BYTES = 4_096;
const LEAST_BYTES = 1_024;
/** Room kept for each name that may have to stand alone. */
const NAME_BYTES = 24;
const LONGEST_LINE = 400;
const LONGEST_BODY = 60_000;
const MOST_NEWS = 20;

function lineOf({ name, description }: Skill): string {
  return clipLine(description === "" ? `- ${name}` : `- ${name}: ${description}`, LONGEST_LINE);
}
