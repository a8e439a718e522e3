// The rules of one session: what settings, flags and answers say together, and what they decide of a call.
import { dirname } from "node:path";
import { ClawError, type Decision, type Options, type Setting } from "claw";
import { didYouMean, type JudgedPart, locate, reachOfPart } from "claw/kit";
import * as v from "valibot";
import { coveredParts, covering, needsLine, needsPlaces, type Subject, type Touch, touching } from "./match.ts";
import { lookAnew } from "./paths.ts";
import { checkNames, type Effect, foldTool, meansTool, parseRule, type Rule, rulesTool, splitList, strangeName } from "./rules.ts";

/** Everything that decides, deny before ask before allow. `offered`: folded names of the only tools there are, when `--tools` says so. */
export interface Policy {
  readonly deny: readonly Rule[];
  readonly ask: readonly Rule[];
  readonly allow: readonly Rule[];
  readonly offered?: readonly string[];
  /** What is odd but no error. */
  readonly warnings: readonly string[];
}
/** What rules say of a call. Without a decision the mode has its say, of all but the `covered` parts of a line. */
export interface Ruling {
  readonly decision?: Decision;
  /** The rule that it goes by. */
  readonly rule?: Rule;
  readonly covered: ReadonlyMap<JudgedPart, Rule>;
  /** Only running it would tell whether a rule tightens it: it is asked about where the mode would not refuse it. */
  readonly uncertain?: boolean;
  /** It asks to run outside the sandbox, which a rule alone does not allow. */
  readonly leaving?: boolean;
}

