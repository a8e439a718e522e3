// `--replay FILE` with nothing else: the command line and the environment of the run that was recorded.
import { resolve } from "node:path";
import { HOST_OPTIONS, parseArguments, readCassette } from "claw/kit";
import { bundled } from "./bundled.ts";

/** The command line to run instead. Sets the environment that the recorded run had, as far as it was kept. Throws `CLAW_USAGE`. */
export function replayed(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((arg) => arg === "--replay" || arg.startsWith("--replay="));
  const inline = argv[at]?.startsWith("--replay=") === true;
  const path = inline ? argv[at]?.slice(9) : argv[at + 1];
  if (path === undefined || path === "" || argv.indexOf("--") !== -1) return argv;
  const { head, entries } = readCassette(resolve(path));
  for (const name of Object.keys(process.env)) if (/^(ANTHROPIC|OPENAI|GEMINI|GOOGLE)_/.test(name)) delete process.env[name];
  Object.assign(process.env, Object.fromEntries(Object.entries(head.env).filter(([name]) => NAMES.test(name))));
  if (!Object.keys(head.env).some((name) => name.endsWith("_API_KEY") || name.endsWith("_AUTH_TOKEN")))
    process.env["ANTHROPIC_API_KEY"] = "[removed]";
  const own = argv.toSpliced(at, inline ? 1 : 2);
  const given = new Set(own.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2).split("=")[0]));
  const recorded = Object.entries(head.options).flatMap(([name, value]) =>
    given.has(name) || !TAKEN.includes(name)
      ? []
      : [value].flat().flatMap((one) => (one === true ? [`--${name}`] : one === false ? [] : [`--${name}=${one}`])),
  );
  const input = entries.find((entry) => entry.kind === "input");
  // Whoever says what to run runs that.
  const { words } = parseArguments(own, [...HOST_OPTIONS, ...bundled.flatMap((one) => one.manifest?.options ?? [])], false);
  const prompt = input === undefined || words.length > 0 ? [] : ["-p", "--", input.text];
  return [`--replay=${path}`, ...recorded, ...own, ...prompt];
}

// --- internal ---

/** Of the recorded environment: which providers there are, and nothing that claw does more for. */
const NAMES = /^[A-Z]+_(API_KEY|AUTH_TOKEN|BASE_URL|MODEL)$|^OLLAMA_HOST$/;
/** Of the recorded options: a cassette may come from anybody, and what lets more pass, or loads code, is for the user to say again. */
const TAKEN = [
  ...["model", "fallback-model", "output-format", "include-partial-messages", "verbose", "max-turns", "max-budget-usd", "json-schema", "effort"],
  ...["system-prompt", "append-system-prompt", "tools", "disallowedTools", "agent", "no-session", "bare", "mcp-config", "strict-mcp-config"],
];
