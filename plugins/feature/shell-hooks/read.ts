// Hooks as settings and plugins have them, read: each one that can be used, and a line for each that cannot.
import { basename, dirname } from "node:path";
import type { Setting, TurnScope } from "claw";
import { didYouMean, fields, SHELL_HOOK_EVENTS, type ShellHook, type ShellHookEvent, type ShellHookSet } from "claw/kit";
import { matches } from "./names.ts";

/** A hook that can be used. `headers` and `foreign` are for running it. */
export interface Hook extends Omit<ShellHook, "runs"> {
  readonly headers: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly foreign: boolean;
}
export interface Read {
  readonly hooks: readonly Hook[];
  /** A line for each, those of `invalid` too. */
  readonly problems: readonly string[];
  /** Values that can mean nothing, in files that are ours to judge and have a say. */
  readonly invalid: readonly Invalid[];
}
/** `path` leads to the value in its file. */
export interface Invalid {
  readonly origin: string;
  readonly path: readonly string[];
  readonly message: string;
  /** Its line among the problems. */
  readonly problem: string;
}
/** A set and whether it may act. */
export type Source = ShellHookSet & { readonly trusted: boolean };

/** Where hooks stand for this scope, in the order of layers. */
export function sourcesOf(scope: TurnScope): readonly Source[] {
  const bare = scope.options["bare"] === true;
  if (scope.settings("disableAllHooks").some(({ value, trusted }) => trusted && value === true)) return [];
  const layers = scope.settings("hooks").filter(({ source }) => !bare || !FROM_FILES.has(source));
  return layers.map(({ value, source, origin, trusted }) => {
    // Claude Code's files: their hooks know tools by other names.
    const foreign = FROM_FILES.has(source) && basename(dirname(origin)) === ".claude" && dirname(origin) !== scope.home;
    return { hooks: value, origin, source: source === "project" || source === "local" ? "project" : "user", foreign, trusted };
  });
}

/** The hooks of a set. Nothing wrong in one entry keeps another from being read. */
export function readSet({ hooks: value, origin, source, root, foreign = false, trusted }: Source, most: number): Read {
  const hooks: Hook[] = [];
  const problems: string[] = [];
  const invalid: Invalid[] = [];
  const ours = trusted && !foreign && source !== "plugin";
  const wrong = (where: string, what: string): void => {
    const problem = `${origin}: hooks.${where}: ${what}`;
    const path = ["hooks", ...where.split(/[.[\]]+/).filter((key) => key !== "")];
    problems.push(problem);
    if (ours) invalid.push({ origin, path, message: `hooks.${where} → ${what}`, problem });
  };
  if (!fields(value)) return { hooks, problems: [`${origin}: hooks must be an object of events`], invalid };
  for (const [event, entries] of Object.entries(value)) {
    if (!known(event)) {
      // As every key that nobody knows: another version may.
      const near = didYouMean(event, SHELL_HOOK_EVENTS) || `Events: ${SHELL_HOOK_EVENTS.join(", ")}`;
      problems.push(`${origin}: hooks.${event}: there is no such event, so this never runs. ${near}`);
      continue;
    }
    if (!Array.isArray(entries)) {
      wrong(event, "must be a list");
      continue;
    }
    for (const [index, entry] of entries.entries()) {
      const where = `${event}[${index}]`;
      const about = { event, origin, source, trusted, foreign, most, ...(root === undefined ? {} : { root }) };
      for (const one of entriesOf(entry, where, wrong)) {
        const hook = hookOf(one.value, one.matcher, about);
        if (typeof hook === "string") wrong(one.where, hook);
        else hooks.push(hook);
      }
    }
  }
  return { hooks, problems, invalid };
}

/** What is wrong with hooks that are to stand in the user's settings: what keeps a run from sending anything, and events that there are not. */
export function judge(hooks: unknown, file: string): readonly string[] {
  const { problems, invalid } = readSet({ hooks, origin: file, source: "user", trusted: true }, DEFAULT_MS);
  const told = new Set(invalid.map(({ problem }) => problem));
  return [...invalid.map(({ origin, message }) => `${origin}: ${message}`), ...problems.filter((problem) => !told.has(problem))];
}

