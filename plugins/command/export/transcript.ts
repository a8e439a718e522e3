// A session's branch from its first message to its last as something to write down: what was compacted away is in it too. Pure.
import type { Block, Message, Usage } from "claw";
import { addUsage, branchOf, type Entry, NO_USAGE } from "claw/kit";

export interface Transcript {
  readonly id: string;
  readonly cwd: string;
  readonly title: string;
  readonly at: number;
  /** Models that answered, in the order they first did. */
  readonly models: readonly string[];
  readonly usage: Usage;
  readonly items: readonly Item[];
}
export type Item =
  | { readonly kind: "message"; readonly at: number; readonly message: Message; readonly model?: string; readonly usage?: Usage }
  /** Here the model went on with a summary. */
  | { readonly kind: "fold"; readonly at: number; readonly by: string; readonly dropped: number; readonly summary: readonly Message[] };

/** `last` is where the session stands; absent, at its last entry. */
export function transcriptOf(about: Pick<Transcript, "id" | "cwd" | "title" | "at">, entries: readonly Entry[], last?: string | null): Transcript {
  const end = last === null ? -1 : last === undefined ? entries.length - 1 : entries.findIndex(({ id }) => id === last);
  const items: Item[] = [];
  const models = new Set<string>();
  let usage = NO_USAGE;
  for (const entry of end < 0 ? [] : branchOf(entries, end)) {
    if (entry.type === "fold") items.push({ kind: "fold", at: entry.at, by: entry.by, dropped: entry.dropped, summary: entry.summary });
    if (entry.type !== "message") continue;
    if (entry.model !== undefined) models.add(entry.model);
    if (entry.usage !== undefined) usage = addUsage(usage, entry.usage);
    items.push({
      ...{ kind: "message", at: entry.at, message: entry.message },
      ...(entry.model === undefined ? {} : { model: entry.model }),
      ...(entry.usage === undefined ? {} : { usage: entry.usage }),
    });
  }
  return { ...about, models: [...models], usage, items };
}

/** A call with what came of it, in the order of the messages. Results that belong to a call stand with it. */
export function resultsOf({ items }: Transcript): ReadonlyMap<string, Extract<Block, { type: "result" }>> {
  const results = new Map<string, Extract<Block, { type: "result" }>>();
  for (const item of items)
    if (item.kind === "message") for (const block of item.message.content) if (block.type === "result") results.set(block.id, block);
  return results;
}

/** What a call was about, in a few words. */
export function subjectOf(input: unknown): string {
  const fields = typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
  const named = SUBJECTS.map((name) => fields[name]).find((value) => typeof value === "string" && value !== "");
  const text = String(named ?? Object.values(fields).find((value) => typeof value === "string") ?? "").replace(/\s+/g, " ");
  return text.length > 160 ? `${text.slice(0, 159)}…`.toWellFormed() : text;
}

// --- internal ---

const SUBJECTS = ["command", "pattern", "path", "file_path", "notebook_path", "url", "query", "description", "prompt"];
