// What people answered: rules for the session, and rules kept for good in the user's settings, whose comments stay as they are.
import { editSettings } from "claw/kit";

/** Adds rules to `permissions.allow` of `<home>/settings.json`. Throws `CLAW_CONFIG_INVALID` when the file is not JSON with comments: it is left alone. */
export async function keepRules(home: string, rules: readonly string[]): Promise<void> {
  await editSettings(home, "the rule", (settings) => {
    const allow = listOf(settings);
    const fresh = [...new Set(rules)].filter((rule) => allow?.includes(rule) === false);
    return allow && fresh.map((value) => ({ path: ["permissions", "allow"], value, added: true }));
  });
}

// --- internal ---

/** `permissions.allow`, empty when there is none yet; `undefined` when something else stands in its place. */
function listOf(settings: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  const permissions = settings["permissions"] ?? {};
  if (typeof permissions !== "object" || Array.isArray(permissions)) return undefined;
  const allow = (permissions as Record<string, unknown>)["allow"] ?? [];
  return Array.isArray(allow) ? allow : undefined;
}
