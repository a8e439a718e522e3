// The rules of one session: what settings, flags and answers say together, and what they decide of a call.
import { dirname } from "node:path";
import { ClawError, type Decision, type Options, type Setting } from "claw";
import { didYouMean } from "claw/kit";
import * as v from "valibot";
import { covering, needsPlaces, type Subject, touching } from "./match.ts";
import { checkNames, type Effect, foldTool, meansTool, parseRule, type Rule, splitList } from "./rules.ts";

/** Everything that decides, deny before ask before allow. `offered`: folded names of the only tools there are, when `--tools` says so. */
export interface Policy {
  readonly deny: readonly Rule[];
  readonly ask: readonly Rule[];
  readonly allow: readonly Rule[];
  readonly offered?: readonly string[];
  /** What is odd but no error. */
  readonly warnings: readonly string[];
}

/** Throws `CLAW_CONFIG_INVALID` for settings, `CLAW_USAGE` for flags. `tools` are the names there are. */
export function compilePolicy(settings: readonly Setting[], options: Options, tools: readonly string[]): Policy {
  const lists: Record<Effect, Rule[]> = { deny: [], ask: [], allow: [] };
  const warnings: string[] = [];
  for (const setting of settings) {
    const { value, unknown } = parsePermissions(setting);
    warnings.push(...unknown);
    // What nobody has vouched for may only tighten.
    const effects: readonly Effect[] = setting.trusted ? ["deny", "ask", "allow"] : ["deny", "ask"];
    for (const effect of effects) {
      for (const rule of value[effect] ?? []) lists[effect].push(parseRule(rule, `${setting.origin}: permissions.${effect}`, baseOf(setting)));
    }
  }
  lists.allow.push(...flagRules("allowedTools", options, tools));
  lists.deny.push(...flagRules("disallowedTools", options, tools));
  const offered = offeredTools(options, tools);
  return { ...lists, ...(offered === undefined ? {} : { offered }), warnings };
}

/** The decision of the rules; `undefined` leaves it to the mode. `granted` are what answers in this session allow. */
export function decide(policy: Policy, granted: readonly Rule[], subject: Subject): Decision | undefined {
  const { tool } = subject.call;
  if (!listed(policy, tool)) return { verdict: "deny", reason: `tool '${tool}' is not among the tools that --tools names` };
  const denied = touching(policy.deny, subject);
  if (denied !== undefined) return { verdict: "deny", reason: `Permission to use ${tool} has been denied by rule '${denied.text}'` };
  const asked = touching(policy.ask, subject);
  if (asked !== undefined) return { verdict: "ask", question: `tool '${tool}' requires approval: rule '${asked.text}' asks for it` };
  return covering([...policy.allow, ...granted], subject) === undefined ? undefined : { verdict: "allow" };
}

/** Whether `decide` needs to know where the paths of the call lie. */
export function wantsPlaces(policy: Policy, granted: readonly Rule[], call: Subject["call"]): boolean {
  return [policy.deny, policy.ask, policy.allow, granted].some((rules) => needsPlaces(rules, call));
}

/** Whether the model gets to see the tool: not when it is outside `--tools`, nor when a rule denies every call of it. */
export function offers(policy: Policy, tool: string): boolean {
  return listed(policy, tool) && !policy.deny.some((rule) => rule.pattern === undefined && meansTool(rule.tool, tool));
}

/** A layer's `permissions`. Throws `CLAW_CONFIG_INVALID`, naming its file and the key. */
export function parsePermissions({ value, origin }: Setting): { readonly value: Permissions; readonly unknown: readonly string[] } {
  const parsed = v.safeParse(Schema, value);
  if (!parsed.success) {
    const issues = parsed.issues.map((issue) => `permissions${path(v.getDotPath(issue))}: ${issue.message}`);
    throw new ClawError("CLAW_CONFIG_INVALID", `${origin}: ${issues.join("; ")}`, {
      hint: 'Permissions look like { "allow": ["Read"], "ask": [], "deny": ["Read(./.env)"] }.',
    });
  }
  const known = Object.keys(Schema.entries);
  const strange = Object.keys(parsed.output).filter((key) => !known.includes(key));
  const unknown = strange.map((key) => `${origin}: unknown key permissions.${key}. ${didYouMean(key, known)}`.trimEnd());
  return { value: parsed.output, unknown };
}

// --- internal ---

function listed({ offered }: Policy, tool: string): boolean {
  return offered === undefined || offered.some((name) => meansTool(name, tool));
}

const Rules = v.optional(v.array(v.string()));
/** Other keys are people's own or other tools': they are named, not refused. */
const Schema = v.looseObject({
  allow: Rules,
  ask: Rules,
  deny: Rules,
  defaultMode: v.optional(v.string()),
  additionalDirectories: v.optional(v.array(v.string())),
});
type Permissions = v.InferOutput<typeof Schema>;

function path(dotted: string | null): string {
  return dotted === null ? "" : `.${dotted}`;
}

/** `.claw/settings.json` speaks of the folder that `.claw` is in. Every other layer speaks of the session's folder. */
function baseOf({ source, origin }: Setting): string | undefined {
  return source === "project" || source === "local" ? dirname(dirname(origin)) : undefined;
}

function flagRules(flag: string, options: Options, tools: readonly string[]): readonly Rule[] {
  const rules = splitList(valuesOf(options, flag)).map((text) => usage(flag, () => parseRule(text, `--${flag}`)));
  checkNames(
    rules.map((rule) => rule.text.replace(/\(.*$/s, "")),
    flag,
    tools,
  );
  return rules;
}

function offeredTools(options: Options, tools: readonly string[]): readonly string[] | undefined {
  if (options["tools"] === undefined) return undefined;
  const names = splitList(valuesOf(options, "tools"));
  if (names.length === 1 && names[0] === "default") return undefined;
  checkNames(names, "tools", tools);
  return names.map(foldTool);
}

function valuesOf(options: Options, name: string): readonly string[] {
  const value = options[name];
  return typeof value === "string" ? [value] : typeof value === "object" ? value : [];
}

/** A malformed rule on the command line is a mistake of usage, not of configuration. */
function usage<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ClawError)) throw thrown;
    throw new ClawError("CLAW_USAGE", thrown.message, { ...thrown.info, hint: thrown.info.hint ?? `See --${flag} in \`claw --help\`.` });
  }
}
