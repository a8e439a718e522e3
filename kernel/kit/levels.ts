// Permission levels: what each standing mode says of a call, as one table. Knows no rules: those are asked before any mode.
import { type Access, ClawError, type Decision, type PermissionMode, type StepScope, type ToolCall } from "claw";
import { type JudgedLine, type JudgedPart, Shell, shownWhole, takesLine, typed } from "./shell.ts";
import { type Place, Workspace } from "./workspace.ts";

/** What a tool can need, least first. */
export type Level = "read-only" | "workspace-write" | "danger-full-access";
/** The modes that this table describes: the levels, two for a purpose, and two that behave rather than rank. */
export type LevelMode = Level | "plan" | "accept-edits" | "prompt" | "allow";
/** How far a call goes. `beyond`: outside the workspace; `guarded`: writes a file that can make something run. */
export type Reach = "session" | "read" | "network" | "write" | "beyond" | "guarded" | "execute";

/** Modes, strictest first: what is further left may replace what is further right without loosening anything. */
export const STRICTEST_FIRST: readonly LevelMode[] = [
  "read-only",
  "plan",
  "prompt",
  "workspace-write",
  "accept-edits",
  "allow",
  "danger-full-access",
];

/** Whether `mode` lets less happen than another. One that the table does not rank is never taken for stricter. */
export function stricter(mode: string, than: string): boolean {
  const order: readonly string[] = STRICTEST_FIRST;
  return order.includes(mode) && (!order.includes(than) || order.indexOf(mode) < order.indexOf(than));
}

/** The least level that runs a call without asking. */
export const NEEDED: { readonly [R in Reach]: Level } = {
  session: "read-only",
  read: "read-only",
  network: "read-only",
  write: "workspace-write",
  beyond: "danger-full-access",
  guarded: "danger-full-access",
  execute: "danger-full-access",
};

// biome-ignore format: a table reads better in columns
const VERDICTS: { readonly [M in LevelMode]: { readonly [R in Reach]: Decision["verdict"] } } = {
  "read-only":          { session: "allow", read: "allow", network: "allow", write: "deny",  beyond: "deny",  guarded: "deny",  execute: "deny"  },
  plan:                 { session: "allow", read: "allow", network: "allow", write: "deny",  beyond: "deny",  guarded: "deny",  execute: "deny"  },
  "workspace-write":    { session: "allow", read: "allow", network: "allow", write: "allow", beyond: "ask",   guarded: "ask",   execute: "ask"   },
  "accept-edits":       { session: "allow", read: "allow", network: "allow", write: "allow", beyond: "ask",   guarded: "ask",   execute: "ask"   },
  "danger-full-access": { session: "allow", read: "allow", network: "allow", write: "allow", beyond: "allow", guarded: "allow", execute: "allow" },
  prompt:               { session: "allow", read: "allow", network: "ask",   write: "ask",   beyond: "ask",   guarded: "ask",   execute: "ask"   },
  allow:                { session: "allow", read: "allow", network: "allow", write: "allow", beyond: "allow", guarded: "ask",   execute: "allow" },
};

/** What of a call the table needs. */
export type Judged = Pick<ToolCall, "tool" | "access" | "subject">;

/** How far a call with these places goes. Reading a guarded file runs nothing, so only what may write is `guarded`. */
export function reachOf(access: Access, places: readonly Place[]): Reach {
  if (access === "none") return "session";
  if ((access === "write" || access === "execute") && places.some((place) => place.guarded)) return "guarded";
  if (access === "execute") return "execute";
  return places.every((place) => place.inside) ? access : "beyond";
}

/** How far one part of a command line goes. No program that uses the network only reads: what it sends may be anything. */
export function reachOfPart({ does, from, to }: Pick<JudgedPart, "does" | "from" | "to">): Reach {
  if (to.some((place) => place.guarded)) return "guarded";
  if (does === "execute" || does === "network") return "execute";
  return [...from, ...to].every((place) => place.inside) ? does : "beyond";
}

/** What `mode` says of a call, with the reason or question that says what to do. */
export function decideByLevel(mode: LevelMode, call: Judged, places: readonly Place[]): Decision {
  const reach = reachOf(call.access, places);
  const rules = savableRules(call, reach, places);
  return worded(mode, call.tool, reach, because(reach, places), rules);
}

/** The same of a command line: it may run when each of its parts may. The text names only those that need more, whole. */
export function decideLine(mode: LevelMode, call: Judged, line: JudgedLine): Decision {
  const whole: JudgedPart = {
    ...{ text: call.subject, argv: [], also: [], does: "execute", reads: [], writes: [], from: [], to: [], allowed: false },
    why: line.problem ?? "",
  };
  const parts = line.problem === undefined ? line.parts : [whole, ...line.parts.filter((part) => reachOfPart(part) === "guarded")];
  const needy = parts.filter((part) => !part.allowed && VERDICTS[mode][reachOfPart(part)] !== "allow");
  const reaches = needy.map(reachOfPart);
  const reach = reaches.find((one) => VERDICTS[mode][one] === "deny") ?? reaches.find((one) => NEEDED[one] === "danger-full-access") ?? reaches[0];
  if (reach === undefined) return { verdict: "allow" };
  const shown = new Set(needy.map((part) => `\n  ${shownWhole(part.text)}${reasonOf(part)}`));
  return worded(mode, call.tool, reaches.includes("execute") ? "execute" : reach, `:${[...shown].join("")}`, lineRules(call.tool, needy));
}