/** Throws `CLAW_CONFIG_INVALID` for settings, with file, line and key, `CLAW_USAGE` for flags. `tools` are the names there are. */
export async function compilePolicy(settings: readonly Setting[], options: Options, tools: readonly string[]): Promise<Policy> {
  const lists: Record<Effect, Rule[]> = { deny: [], ask: [], allow: [] };
  const warnings: string[] = [];
  for (const setting of settings) {
    const read = await parsePermissions(setting).catch((thrown: ClawError) => (setting.trusted ? Promise.reject(thrown) : thrown));
    if (read instanceof ClawError) {
      warnings.push(`${read.message} (left out: nobody has trusted this folder)`);
      continue;
    }
    const { value, unknown } = read;
    warnings.push(...unknown);
    // What nobody has vouched for may only tighten.
    const effects: readonly Effect[] = setting.trusted ? ["deny", "ask", "allow"] : ["deny", "ask"];
    for (const effect of effects) {
      for (const text of value[effect] ?? []) {
        const place = async (): Promise<string> => `${await locate(setting.origin, ["permissions", effect])}: permissions.${effect}`;
        const rule = await located(place, (origin) => parseRule(text, origin, baseOf(setting)));
        lists[effect].push({ ...rule, origin: `${setting.origin}: permissions.${effect}` });
        const hint = strangeName(rule.text.replace(/\(.*$/s, ""), tools);
        if (hint !== undefined) warnings.push(`${await place()}: no tool is named as in "${rule.text}". ${hint}`.trimEnd());
      }
    }
  }
  lists.allow.push(...flagRules("allowedTools", options, tools));
  lists.deny.push(...flagRules("disallowedTools", options, tools));
  const offered = offeredTools(options, tools);
  return { ...lists, ...(offered === undefined ? {} : { offered }), warnings };
}

/** What the rules say of a call. `granted` are what answers in this session allow. */
export function decide(policy: Policy, granted: readonly Rule[], subject: Subject): Ruling {
  const { tool } = subject.call;
  lookAnew(subject.roots);
  const covered = new Map<JudgedPart, Rule>();
  if (!listed(policy, tool)) return { decision: { verdict: "deny", reason: `tool '${tool}' is not among the tools that --tools names` }, covered };
  const denied = touching(policy.deny, subject);
  if (denied?.perhaps === false) {
    const reason = `Permission to use ${tool} has been denied by rule '${denied.rule.text}'`;
    return { decision: { verdict: "deny", reason }, rule: denied.rule, covered };
  }
  const asked = touching(policy.ask, subject);
  if (asked?.perhaps === false) {
    const question = `tool '${tool}' requires approval: rule '${asked.rule.text}' asks for it`;
    return { decision: { verdict: "ask", question }, rule: asked.rule, covered };
  }
  const touch = denied ?? asked;
  if (touch !== undefined) return { decision: doubt(tool, touch), rule: touch.rule, covered, uncertain: true };
  const allow = [...policy.allow, ...granted];
  const rule = covering(allow, subject);
  if (rule !== undefined) return { decision: { verdict: "allow" }, rule, covered };
  const parts = coveredParts(allow, subject);
  const all = parts.size > 0 && subject.line?.parts.every((part) => parts.has(part) || reachOfPart(part) === "read") === true;
  if (!all) return { covered: parts };
  const [first] = parts.values();
  return { decision: { verdict: "allow" }, covered: parts, ...(first === undefined ? {} : { rule: first }) };
}

/** Whether `decide` needs to know where the paths of the call lie. */
export function wantsPlaces(policy: Policy, granted: readonly Rule[], call: Subject["call"]): boolean {
  return [policy.deny, policy.ask, policy.allow, granted].some((rules) => needsPlaces(rules, call));
}

/** Whether `decide` needs to know what its command line would do. */
export function wantsLine(policy: Policy, granted: readonly Rule[], call: Subject["call"]): boolean {
  return [policy.deny, policy.ask, policy.allow, granted].some((rules) => needsLine(rules, call));
}

/** Whether the model gets to see the tool: not when it is outside `--tools`, nor when a rule denies every call of it. */
export function offers(policy: Policy, tool: string): boolean {
  return listed(policy, tool) && !policy.deny.some((rule) => rule.pattern === undefined && rulesTool(rule, tool));
}

/** A layer's `permissions`. Throws `CLAW_CONFIG_INVALID`, naming its file, the line and the key. */
export async function parsePermissions({ value, origin }: Setting): Promise<{ readonly value: Permissions; readonly unknown: readonly string[] }> {
  const parsed = v.safeParse(Schema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const keys = ["permissions", ...(issue.path?.map((part) => String(part.key)) ?? [])];
    throw new ClawError("CLAW_CONFIG_INVALID", `${await locate(origin, keys)}: ${keys.join(".")}: ${issue.message}`, {
      hint: 'Permissions look like { "allow": ["Read"], "ask": [], "deny": ["Read(./.env)"] }.',
    });
  }
  const known = Object.keys(Schema.entries);
  const strange = Object.keys(parsed.output).filter((key) => !known.includes(key));
  const unknown = strange.map(async (key) => {
    return `${await locate(origin, ["permissions", key])}: unknown key permissions.${key}. ${didYouMean(key, known)}`.trimEnd();
  });
  return { value: parsed.output, unknown: await Promise.all(unknown) };
}

// --- internal ---

function listed({ offered }: Policy, tool: string): boolean {
  return offered === undefined || offered.some((name) => meansTool(name, tool));
}

function doubt(tool: string, { rule }: Touch): Decision {
  const why =
    rule.tool === "readfile"
      ? "it may read what this rule keeps back; the search tools leave that out"
      : "only running it would tell whether this rule concerns it";
  return { verdict: "ask", question: `tool '${tool}' requires approval: rule '${rule.text}': ${why}` };
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

/** `.claw/settings.json` speaks of the folder that `.claw` is in. Every other layer speaks of the session's folder. */
function baseOf({ source, origin }: Setting): string | undefined {
  return source === "project" || source === "local" ? dirname(dirname(origin)) : undefined;
}

/** Names the line only when there is something to say of it: looking it up reads the file. */
async function located<T>(place: () => Promise<string>, read: (origin: string) => T): Promise<T> {
  try {
    return read("");
  } catch {
    return read(await place());
  }
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
