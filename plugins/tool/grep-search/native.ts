// The ripgrep on PATH, as a child of the session.
import { delimiter, isAbsolute, sep } from "node:path";
import type { CallScope } from "claw";
import { Processes } from "claw/kit";
import { type Found, LIMIT_MS, MOST_OUTPUT, type Search, wholeLines } from "./engine.ts";

/** Where `rg` is. Never in the session's folder: a project must not bring the program that searches it. */
export function findNative(scope: Pick<CallScope, "env" | "cwd">): string | undefined {
  const folders = (scope.env["PATH"] ?? "").split(delimiter);
  const own = scope.cwd.endsWith(sep) ? scope.cwd : scope.cwd + sep;
  const trusted = folders.filter((folder) => isAbsolute(folder) && folder !== scope.cwd && !folder.startsWith(own));
  return Bun.which("rg", { PATH: trusted.join(delimiter), cwd: sep }) ?? undefined;
}

/** Runs `program`. Ends with its reason when `signal` aborts. */
export async function searchNative(program: string, search: Search, scope: CallScope): Promise<Found> {
  const processes = await scope.use(Processes);
  const enough = new AbortController();
  const pieces: string[] = [];
  let size = 0;
  const onOutput = (text: string): void => {
    size += text.length;
    if (size <= MOST_OUTPUT) pieces.push(text);
    else enough.abort();
  };
  const above = search.top === undefined ? ["--no-ignore-parent"] : [];
  const argv = [program, ...search.flags, ...above, "--", `./${search.file}`];
  const end = await processes.run(
    {
      argv,
      cwd: search.folder,
      timeoutMs: LIMIT_MS,
      keep: MOST_OUTPUT * 2,
      apart: true,
      onOutput,
      name: "rg",
    },
    { ...scope, signal: AbortSignal.any([search.signal, enough.signal]) },
  );
  search.signal.throwIfAborted();
  const cut = end.timedOut || enough.signal.aborted;
  const output = pieces.join("");
  return { base: search.folder, code: end.code, output: cut ? wholeLines(output) : output, stderr: end.stderr ?? "", cut };
}
