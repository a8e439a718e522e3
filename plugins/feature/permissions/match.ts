// Whether a rule matches a call: which tools it concerns, then its pattern against the call's command line, address, places or subject.
import type { ToolCall } from "claw";
import { type JudgedLine, type JudgedPart, type Place, reachOfPart, takesLine } from "claw/kit";
import { coversPart, type LineParts, partsOf, touchesLine, wild } from "./lines.ts";
import { coversPlace, mayHold, type Roots, touchesPlace } from "./paths.ts";
import { meansTool, type Rule, rulesTool } from "./rules.ts";

/** A call with what rules need to know of it. `places` are those of its paths, in order; `line` is what its command line would do. */
export interface Subject {
  readonly call: Pick<ToolCall, "tool" | "access" | "subject" | "paths">;
  readonly places: readonly Place[];
  readonly roots: Roots;
  readonly line?: JudgedLine;
}
/** A rule that a call touches, or `perhaps` does: only running it would tell. */
export interface Touch {
  readonly rule: Rule;
  readonly perhaps: boolean;
}

/** The first allow rule, when the rules together cover the whole call: every place of it, or its address or subject. Lines go part by part. */
export function covering(rules: readonly Rule[], subject: Subject): Rule | undefined {
  const { call, places, roots } = subject;
  const concerned = rules.filter((rule) => concerns(rule, call));
  if (takesLine(call.tool)) return concerned.find((rule) => rule.pattern === undefined);
  if (places.length === 0) return concerned.find((rule) => covers(rule, call));
  const chosen = places.map((place) => concerned.find((rule) => coversFile(rule, place, roots)));
  return chosen.includes(undefined) ? undefined : chosen[0];
}

/** The parts of a command line that allow rules cover, each with its rule: its commands, and the files that a command or redirection reads or writes. */
export function coveredParts(rules: readonly Rule[], { call, line, roots }: Subject): ReadonlyMap<JudgedPart, Rule> {
  const patterns = rules.filter((rule) => rule.pattern !== undefined);
  const commands = patterns.filter((rule) => meansTool(rule.tool, call.tool));
  const forReads = patterns.filter((rule) => rule.tool === "readfile");
  const forWrites = patterns.filter((rule) => rule.tool === "editfile" || rule.tool === "writefile");
  const files = (part: JudgedPart): Rule | undefined => {
    if (part.does === "execute" || part.does === "network") return undefined;
    const far = part.from.filter((place) => !place.inside).map((place) => forReads.find((rule) => coversFile(rule, place, roots)));
    const chosen = [...part.to.map((place) => forWrites.find((rule) => coversFile(rule, place, roots))), ...far];
    return chosen.includes(undefined) ? undefined : chosen[0];
  };
  const covered = new Map<JudgedPart, Rule>();
  for (const part of line?.problem === undefined ? (line?.parts ?? []) : []) {
    // A file that can make something run needs a rule that names it, whatever may run.
    const guarded = reachOfPart(part) === "guarded";
    const rule = (guarded ? undefined : commands.find((one) => coversPart(one.pattern as string, part))) ?? files(part);
    if (rule !== undefined) covered.set(part, rule);
  }
  return covered;
}

/** The first deny or ask rule that any part of the call touches, or may. */
export function touching(rules: readonly Rule[], subject: Subject): Touch | undefined {
  let possible: Touch | undefined;
  const parts = lazily(() => partsOf(subject.call.subject));
  for (const rule of rules) {
    const found = touches(rule, subject, parts);
    if (found === "yes") return { rule, perhaps: false };
    if (found === "perhaps") possible ??= { rule, perhaps: true };
  }
  return possible;
}

/** Whether any of the rules has a pattern that needs the places of this call. */
export function needsPlaces(rules: readonly Rule[], call: Subject["call"]): boolean {
  return call.paths.length > 0 && !takesLine(call.tool) && rules.some((rule) => concerns(rule, call));
}

/** Whether any of the rules needs to know what the line would do. */
export function needsLine(rules: readonly Rule[], call: Subject["call"]): boolean {
  return takesLine(call.tool) && rules.some((rule) => rule.pattern !== undefined && (meansTool(rule.tool, call.tool) || FILES.has(rule.tool)));
}

// --- internal ---

/** Tools whose path patterns also hold for the files that commands name. */
const FILES: ReadonlySet<string> = new Set(["readfile", "editfile", "writefile"]);

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function touches(rule: Rule, subject: Subject, parts: () => LineParts): "yes" | "perhaps" | "no" {
  const { call, places, roots, line } = subject;
  const { pattern, base } = rule;
  if (takesLine(call.tool) && FILES.has(rule.tool) && pattern !== undefined) return touchesFiles(rule, pattern, subject);
  if (!concerns(rule, call)) return "no";
  if (pattern === undefined) return "yes";
  if (takesLine(call.tool)) return touchesLine(pattern, parts(), line);
  if (places.some((place) => touchesPlace(pattern, base, place, roots))) return "yes";
  if (pattern.startsWith("domain:")) return hostMatches(pattern, call.subject, true) ? "yes" : "no";
  const [wanted, said] = [pattern.toLowerCase(), call.subject.toLowerCase()];
  return wild(wanted, said) || wild(wanted, address(call.subject).toLowerCase()) ? "yes" : "no";
}

/** A rule about files, and the files that a command line is known to name; `perhaps` when it reads all of a folder that may hold one. */
function touchesFiles(rule: Rule, pattern: string, { line, roots }: Subject): "yes" | "perhaps" | "no" {
  if (line === undefined) return "perhaps";
  const read = rule.tool === "readfile";
  for (const part of line.parts) {
    if ((read ? part.from : part.to).some((place) => touchesPlace(pattern, rule.base, place, roots))) return "yes";
  }
  const trees = read ? line.parts.flatMap((part) => part.from.filter((_, index) => part.reads[index]?.tree)) : [];
  return trees.some((place) => mayHold(pattern, rule.base, place, roots)) ? "perhaps" : "no";
}

/** A name alone covers what is inside; what is not needs a pattern, and a guarded place one that names it. */
function coversFile(rule: Rule, place: Place, roots: Roots): boolean {
  return rule.pattern === undefined ? place.inside && !place.guarded : coversPlace(rule.pattern, rule.base, place, roots);
}

function concerns(rule: Rule, call: Subject["call"]): boolean {
  if (rulesTool(rule, call.tool)) return true;
  if (rule.pattern === undefined || call.paths.length === 0) return false;
  if (rule.tool === "readfile") return call.access === "read";
  return (rule.tool === "editfile" || rule.tool === "writefile") && call.access === "write";
}

function covers({ pattern }: Rule, call: Subject["call"]): boolean {
  if (pattern === undefined) return true;
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
