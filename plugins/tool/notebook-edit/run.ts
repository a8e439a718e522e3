// Running NotebookEdit: the text of the file is changed in place by notebook.ts, and written without harm by the workspace.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { Workspace } from "claw/kit";
import { changeNotebook, type NotebookChange } from "./notebook.ts";

export interface NotebookInput {
  readonly notebook_path: string;
  readonly cell_id?: string | number | undefined;
  readonly new_source?: string | undefined;
  readonly cell_type?: "code" | "markdown" | undefined;
  readonly edit_mode?: "replace" | "insert" | "delete" | undefined;
}

export async function run(input: NotebookInput, scope: CallScope): Promise<ToolResult> {
  const { notebook_path: given, edit_mode: mode = "replace", new_source: source, cell_id: cell, cell_type: type } = input;
  if (mode !== "delete" && source === undefined) throw new ClawError("CLAW_TOOL_INPUT_INVALID", `edit_mode ${mode} needs new_source.`);
  const workspace = await scope.use(Workspace);
  const place = await workspace.locate(given, scope);
  let made: NotebookChange | undefined;
  const change = await workspace.edit(
    place,
    (text) => {
      made = changeNotebook(text, given, { mode, cell, type, source: source?.toWellFormed() ?? "" });
      return made.text;
    },
    scope,
  );
  const { index = 0, id = null, cellType = "code", cells = 0 } = made ?? {};
  const name = `cell ${index} (${cellType}${id === null ? "" : `, id=${id}`})`;
  const details = { path: place.path, ...change, edit_mode: mode, cell_index: index, cell_id: id, cell_type: cellType, cells };
  if (change.kind === "unchanged") return { content: [{ type: "text", text: `${given}: ${name} is that already.` }], details };
  const moved = mode !== "replace" && index < cells - (mode === "insert" ? 1 : 0) ? " Cells after it have other numbers now." : "";
  const text = `${DONE[mode]} ${name} of ${given}, which has ${cells} ${cells === 1 ? "cell" : "cells"}.${moved}`;
  return { content: [{ type: "text", text }], details };
}

// --- internal ---

const DONE = { replace: "Replaced", insert: "Inserted", delete: "Deleted" } as const;
