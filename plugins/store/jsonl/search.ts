// Words in kept sessions: what was said, by whom it was, newest session first. Lines are looked at as bytes; only those with a word are parsed.
import { readFileSync, statSync } from "node:fs";
import type { Block } from "claw";
import { decodeEntry, type SessionHit, type Sessions } from "claw/kit";
import { recordAt, searchable } from "./manage.ts";

export async function search(
  home: string,
  words: readonly string[],
  options: Parameters<Sessions["search"]>[1] = {},
): Promise<readonly SessionHit[]> {
  const { cwd, most = 20, signal } = options;
  const wanted = words.map((word) => word.toLowerCase()).filter((word) => word !== "");
  const dated = searchable(home, cwd).map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  const hits: SessionHit[] = [];
  for (const { path } of dated.sort((a, b) => b.at - a.at)) {
    signal?.throwIfAborted();
    // Between two files others get their turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const hit = wanted.length === 0 ? undefined : searchFile(home, path, wanted);
    if (hit !== undefined) hits.push(hit);
    if (hits.length >= most) break;
  }
  return hits;
}

// --- internal ---

const AROUND = 60;
/** Larger files are no conversation that a person would look through. */
const MOST_BYTES = 512 * 1024 * 1024;

function searchFile(home: string, path: string, words: readonly string[]): SessionHit | undefined {
  let bytes: Buffer;
  try {
    if (statSync(path).size > MOST_BYTES) return undefined;
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  // As JSON has them; a word that is written in escapes there is not found before its line is parsed.
  const quoted = words.map((word) => JSON.stringify(word).slice(1, -1));
  const found = new Set<string>();
  let count = 0;
  let first: { readonly text: string; readonly at: number } | undefined;
  // A line at a time: all of a long session as text, twice, is more than it may take.
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(10, start);
    if (end < 0) end = bytes.length;
    const line = bytes.toString("utf8", start, end);
    const low = line.toLowerCase();
    if (!quoted.some((word) => low.includes(word))) continue;
    const entry = decodeEntry(line);
    if (entry?.type !== "message") continue;
    for (const said of entry.message.content.flatMap(textsOf)) {
      const here = said.toLowerCase();
      const hit = words.filter((word) => here.includes(word));
      if (hit.length === 0) continue;
      for (const word of hit) found.add(word);
      count += 1;
      first ??= { text: around(said, here.indexOf(hit[0] ?? "")), at: entry.at };
    }
  }
  return first === undefined || found.size < words.length ? undefined : { record: recordAt(home, path), count, ...first };
}

function textsOf(block: Block): readonly string[] {
  if (block.type === "text") return [block.text];
  if (block.type === "result") return block.content.flatMap(textsOf);
  return block.type === "call" ? [JSON.stringify(block.input)] : [];
}

function around(text: string, at: number): string {
  const [from, to] = [Math.max(0, at - AROUND), Math.min(text.length, at + AROUND)];
  const piece = text
    .slice(from, to)
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return `${from > 0 ? "…" : ""}${piece}${to < text.length ? "…" : ""}`;
}
