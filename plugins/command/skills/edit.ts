// Making a skill to begin with, and removing one of claw's own folders.
import { existsSync, lstatSync } from "node:fs";
import { mkdir, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import type { Skill } from "claw/kit";
import { type Asked, checkName, folderFor, UNWRITTEN, unknown } from "./words.ts";

/** `new NAME [DESCRIPTION…]`. */
export async function create({ names: [name = "", ...words], project }: Asked, scope: TurnScope): Promise<CommandOutcome> {
  checkName(name);
  const folder = join(folderFor(project, scope), name);
  const path = join(folder, "SKILL.md");
  if (existsSync(path)) throw new ClawError("CLAW_USAGE", `there is a skill already: ${path}`, { hint: "Change it, or choose another name." });
  await mkdir(scope.home, { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true });
  const description = words.join(" ").replace(/\s+/g, " ").trim() || UNWRITTEN;
  await writeFile(path, template(name, description), { flag: "wx" });
  const next = project ? " It acts where the folder is trusted (--trust)." : "";
  const notice = `Made ${path}\nWrite its description and steps, then \`claw skills check ${name}\`; /${name} uses it.${next}`;
  return { kind: "done", notice, data: { kind: "skills", action: "new", status: "ok", name, path } };
}

/** `remove NAME`. Only what lies in claw's own folders: others belong to other tools too. */
export async function remove({ names: [name = ""], project }: Asked, skills: readonly Skill[], scope: TurnScope): Promise<CommandOutcome> {
  const same = skills.filter((one) => one.name === name);
  if (same.length === 0) throw unknown(name, skills);
  const own = [folderFor(true, scope), folderFor(false, scope)];
  const removable = same.filter(({ path }) => own.includes(dirname(dirname(path))) && (!project || dirname(dirname(path)) === own[0]));
  const [found] = removable;
  if (found === undefined) throw new ClawError("CLAW_USAGE", `skill ${name} is not claw's to remove: ${same[0]?.path}`, { hint: why(same[0]) });
  if (removable.length > 1) {
    const hint = "--project means the project's; without it, remove that one first.";
    throw new ClawError("CLAW_USAGE", `skill ${name} is there twice: ${removable.map(({ path }) => path).join(", ")}`, { hint });
  }
  const folder = dirname(found.path);
  // Of a link only the link: what it leads to is somebody's work.
  if (lstatSync(folder).isSymbolicLink()) await unlink(folder);
  else await rm(folder, { recursive: true });
  return { kind: "done", notice: `Removed ${folder}`, data: { kind: "skills", action: "remove", status: "ok", name, path: folder } };
}

// --- internal ---

function why(skill: Skill | undefined): string {
  if (skill?.source === "bundled") return 'It is in the binary. `"plugins": { "@claw/feature-skills": { "bundled": false } }` leaves those out.';
  if (skill?.source === "plugin") return `It belongs to the plugin ${skill.plugin}: remove that.`;
  return "Delete its folder by hand, if no other tool wants it.";
}

function template(name: string, description: string): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
  return `---
name: ${name}
description: ${JSON.stringify(description)}
---

# ${title}

What it is about: $ARGUMENTS

1. First step, in the imperative, with the exact command.
2. How to tell that it worked, and what to do when it did not.
`;
}
