// What the model is told after an edit: the problems that a server which runs anyway sees in the file. Short, and nothing where all is well.
import { basename } from "node:path";
import type { CallScope, ToolResult } from "claw";
import { clipLine, type LspDiagnostic } from "claw/kit";
import type { Desk } from "./desk.ts";

/** The result with what a server says of the file it wrote; `undefined` to leave it as it is. */
export async function feedback(result: ToolResult, scope: CallScope, desk: Desk, ms: number): Promise<ToolResult | undefined> {
  const { path, kind } = (result.details ?? {}) as { readonly path?: unknown; readonly kind?: unknown };
  if (typeof path !== "string" || kind === "unchanged") return undefined;
  const all = await desk.afterEdit(path, kind === "created", ms, scope);
  const bad = all.filter(({ severity }) => severity === "error" || severity === "warning");
  if (bad.length === 0) return undefined;
  const lines = bad.slice(0, MOST).map(({ line, character, severity, message, source }: LspDiagnostic) => {
    const who = source === undefined ? "" : ` (${source})`;
    return `${line}:${character} ${severity}: ${clipLine(message.replace(/\s+/g, " "), MOST_MESSAGE)}${who}`;
  });
  const more = bad.length > MOST ? [`… and ${bad.length - MOST} more`] : [];
  const text = [`\n[the language server says of ${basename(path)} as it is now:`, ...lines, ...more].join("\n");
  return { ...result, content: [...result.content, { type: "text", text: `${text}]`.toWellFormed() }] };
}

// --- internal ---

const MOST = 10;
const MOST_MESSAGE = 300;
