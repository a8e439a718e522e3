// Permission levels: what each standing mode says of a call, as one table. Knows no rules: those are asked before any mode.
import type { Access, Decision, PermissionMode, ToolCall } from "claw";
import { type Place, Workspace } from "./workspace.ts";

/** What a tool can need, least first. */
export type Level = "read-only" | "workspace-write" | "danger-full-access";
/** The modes that this table describes: the levels, and two that behave rather than rank. */
export type LevelMode = Level | "prompt" | "allow";
/** How far a call goes. `beyond`: outside the workspace; `guarded`: writes a file that can make something run. */
export type Reach = "session" | "read" | "network" | "write" | "beyond" | "guarded" | "execute";

/** Modes, strictest first: what is further left may replace what is further right without loosening anything. */
export const STRICTEST_FIRST: readonly LevelMode[] = ["read-only", "prompt", "workspace-write", "allow", "danger-full-access"];

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
  "workspace-write":    { session: "allow", read: "allow", network: "allow", write: "allow", beyond: "ask",   guarded: "ask",   execute: "ask"   },
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

/** What `mode` says of a call, with the reason or question that says what to do. */
export function decideByLevel(mode: LevelMode, call: Judged, places: readonly Place[]): Decision {
  const reach = reachOf(call.access, places);
  const verdict = VERDICTS[mode][reach];
  const needed = NEEDED[reach];
  const why = because(reach, places);
  if (verdict === "deny") {
    return { verdict, reason: `tool '${call.tool}' requires ${needed} permission; current mode is ${mode}${why}` };
  }
  if (verdict === "allow") return { verdict };
  const question = `tool '${call.tool}' requires approval to escalate from ${mode} to ${needed}${why}`;
  const rules = savableRules(call, reach, places);
  return { verdict, question, ...(rules.length === 0 ? {} : { rules }) };
}

/** The `decide` of a mode that this table describes. */
export function byLevel(mode: LevelMode): PermissionMode["decide"] {
  return async (call, scope) => {
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

function because(reach: Reach, places: readonly Place[]): string {
  if (reach !== "beyond" && reach !== "guarded") return "";
  const place = places.find((one) => (reach === "guarded" ? one.guarded : !one.inside));
  if (place === undefined) return "";
  const really = place.path === place.given ? "" : ` (${place.path})`;
  return `: '${place.given}'${really} ${reach === "guarded" ? "can make other programs run something" : "is outside the workspace"}`;
}

/** The narrowest rules that would have allowed the call. None for what must be asked each time. */
function savableRules({ tool, access, subject }: Judged, reach: Reach, places: readonly Place[]): readonly string[] {
  if (reach === "guarded") return [];
  if (tool.startsWith("mcp__")) return [tool];
  if (access === "execute") {
    const words = plainWords(subject);
    return words === undefined ? [] : [`${tool}(${words.join(" ")})`];
  }
  if (places.length > 0) return [...new Set(places.map(({ path }) => `${tool}(/${rooted(path).replace(/[\\*?[\]{}()!]/g, "\\$&")})`))];
  return [access === "network" && URL.canParse(subject) ? `${tool}(domain:${new URL(subject).hostname})` : tool];
}

/** With a leading slash and slashes only, on every system. */
function rooted(path: string): string {
  const slashed = /^[A-Za-z]:\\/.test(path) ? path.replaceAll("\\", "/") : path;
  return slashed.startsWith("/") ? slashed : `/${slashed}`;
}
