// Running write_file: the workspace does the writing, this says what came of it.
import type { CallScope, ToolResult } from "claw";
import { Workspace } from "claw/kit";

/** Writes `input.content`. The model has it already, so it gets back only what differs from before. */
export async function run(input: { readonly path: string; readonly content: string }, scope: CallScope): Promise<ToolResult> {
  const workspace = await scope.use(Workspace);
  const place = await workspace.locate(input.path, scope);
  const change = await workspace.write(place, input.content, scope);
  const counts = `+${change.added} -${change.removed} lines`;
  const text =
    change.kind === "unchanged"
      ? `${place.given} already has this content.`
      : change.kind === "created"
        ? `Created ${place.given} (${change.added} lines).`
        : `Updated ${place.given} (${counts}).\n${change.diff}`;
  return { content: [{ type: "text", text }], details: { path: place.path, ...change } };
}
