// Whether a rule matches a call: which tools it concerns, then its pattern against the call's command line, address, places or subject.
import type { ToolCall } from "claw";
import type { Place } from "claw/kit";
import { coversLine, type LineParts, partsOf, touchesLine, wild } from "./lines.ts";
import { coversPlace, type Roots, touchesPlace } from "./paths.ts";
import { foldTool, meansTool, type Rule } from "./rules.ts";

/** A call with what rules need to know of it. `places` are those of its paths, in order. */
export interface Subject {
  readonly call: Pick<ToolCall, "tool" | "access" | "subject" | "paths">;
  readonly places: readonly Place[];
  readonly roots: Roots;
}

/** The first allow rule, when the rules together cover the whole call: every place of it, or its line, address or subject. */
export function covering(rules: readonly Rule[], subject: Subject): Rule | undefined {
  const { call, places, roots } = subject;
  const concerned = rules.filter((rule) => concerns(rule, call));
  if (!judgedByPlace(call) || places.length === 0) return concerned.find((rule) => covers(rule, call));
  const chosen = places.map((place) =>
    concerned.find((rule) => (rule.pattern === undefined ? !place.guarded : coversPlace(rule.pattern, rule.base, place, roots))),
  );
  return chosen.includes(undefined) ? undefined : chosen[0];
}

/** The first deny or ask rule that any part of the call touches. */
export function touching(rules: readonly Rule[], subject: Subject): Rule | undefined {
  const { call, places, roots } = subject;
  let known: LineParts | undefined;
  const parts = (): LineParts => {
    known ??= partsOf(call.subject);
    return known;
  };
  return rules.find((rule) => {
    if (!concerns(rule, call)) return false;
    const { pattern, base } = rule;
    if (pattern === undefined) return true;
    if (foldTool(call.tool) === "bash") return touchesLine(pattern, parts());
    if (judgedByPlace(call) && places.some((place) => touchesPlace(pattern, base, place, roots))) return true;
    if (pattern.startsWith("domain:")) return hostMatches(pattern, call.subject, true);
    return wild(pattern.toLowerCase(), call.subject.toLowerCase()) || wild(pattern.toLowerCase(), address(call.subject).toLowerCase());
  });
}

/** Whether any of the rules has a pattern that needs the places of this call. */
export function needsPlaces(rules: readonly Rule[], call: Subject["call"]): boolean {
  return call.paths.length > 0 && judgedByPlace(call) && rules.some((rule) => concerns(rule, call));
}

// --- internal ---

function concerns(rule: Rule, call: Subject["call"]): boolean {
  if (meansTool(rule.tool, call.tool)) return true;
  if (rule.pattern === undefined || call.paths.length === 0) return false;
  if (rule.tool === "readfile") return call.access === "read";
  return (rule.tool === "editfile" || rule.tool === "writefile") && call.access === "write";
}

/** A command line is judged as a line, whatever paths are known of it. */
function judgedByPlace(call: Subject["call"]): boolean {
  return call.paths.length > 0 && foldTool(call.tool) !== "bash";
}

function covers({ pattern }: Rule, call: Subject["call"]): boolean {
  if (pattern === undefined) return true;
  if (foldTool(call.tool) === "bash") return coversLine(pattern, call.subject);
  if (pattern.startsWith("domain:")) return hostMatches(pattern, call.subject, false);
  // A name before the host can look like a host itself.
  return URL.parse(call.subject)?.username ? false : wild(pattern, address(call.subject));
}

/** `domain:example.com` is that host, `domain:*.example.com` those below it; a rule that tightens (`wide`) means both either way. */
function hostMatches(pattern: string, subject: string, wide: boolean): boolean {
  const wanted = host(pattern.slice("domain:".length).trim());
  const bare = wanted.replace(/^\*\./, "");
  const url = URL.parse(subject) ?? (wide ? URL.parse(`https://${subject}`) : null);
  if (url === null) return false;
  const found = host(url.hostname);
  const below = found.endsWith(`.${bare}`);
  if (wide) return found === bare || below || bare === "*";
  return wanted.startsWith("*.") ? below : found === wanted;
}

function host(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** An address as it will be used, other subjects as they are. */
function address(subject: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(subject) ? (URL.parse(subject)?.href ?? subject) : subject;
}
