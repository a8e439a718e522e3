// Everything that can be called as `/name` besides commands: what feature/prompt-commands provides as the service `claw.prompts@1`.
import { Inspecting, type PluginScope } from "claw";
import { type Prompt, Skills, slashDoors } from "claw/kit";
import { findCommands } from "./find.ts";

export async function listPrompts(scope: PluginScope, use: PluginScope["use"]): Promise<readonly Prompt[]> {
  const plugins = (await use(Inspecting)).plugins();
  const taken = new Set(slashDoors(plugins));
  const prompts: Prompt[] = [];
  const add = (prompt: Prompt): void => {
    if (taken.has(prompt.name.toLowerCase())) return;
    taken.add(prompt.name.toLowerCase());
    prompts.push(prompt);
  };
  for (const { name, description, source, hint, path, trusted, problem } of findCommands(scope, plugins)) {
    if (trusted && problem === undefined) add({ name, description, kind: "command", source, path, ...(hint === undefined ? {} : { hint }) });
  }
  for (const { name, description, source, hint, path, trusted, problem, byUser, folder } of await (await use(Skills)).list(scope)) {
    if (!trusted || problem !== undefined || !byUser) continue;
    add({ name, description, kind: "skill", source, ...(folder === undefined ? {} : { path }), ...(hint === undefined ? {} : { hint }) });
  }
  return prompts.sort((a, b) => (a.name < b.name ? -1 : 1));
}
