// Session files as entries of ours, those of other tools and claw's own: which files there are, whose they are, and an id that stays the same when a file is imported again.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClawError } from "claw";
import { type Entry, type NewSession, titleOf } from "claw/kit";
import { readClaude } from "./claude.ts";
import { readClawCode } from "./claw-code.ts";
import { readOwn } from "./own.ts";
import { type Fields, fieldsOf, type Heard, idOf } from "./records.ts";

/** The session files that a path means: itself, or all that lie in the folder. */
export function filesOf(word: string, cwd: string): readonly string[] {
  const path = resolve(cwd, word);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new ClawError("CLAW_SESSION_MISSING", `there is no file ${path}`, { hint: "Name a session file, or a folder of them." });
  if (!stat.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.jsonl?$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

/** Throws `CLAW_SESSION_INVALID` for a file that is of no tool we know, or holds no conversation. */
export async function readForeign(path: string): Promise<{ readonly session: Omit<NewSession, "cwd">; readonly skipped: number }> {
  const stat = statSync(path);
  if (!stat.isFile()) throw invalid("it is no regular file");
  if (stat.size > MOST_BYTES) throw invalid(`it is larger than ${MOST_BYTES / 1024 / 1024} MB`);
  const { records, bad } = recordsOf(readFileSync(path, "utf8"));
  const own = readOwn(records);
  if (own !== undefined) {
    if (!own.session.entries.some(({ type }) => type === "message")) throw invalid("it holds no conversation");
    return { session: own.session, skipped: own.skipped + bad };
  }
  const found = readClawCode(records) ?? readClaude(records);
  if (found === undefined) throw invalid("it is no session file of claw, Claude Code or claw-code");
  const entries = entriesOf(found.heard);
  const first = entries[0];
  if (first === undefined || !entries.some(({ type }) => type === "message")) throw invalid("it holds no conversation");
  const title = titleOf(found.title ?? "");
  const session = {
    id: idOf(found.tool, found.id),
    at: first.at,
    from: `${found.tool} ${found.id}`.slice(0, 200),
    ...(title === "" ? {} : { title }),
    entries,
  };
  return { session, skipped: found.skipped + bad };
}

// --- internal ---

const MOST_BYTES = 512 * 1024 * 1024;

/** One JSON a line; or all of it one object, as claw-code's first versions wrote it. */
function recordsOf(text: string): { readonly records: readonly Fields[]; readonly bad: number } {
  try {
    const whole: unknown = JSON.parse(text);
    return { records: [fieldsOf(whole)], bad: 0 };
  } catch {
    const records: Fields[] = [];
    let bad = 0;
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      try {
        records.push(fieldsOf(JSON.parse(line)));
      } catch {
        bad += 1;
      }
    }
    return { records, bad };
  }
}

function entriesOf(heard: readonly Heard[]): Entry[] {
  const entries: Entry[] = [];
  for (const one of heard) {
    const link = { id: String(entries.length + 1), parent: entries.at(-1)?.id ?? null, at: one.at };
    if (one.kind === "fold") {
      const dropped = entries.filter(({ type }) => type === "message").length;
      if (dropped > 0) entries.push({ type: "fold", ...link, by: "import", dropped, all: true, summary: one.summary });
      else for (const message of one.summary) entries.push({ type: "message", ...link, message });
    } else {
      const { message, usage, model } = one;
      if (message.content.length > 0) entries.push({ type: "message", ...link, message, ...(usage && { usage }), ...(model && { model }) });
    }
  }
  return entries;
}

function invalid(message: string): ClawError {
  return new ClawError("CLAW_SESSION_INVALID", message);
}
