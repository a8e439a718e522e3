// What tools and modes are called in hooks written for Claude Code, and which tools a matcher means.
import type { Json } from "claw";
import { fields, foldedTool, matchesWild } from "claw/kit";

/** Whether `matcher` means one of the names that `subject` has. Throws a `SyntaxError` for one that is no regular expression. */
export function matches(matcher: string | undefined, subject: string): boolean {
  const wanted = matcher?.trim() ?? "";
  if (wanted === "" || wanted === "*") return true;
  const names = namesOf(subject);
  if (!/^[\w|, *-]+$/.test(wanted)) {
    const pattern = new RegExp(`^(?:${wanted})$`, "i");
    return names.some((name) => pattern.test(name));
  }
  const pieces = wanted.split(/[|,]/).map((piece) => piece.trim().toLowerCase());
  return pieces.some(
    (piece) => piece !== "" && names.some((name) => matchesWild(piece, name.toLowerCase()) || foldedTool(piece) === foldedTool(name)),
  );
}

/** A tool's name as Claude Code has it. */
export function foreignName(tool: string): string {
  return FOREIGN[tool] ?? tool;
}

/** A call's input as Claude Code's tool would have it. */
export function foreignInput(tool: string, input: Json): Json {
  if (!FILES.has(tool) || !fields<Json>(input) || !("path" in input)) return input;
  const { path = null, ...rest } = input;
  return { file_path: path, ...rest };
}

/** The way back. */
export function ownInput(tool: string, input: Json): Json {
  if (!FILES.has(tool) || !fields<Json>(input) || !("file_path" in input)) return input;
  const { file_path: path = null, ...rest } = input;
  return { path, ...rest };
}

/** A permission mode as Claude Code has it. */
export function foreignMode(mode: string): string {
  return MODES[mode] ?? "default";
}

// --- internal ---

const FOREIGN: Readonly<Record<string, string>> = {
  ...{ bash: "Bash", read_file: "Read", write_file: "Write", edit_file: "Edit", glob_search: "Glob", grep_search: "Grep", Agent: "Task" },
};
/** Names that people write for a tool besides its own two. */
const MORE: Readonly<Record<string, readonly string[]>> = { edit_file: ["MultiEdit"], TaskCreate: ["Task", "Agent"], Agent: ["Task"] };
const FILES: ReadonlySet<string> = new Set(["read_file", "write_file", "edit_file"]);
const MODES: Readonly<Record<string, string>> = {
  ...{ "accept-edits": "acceptEdits", plan: "plan", "danger-full-access": "bypassPermissions", allow: "bypassPermissions" },
};

function namesOf(subject: string): readonly string[] {
  return [subject, foreignName(subject), ...(MORE[subject] ?? [])];
}
