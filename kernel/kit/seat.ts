// Where a command runs: in a session that a person sits in, or in a shell. What it says of other commands is written as they are called there.
import type { PluginScope } from "claw";
import { Screen } from "./screen.ts";

/** Whether a person sits in a session, with a screen. */
export async function seated({ use }: Pick<PluginScope, "use">): Promise<boolean> {
  return (await use(Screen).catch(() => undefined))?.opened === true;
}

/** `/words` in a session, `claw words` in a shell: how to call another command from here. */
export async function calledHere(words: string, scope: Pick<PluginScope, "use">): Promise<string> {
  return (await seated(scope)) ? `/${words}` : `claw ${words}`;
}
