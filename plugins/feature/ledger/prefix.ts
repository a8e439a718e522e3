// What consecutive requests of a session share, and the first thing that differs where they should not. Pure.
import type { Json, Message, Request, ToolSpec } from "claw";

/** What the cache of a provider depends on, as it was sent. */
export interface Sent {
  readonly model: string;
  readonly system: readonly string[];
  readonly tools: readonly ToolSpec[];
  readonly messages: readonly Message[];
  readonly options: string;
}
/** The first difference. `asked`: the user wanted it, or it is meant to be. */
export type Change = Readonly<{ asked: boolean }> &
  (
    | Readonly<{ kind: "model"; before: string; after: string }>
    | Readonly<{ kind: "tool"; tool: string; how: "added" | "removed" | "changed" | "moved" }>
    | Readonly<{ kind: "system"; part: number; name: string; before: string; after: string }>
    | Readonly<{ kind: "options"; names: readonly string[] }>
    | Readonly<{ kind: "fold"; by: string }>
    | Readonly<{ kind: "message"; position: number }>
    | Readonly<{ kind: "back" }>
  );

export function sentOf({ model, system, tools, messages, options }: Request): Sent {
  return { model: model.id, system, tools, messages, options: JSON.stringify(options) };
}

/** What keeps `after` from beginning as `before` did; nothing when it does. `folded` is who shortened the session in between. */
export function changeBetween(before: Sent, after: Sent, folded?: string): Change | undefined {
  if (before.model !== after.model) return { kind: "model", before: before.model, after: after.model, asked: true };
  return (
    toolChange(before.tools, after.tools) ??
    systemChange(before.system, after.system) ??
    optionChange(before, after) ??
    messageChange(before, after, folded)
  );
}

// --- internal ---

function toolChange(before: readonly ToolSpec[], after: readonly ToolSpec[]): Change | undefined {
  const at = before.findIndex((tool, index) => tool !== after[index]);
  if (at < 0 && before.length === after.length) return undefined;
  const names = (tools: readonly ToolSpec[]): ReadonlySet<string> => new Set(tools.map(({ name }) => name));
  const [were, are] = [names(before), names(after)];
  const of = (tool: string, how: "added" | "removed" | "changed" | "moved"): Change => ({ kind: "tool", tool, how, asked: false });
  const gone = before.find(({ name }) => !are.has(name));
  if (gone !== undefined) return of(gone.name, "removed");
  const come = after.find(({ name }) => !were.has(name));
  if (come !== undefined) return of(come.name, "added");
  for (const [index, tool] of before.entries()) {
    const now = after[index];
    if (now === tool || now === undefined) continue;
    if (now.name !== tool.name) return of(now.name, "moved");
    if (now.description !== tool.description || JSON.stringify(now.schema) !== JSON.stringify(tool.schema)) return of(tool.name, "changed");
  }
  return undefined;
}

function systemChange(before: readonly string[], after: readonly string[]): Change | undefined {
  for (let part = 0; part < Math.max(before.length, after.length); part++) {
    const [was = "", is = ""] = [before[part], after[part]];
    if (was === is) continue;
    let at = 0;
    while (at < was.length && was[at] === is[at]) at++;
    // From the start of the line that differs: half a line says little.
    const line = was.lastIndexOf("\n", at - 1) + 1;
    const name = (was || is).trimStart().split("\n", 1)[0] ?? "";
    return { kind: "system", part: part + 1, name, before: was.slice(line), after: is.slice(line), asked: false };
  }
  return undefined;
}

function optionChange(before: Sent, after: Sent): Change | undefined {
  if (before.options === after.options) return undefined;
  const [was, is] = [before.options, after.options].map((text) => JSON.parse(text) as Readonly<Record<string, Json>>);
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])];
  return { kind: "options", names: names.filter((name) => JSON.stringify(was?.[name]) !== JSON.stringify(is?.[name])), asked: false };
}

function messageChange({ messages: before }: Sent, { messages: after }: Sent, folded: string | undefined): Change | undefined {
  for (const [position, message] of before.entries()) {
    const now = after[position];
    if (now === message) continue;
    if (folded !== undefined) return { kind: "fold", by: folded, asked: true };
    if (now === undefined || after.length <= before.length) return { kind: "back", asked: true };
    if (JSON.stringify(now) !== JSON.stringify(message)) return { kind: "message", position: position + 1, asked: false };
  }
  return undefined;
}
