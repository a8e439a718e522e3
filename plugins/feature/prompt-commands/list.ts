// Everything that can be called as `/name` besides commands: what feature/prompt-commands provides as the service `claw.prompts@1`.
import { Inspecting, type PluginScope } from "claw";
import { type Prompt, type Skill, Skills, slashDoors } from "claw/kit";
import { findCommands } from "./find.ts";

export async function listPrompts(scope: PluginScope, use: PluginScope["use"], bundled: boolean): Promise<readonly Prompt[]> {
  const plugins = (await use(Inspecting)).plugins();
  const taken = new Set(slashDoors(plugins));
  const prompts: Prompt[] = [];
  const add = (prompt: Prompt): void => {
    if (taken.has(prompt.name.toLowerCase())) return;
    taken.add(prompt.name.toLowerCase());
    prompts.push(prompt);
  };
  const commands = findCommands(scope, plugins, bundled).filter(({ trusted, problem }) => trusted && problem === undefined);
  const addCommands = (inBinary: boolean): void => {
    for (const { name, description, source, hint, path } of commands) {
      if ((source === "bundled") !== inBinary) continue;
      add({ name, description, kind: "command", source, ...(inBinary ? {} : { path }), ...(hint === undefined ? {} : { hint }) });
    }
  };
  addCommands(false);
  for (const skill of await (await use(Skills)).list(scope)) {
    if (!callable(skill)) continue;
    const { name, description, source, hint, path, folder } = skill;
    add({ name, description, kind: "skill", source, ...(folder === undefined ? {} : { path }), ...(hint === undefined ? {} : { hint }) });
  }
  addCommands(true);
  return prompts.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a user's own skill has the name: it hides what is in the binary. */
export async function skillNamed(name: string, scope: PluginScope, use: PluginScope["use"]): Promise<boolean> {
  const skills = await (await use(Skills)).list(scope);
  return skills.some((skill) => callable(skill) && skill.name.toLowerCase() === name.toLowerCase());
}

// --- internal ---

function callable({ trusted, problem, byUser }: Skill): boolean {
  return trusted && problem === undefined && byUser;
}
