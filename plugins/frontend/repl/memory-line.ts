// `#text`: a line to remember, added to an instruction file that the person picks.

import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Ask, Block } from "claw";
import { gitHead, type PickItem, pick } from "claw/kit";

/** Where it can go: the files there are in the project, else those that could be; then the user's own, which every project has. */
export function memoryFiles(cwd: string, home: string): readonly PickItem<string>[] {
  const root = gitHead(cwd)?.root ?? cwd;
  const folders = root === cwd ? [cwd] : [root, cwd];
  const all = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const there = all.filter((path) => existsSync(path));
  const offered = there.length > 0 ? there : FRESH.map((name) => join(root, name));
  const items = offered.map((value) => ({ label: relative(cwd, value), value, detail: there.length > 0 ? "" : "new" }));
  const own = NAMES.map((name) => join(home, name)).find((path) => existsSync(path)) ?? join(home, FRESH[0]);
  return [...items, { label: own, detail: "yours, in every project", value: own }];
}

/** Asks for the file, adds the line, and gives what the model is to know: it has read its instructions already. */
export async function remember(
  text: string,
  { cwd, home, ask, signal, said }: Readonly<{ cwd: string; home: string; ask: Ask; signal: AbortSignal; said(text: string): void }>,
): Promise<readonly Block[]> {
  const line = text.trim().toWellFormed();
  if (line === "") return [];
  const path = await pick(ask, `Where shall this be remembered?\n${line}`, memoryFiles(cwd, home), signal);
  if (path === undefined) return [];
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const end = before.includes("\r\n") ? "\r\n" : "\n";
  await appendFile(path, `${before === "" || before.endsWith("\n") ? "" : end}- ${line.replace(/\r?\n/g, `${end}  `)}${end}`);
  said(`Added to ${path}`);
  return [{ type: "text", text: `${MEMORY_MARK}\nThe user added this to ${path}; go by it from now on:\n${line}\n</memory-line>` }];
}

/** What the model is told begins so. */
export const MEMORY_MARK = "<memory-line>";

// --- internal ---

const NAMES = ["CLAUDE.md", "CLAW.md", "AGENTS.md"] as const;
/** What is offered where there is none yet. */
const FRESH = ["CLAUDE.md", "AGENTS.md"] as const;