/** Matchers that mean no tool there is: what they are for never runs. Tools of MCP servers may come later. */
export function idle(hooks: readonly Hook[], tools: readonly string[]): readonly string[] {
  return hooks.flatMap(({ event, matcher = "", origin, run }) =>
    !TOOL_EVENTS.has(event) || matcher.toLowerCase().includes("mcp") || tools.some((tool) => matches(matcher, tool))
      ? []
      : [`${origin}: hooks.${event}: the matcher ${JSON.stringify(matcher)} means no tool there is, so this never runs: ${run}`],
  );
}

// --- internal ---

const FROM_FILES: ReadonlySet<Setting["source"]> = new Set(["user", "project", "local"]);
const TOOL_EVENTS: ReadonlySet<ShellHookEvent> = new Set(["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest"] as const);
const DEFAULT_MS = 60_000;

function known(event: string): event is ShellHookEvent {
  return (SHELL_HOOK_EVENTS as readonly string[]).includes(event);
}

type Wrong = (where: string, what: string) => void;
interface Entry {
  readonly value: unknown;
  readonly matcher: string | undefined;
  readonly where: string;
}
/** A command line alone, or `{ matcher, hooks: […] }`. */
function entriesOf(entry: unknown, where: string, wrong: Wrong): readonly Entry[] {
  if (typeof entry === "string") return [{ value: { type: "command", command: entry }, matcher: undefined, where }];
  if (!fields(entry) || !Array.isArray(entry["hooks"])) {
    wrong(where, 'must be { "matcher": "…", "hooks": [{ "type": "command", "command": "…" }] }');
    return [];
  }
  const matcher = entry["matcher"];
  if (matcher !== undefined && (typeof matcher !== "string" || !readable(matcher))) {
    wrong(`${where}.matcher`, "is no name, list of names or regular expression, so this never runs");
    return [];
  }
  return entry["hooks"].map((value, index) => ({ value, matcher, where: `${where}.hooks[${index}]` }));
}

function readable(matcher: string): boolean {
  try {
    matches(matcher, "");
    return true;
  } catch {
    return false;
  }
}

interface About extends Pick<Hook, "event" | "origin" | "source" | "trusted" | "foreign" | "root"> {
  readonly most: number;
}
function hookOf(value: unknown, matcher: string | undefined, { most, ...about }: About): Hook | string {
  if (!fields(value)) return "must be an object";
  const { type = "command", timeout = DEFAULT_MS / 1_000, onFailure = value["on_failure"] ?? "continue", headers = {} } = value;
  if (type !== "command" && type !== "http") return `there is no type ${JSON.stringify(type)}, so this never runs. Types: command, http`;
  const run = type === "command" ? value["command"] : value["url"];
  if (typeof run !== "string" || run.trim() === "") return `a hook of type ${type} needs ${type === "command" ? "a command" : "a url"}`;
  if (type === "http" && !/^https?:$/.test(URL.parse(run)?.protocol ?? "")) return "url must be a whole http or https address";
  if (typeof timeout !== "number" || !(timeout > 0)) return "timeout must be a number of seconds";
  const failing = FAILURE[String(onFailure)];
  if (failing === undefined) return `onFailure must be continue, deny or ask, not ${JSON.stringify(onFailure)}`;
  if (!fields(headers) || Object.values(headers).some((one) => typeof one !== "string")) return "headers must be an object of strings";
  return {
    ...about,
    ...(matcher === undefined ? {} : { matcher }),
    ...{ type, run, timeoutMs: Math.min(timeout * 1_000, most), onFailure: failing, headers: headers as Record<string, string> },
  };
}
/** `block` and `allow` are other tools' words. */
const FAILURE: Readonly<Record<string, Hook["onFailure"]>> = {
  ...{ continue: "continue", warn: "continue", allow: "continue", deny: "deny", block: "deny", ask: "ask" },
};