/** The `decide` of a mode that this table describes. */
export function byLevel(mode: LevelMode): PermissionMode["decide"] {
  return async (call, scope) => {
    if (takesLine(call.tool) && call.access === "execute") {
      const line = await judged(call, scope, mode !== "danger-full-access");
      if (line !== undefined) return decideLine(mode, call, line);
    }
    const places = call.paths.length === 0 ? [] : await (await scope.use(Workspace)).places(call, scope);
    return decideByLevel(mode, call, places);
  };
}

/**
 * The words of a command line that is nothing but words: no operator, quote, expansion, glob, redirection, assignment or comment. Anything else
 * is `undefined`, since only a parser could say what it runs.
 */
export function plainWords(line: string): readonly string[] | undefined {
  const trimmed = line.replace(/^[ \t]+|[ \t]+$/g, "");
  if (!PLAIN.test(trimmed)) return undefined;
  const words = trimmed.split(/[ \t]+/);
  return /^[A-Za-z_]\w*\+?=/.test(words[0] ?? "") ? undefined : words;
}

// --- internal ---

/** Letters of every script are plain to a shell; so is this much of the punctuation. */
const PLAIN = /^[\p{L}\p{N}\p{M}_@%+=:,./^~ \t-]+$/u;

/** Even where all is allowed the service has to be there: it follows the folder that lines run in. Without one, a line is a call like others. */
async function judged(call: ToolCall, scope: StepScope, needed: boolean): Promise<JudgedLine | undefined> {
  try {
    const shell = await scope.use(Shell);
    return needed ? await shell.judge(call, scope) : undefined;
  } catch (thrown) {
    if (thrown instanceof ClawError && thrown.code === "CLAW_SERVICE_MISSING") return undefined;
    throw thrown;
  }
}

function worded(mode: LevelMode, tool: string, reach: Reach, why: string, rules: readonly string[]): Decision {
  const verdict = VERDICTS[mode][reach];
  if (verdict === "allow") return { verdict };
  if (verdict === "deny") return { verdict, reason: `tool '${tool}' requires ${NEEDED[reach]} permission; current mode is ${mode}${why}` };
  const question = `tool '${tool}' requires approval to escalate from ${mode} to ${NEEDED[reach]}${why}`;
  return { verdict, question, ...(rules.length === 0 ? {} : { rules }) };
}

function because(reach: Reach, places: readonly Place[]): string {
  if (reach !== "beyond" && reach !== "guarded") return "";
  const place = places.find((one) => (reach === "guarded" ? one.guarded : !one.inside));
  return place === undefined ? "" : `: ${told(place, place.given, reach)}`;
}

function told(place: Place, given: string, reach: Reach): string {
  const really = place.path === given ? "" : ` (${shownWhole(place.path)})`;
  return `'${shownWhole(given)}'${really} ${reach === "guarded" ? "can make other programs run something" : "is outside the workspace"}`;
}

/** Why a part needs more than the mode gives. */
function reasonOf(part: JudgedPart): string {
  const far = part.to.find((place) => place.guarded) ?? [...part.from, ...part.to].find((place) => !place.inside);
  const reach = reachOfPart(part);
  const paths = part.to.map((place) => shownWhole(place.path)).join(", ");
  const why =
    far === undefined || reach === "execute" ? [part.why, paths].filter(Boolean).join(" ") : told(far, far.path, far.guarded ? "guarded" : "beyond");
  return why === "" ? "" : `  (${shownWhole(why)})`;
}

/** The narrowest rules that would have allowed the call. None for what must be asked each time. */
function savableRules({ tool, access, subject }: Judged, reach: Reach, places: readonly Place[]): readonly string[] {
  if (reach === "guarded") return [];
  if (tool.startsWith("mcp__")) return [tool];
  if (access === "execute") {
    const words = plainWords(subject);
    return words === undefined ? [] : [`${tool}(${words.join(" ")})`];
  }
  if (places.length > 0) return [...new Set(places.map((place) => pathRule(tool, place)))];
  return [access === "network" && URL.canParse(subject) ? `${tool}(domain:${new URL(subject).hostname})` : tool];
}

/** One rule for each part, or none at all: a line is allowed only when every part of it is. */
function lineRules(tool: string, parts: readonly JudgedPart[]): readonly string[] {
  const rules = parts.map((part) => {
    if (reachOfPart(part) === "guarded") return undefined;
    if (part.argv.length > 0) return part.argv.includes(undefined) ? undefined : [`${tool}(${typed(part.argv).replace(/[\\*]/g, "\\$&")})`];
    return part.does === "execute"
      ? undefined
      : [...part.from.map((place) => pathRule("Read", place)), ...part.to.map((place) => pathRule("Edit", place))];
  });
  return rules.includes(undefined) ? [] : [...new Set(rules.flatMap((rule) => rule ?? []))];
}

function pathRule(tool: string, { path }: Place): string {
  return `${tool}(/${rooted(path).replace(/[\\*?[\]{}()!]/g, "\\$&")})`;
}

/** With a leading slash and slashes only, on every system. */
function rooted(path: string): string {
  const slashed = /^[A-Za-z]:\\/.test(path) ? path.replaceAll("\\", "/") : path;
  return slashed.startsWith("/") ? slashed : `/${slashed}`;
}
