// What a child sees of claw's environment and of the setting `env`. Not a sandbox: a child of the same user can still read files and, on Linux, /proc of claw.
import type { Setting } from "claw";

/** Names of providers and of claw itself, whose variables with a secret's name stay with claw. */
const OWN = /^(ANTHROPIC|OPENAI|GEMINI|XAI|DASHSCOPE|OPENROUTER|DEEPSEEK|GROQ|MISTRAL|OLLAMA|BRAVE|TAVILY|EXA|CLAWD?|CLAUDE_CODE|RUSTY_CLAUDE)_/i;
const SECRET = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|HEADERS)(_|$)/i;
/** Google's prefix is shared with the user's own cloud tools, so only its model keys are claw's. */
const EXACT: ReadonlySet<string> = new Set(["GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"]);

/** The variable by which strays are found. */
export const MARKER = "CLAW_RUN";

/** What children of a session carry in it: the kernel's id, then the session's. */
export function markOf(run: string, session: string): string {
  return `${run}.${session}`;
}

/** Whether a variable holds a secret of claw's own: a provider's key or token. */
export function ownSecret(name: string): boolean {
  return EXACT.has(name.toUpperCase()) || (OWN.test(name) && SECRET.test(name));
}

/**
 * `env` without claw's own secrets, with what the setting `env` adds and with the marker. Everything else, the user's own tokens for git, ssh and npm
 * too, is passed on. Of the setting only trusted layers count, the later ones first, and of them only texts, numbers and yes or no.
 */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  mark: string,
  added: readonly Setting[] = [],
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in env) {
    const value = env[name];
    if (value !== undefined && !ownSecret(name)) out[name] = value;
  }
  for (const { value, trusted } of added) {
    if (!trusted || typeof value !== "object" || value === null || Array.isArray(value)) continue;
    for (const [name, one] of Object.entries(value))
      if (/^(string|number|boolean)$/.test(typeof one) && /^[A-Za-z_]\w*$/.test(name)) out[name] = String(one);
  }
  out[MARKER] = mark;
  return out;
}
