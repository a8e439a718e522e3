// claw's own session files, from another machine or another home: the record itself, and what `export --format json` wrote. Only the conversation is
// taken: notes speak of a machine, its tools and its money.
import { ClawError } from "claw";
import { branchOf, decodeEntry, decodeHead, type Entry, type NewSession, SESSION_VERSION } from "claw/kit";
import { type Fields, fieldsOf, idOf, textOf } from "./records.ts";

export interface Own {
  readonly session: Omit<NewSession, "cwd">;
  readonly skipped: number;
}

/** `undefined` when these are no such records. Throws `CLAW_SESSION_INVALID` for a version that is not known yet. */
export function readOwn(records: readonly Fields[]): Own | undefined {
  const first = records.find(({ type, version }) => type === "session" && typeof version === "number");
  const head = first && decodeHead(JSON.stringify(first));
  if (head === undefined) return readExport(records);
  if (head.version > SESSION_VERSION)
    throw new ClawError("CLAW_SESSION_INVALID", `it is of version ${head.version}, written by a later claw`, { hint: "Update claw." });
  const others = records.filter(({ type }) => type !== "session");
  return sessionOf(head, others);
}

// --- internal ---

/** One object with `items`; when nothing else is in the file. */
function readExport(records: readonly Fields[]): Own | undefined {
  const [whole = {}, ...more] = records;
  const { id, at, title, items } = whole;
  if (more.length > 0 || !Array.isArray(items) || typeof id !== "string" || typeof at !== "number") return undefined;
  const entries = items.map(fieldsOf).map(({ kind, ...item }, index): Fields => {
    return { ...item, type: kind, id: String(index + 1), parent: index === 0 ? null : String(index) };
  });
  return sessionOf({ id, at, ...(textOf(title) !== "" && { title: textOf(title) }) }, entries);
}

function sessionOf({ id, at, title }: Pick<Own["session"], "title"> & { readonly id: string; readonly at: number }, records: readonly Fields[]): Own {
  const read = records.map((record) => decodeEntry(JSON.stringify(record)));
  const entries: Entry[] = [];
  for (const entry of branchOf(read.filter((one) => one !== undefined)))
    if (entry.type !== "note") entries.push({ ...entry, parent: entries.at(-1)?.id ?? null });
  const session = { id: idOf("claw", id), at, from: `claw ${id}`.slice(0, 200), ...(title && { title }), entries };
  return { session, skipped: read.filter((one) => one === undefined).length };
}
