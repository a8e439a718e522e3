// Running edit_file: finding the text is here, writing it without harm is the workspace's.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { Workspace } from "claw/kit";
import { find, lineOf, type Range, substitute } from "./match.ts";
import { missReport } from "./miss.ts";

export interface EditInput {
  readonly path: string;
  readonly old_string: string;
  readonly new_string: string;
  readonly replace_all?: boolean | undefined;
}

/** Replaces one match, or with `replace_all` each. Only the matched bytes of the file change. */
export async function run(input: EditInput, scope: CallScope): Promise<ToolResult> {
  if (input.old_string === input.new_string) throw new ClawError("CLAW_TOOL_FAILED", "old_string and new_string are the same: nothing to change.");
  const workspace = await scope.use(Workspace);
  const place = await workspace.locate(input.path, scope);
  if (place.path.endsWith(".ipynb")) throw notebook(place.given);
  let count = 0;
  const change = await workspace.edit(
    place,
    (text) => {
      const matches = find(text, input.old_string);
      if (matches.length === 0)
        throw new ClawError("CLAW_TOOL_FAILED", `old_string is not in ${place.given}.`, { hint: missReport(text, input.old_string) });
      const all = input.replace_all === true;
      if (matches.length > 1 && !all) throw ambiguous(place.given, text, matches);
      const chosen = all ? apart(matches) : matches;
      count = chosen.length;
      return substitute(text, chosen, input.old_string, input.new_string);
    },
    scope,
  );
  const details = { path: place.path, ...change };
  if (change.kind === "unchanged") return { content: [{ type: "text", text: `${place.given} already has this content.` }], details };
  const times = count === 1 ? "" : `${count} places, `;
  const text = `Edited ${place.given} (${times}+${change.added} -${change.removed} lines).\n${change.diff}`;
  return { content: [{ type: "text", text }], details };
}

// --- internal ---

const MOST_SHOWN = 10;

/** Without those that overlap the one before. */
function apart(matches: readonly Range[]): Range[] {
  const kept: Range[] = [];
  for (const match of matches) if (match.start >= (kept.at(-1)?.end ?? 0)) kept.push(match);
  return kept;
}

/** Its text is JSON around the cells: a text edit breaks it easily, and says nothing of cells. */
function notebook(given: string): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", `${given} is a notebook, which edit_file does not change.`, {
    hint: "Use NotebookEdit, with the id or the number of the cell.",
  });
}

function ambiguous(given: string, text: string, matches: readonly Range[]): ClawError {
  const lines = matches.slice(0, MOST_SHOWN).map((match) => lineOf(text, match.start));
  const more = matches.length > MOST_SHOWN ? ", …" : "";
  return new ClawError("CLAW_TOOL_FAILED", `old_string occurs ${matches.length} times in ${given}: at lines ${lines.join(", ")}${more}.`, {
    hint: "Add lines around it until it occurs once, or set replace_all.",
  });
}
