// Files that hold a policy to be tried: settings, or their `permissions` alone.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ClawError, type Json, type TurnScope } from "claw";
import { readSettings, type Trial } from "claw/kit";

/** The object in a file of JSON with comments. Throws `CLAW_USAGE` when there is none, `CLAW_CONFIG_INVALID` with file and line when it is none. */
export async function readPolicy(file: string, scope: TurnScope): Promise<Readonly<Record<string, Json>>> {
  const path = resolve(scope.cwd, file);
  if (!existsSync(path)) throw new ClawError("CLAW_USAGE", `there is no file ${path}`, { hint: "Name a file of JSON with the policy." });
  return (await readSettings(path)) as Readonly<Record<string, Json>>;
}

/** The policy of such an object: its `permissions` or what stands in it directly, and the mode that it names. */
export function trialOf(policy: Readonly<Record<string, Json>>): Trial {
  const permissions = policy["permissions"] ?? (["allow", "ask", "deny"].some((key) => Array.isArray(policy[key])) ? policy : undefined);
  const inner = (permissions ?? {}) as Readonly<Record<string, Json>>;
  const mode = policy["mode"] ?? policy["permissionMode"] ?? inner["defaultMode"];
  return { ...(permissions === undefined ? {} : { permissions }), ...(typeof mode === "string" ? { mode } : {}) };
}
