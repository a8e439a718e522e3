// Sessions in words: for people a line each, for programs all facts under stable names.
import type { Json } from "claw";
import { ago, clipCells, plain, type SessionContent, type SessionHit, type SessionRecord, shownTitle, widthOf } from "claw/kit";

/** For programs. */
export function facts(record: SessionRecord, active: string | null): { readonly [key: string]: Json } {
  const { id, path, title, cwd, bytes, at, created, parent, from, openIn } = record;
  return {
    id,
    path,
    title,
    cwd,
    bytes,
    created_at_ms: created,
    updated_at_ms: at,
    parent_session_id: parent ?? null,
    imported_from: from ?? null,
    active: id === active,
    lifecycle: openIn === undefined ? { kind: "saved_only" } : { kind: "running_process", pid: openIn },
  };
}

/** A table, newest first: which one it is, how old, how large, what it is called. */
export function listLines(records: readonly SessionRecord[], { active, all }: { readonly active: string | null; readonly all: boolean }): string[] {
  const rows = records.map((record) => [
    record.id === active ? "●" : record.openIn === undefined ? " " : "○",
    record.id.slice(0, 8),
    ago(Date.now() - record.at),
    size(record.bytes),
    clipCells(shownTitle(record), TITLE_CELLS),
    all ? record.cwd : "",
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ""))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join("  ")
      .trimEnd(),
  );
  const open = records.some(({ id, openIn }) => openIn !== undefined && id !== active) ? " ○ is open elsewhere." : "";
  return [...lines, "", `claw -r ID goes on with one.${open}`];
}

export function showLines(
  { record, head, damage }: SessionContent,
  { messages, folds }: { readonly messages: number; readonly folds: number },
): string[] {
  const rows: (readonly [string, string])[] = [
    ["Title", shownTitle(record)],
    ["Id", record.id],
    ["File", `${record.path} (${size(record.bytes)})`],
    ["Folder", record.cwd],
    ["Began", new Date(record.created).toISOString()],
    ["Last change", `${new Date(record.at).toISOString()} (${ago(Date.now() - record.at)})`],
    ["Messages", `${messages}${folds === 0 ? "" : `, compacted ${folds} ${folds === 1 ? "time" : "times"}`}`],
  ];
  if (head.parent !== undefined) rows.push(["Comes from", head.parent]);
  if (record.from !== undefined) rows.push(["Imported from", plain(record.from)]);
  if (record.openIn !== undefined) rows.push(["Open in", `process ${record.openIn}`]);
  if (damage.bad.length > 0 || damage.torn) {
    const torn = damage.torn ? ["an incomplete last record"] : [];
    const bad = damage.bad.length === 0 ? [] : [`${damage.bad.length} damaged (line ${damage.bad.slice(0, 10).join(", ")})`];
    rows.push(["Damage", `${[...bad, ...torn].join(", ")}: claw session repair ${record.id}`]);
  }
  return rows.map(([name, value]) => `${name.padEnd(15)}${value}`);
}

export function recordLine(record: SessionRecord): string {
  return `${record.id.slice(0, 8)} “${shownTitle(record)}”, ${ago(Date.now() - record.at)}`;
}

export function hitLine({ record, count, text }: SessionHit): string {
  return `${recordLine(record)}, ${count} ${count === 1 ? "place" : "places"}\n    ${plain(text)}`;
}

export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// --- internal ---

const TITLE_CELLS = 60;
