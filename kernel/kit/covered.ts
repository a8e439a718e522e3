// Whether rules like `bash(git *)` cover a call. Read and asked where a skill or an agent names tools.
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { ToolCall } from "claw";
import { plainWords } from "./levels.ts";
import { matchesWild, SHORT_TOOL_NAMES, type ToolRule } from "./tool-rules.ts";
import type { Place } from "./workspace.ts";

/** `Tool` or `Tool(pattern)`; `undefined` for what is neither. */
export function readToolRule(text: string): ToolRule | undefined {
  const [, name, pattern = ""] = /^([A-Za-z][\w.-]*)(?:\((.*)\))?$/s.exec(text.trim()) ?? [];
  if (name === undefined || pattern.startsWith("!")) return undefined;
  const wanted = pattern.trim();
  return { tool: foldedTool(name), ...(wanted === "" || wanted === "*" || wanted === ":*" ? {} : { pattern: wanted }) };
}

/** A tool's name without what the families of tools write differently: `Read`, `read_file` and `readFile` are one. */
export function foldedTool(name: string): string {
  const lower = name.toLowerCase();
  if (lower.startsWith("mcp__")) return lower;
  const folded = lower.replace(/[_-]/g, "");
  return SHORT_TOOL_NAMES[folded] ?? folded;
}

/**
 * Whether the rules cover a call: its command line, address or subject, or every one of its `places`. A guarded place is never covered, one outside
 * the workspace only by a pattern, and a command line only when it is nothing but words.
 */
export function coveredByRules(rules: readonly ToolRule[], call: Judged, places: readonly Place[], cwd: string): boolean {
  const folded = foldedTool(call.tool);
  const own = rules.filter((rule) => rule.tool === folded || (folded.startsWith("mcp__") && folded.startsWith(`${rule.tool}__`)));
  if (folded === "bash") return own.some(({ pattern }) => pattern === undefined || coversLine(pattern, call.subject));
  if (call.paths.length === 0) return own.some(({ pattern }) => pattern === undefined || coversSubject(pattern, call.subject));
  if (places.length < call.paths.length) return false;
  return places.every(
    (place) => !place.guarded && own.some(({ pattern }) => (pattern === undefined ? place.inside : coversPath(pattern, place.path, cwd))),
  );
}

/** Whether a pattern of a `Bash(…)` rule means this command: `git:*` is `git *`, and ` *` at the end also stands for nothing. */
export function meansCommand(pattern: string, command: string): boolean {
  const wanted = pattern.replace(/:\*$/, " *").replace(/\s+/g, " ").trim();
  const text = command.replace(/\s+/g, " ").trim();
  return matchesWild(wanted, text) || (wanted.endsWith(" *") && matchesWild(wanted.slice(0, -2), text));
}

// --- internal ---

type Judged = Pick<ToolCall, "tool" | "subject" | "paths">;

function coversLine(pattern: string, line: string): boolean {
  const words = plainWords(line);
  return words !== undefined && meansCommand(pattern, words.join(" "));
}

function coversSubject(pattern: string, subject: string): boolean {
  const url = URL.parse(subject);
  // A name before the host can look like a host itself.
  if (!pattern.startsWith("domain:")) return (url?.username ?? "") === "" && matchesWild(pattern, subject);
  const host = url?.hostname.toLowerCase().replace(/\.$/, "");
  const wanted = pattern.slice("domain:".length).trim().toLowerCase();
  return host !== undefined && (wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted);
}

function coversPath(pattern: string, path: string, cwd: string): boolean {
  const spelled = pattern.startsWith("~/") ? join(homedir(), pattern.slice(2)) : pattern.startsWith("//") ? pattern.slice(1) : pattern;
  const glob = isAbsolute(spelled) ? spelled : resolve(cwd, spelled);
  return new Bun.Glob(glob.replaceAll("\\", "/")).match(path.replaceAll("\\", "/"));
}
