// For the tests of the analysis: a real folder with a repository, links and secrets beside it, and what the analysis says of a line there.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ShellAnalysis } from "claw/kit";
import { analyse } from "../analyse.ts";
import type { Machine } from "../ground.ts";

/** A workspace `ws` beside `outside`, with `secret` in both. */
export interface Yard extends Disposable {
  readonly root: string;
  readonly ws: string;
  readonly machine: Machine;
  write(path: string, text?: string): void;
  analysis(line: string, folder?: string): ShellAnalysis;
  /** `read`: proven to only read in the workspace. `write`: that, and to write plain files there. Else why it is asked about: `beyond` or `execute`. */
  verdict(line: string, folder?: string): "read" | "write" | "beyond" | "execute";
}

export function createYard(machine: Partial<Machine> = {}): Yard {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-yard-")));
  const ws = join(root, "ws");
  const write = (path: string, text = "text\n"): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ["ws/a.txt", "ws/b.txt", "ws/src/x.ts", "ws/src/y.ts", "ws/sub/deep/z", "outside/secret", "secret", "user/.profile"])
    write(path);
  symlinkSync(join(root, "outside"), join(ws, "out"));
  symlinkSync(join(root, "secret"), join(ws, "src", "link.ts"));
  Bun.spawnSync(["git", "init", "-q", ws]);
  const all: Machine = { env: {}, user: join(root, "user"), shell: "bash", own: [], ...machine };
  const analysis = (line: string, folder = ws): ShellAnalysis => analyse(line, folder, all);
  return {
    ...{ root, ws, machine: all, write, analysis },
    verdict(line, folder) {
      const { parts, problem } = analysis(line, folder);
      if (problem !== undefined || parts.some((part) => part.does === "execute" || part.does === "network")) return "execute";
      const paths = parts.flatMap((part) => [...part.reads.map((one) => one.path), ...part.writes]);
      if (!paths.every((path) => inside(path, ws))) return "beyond";
      return parts.some((part) => part.does === "write") ? "write" : "read";
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

// --- internal ---

/** As the system counts: links first, then `..`. */
function inside(path: string, ws: string): boolean {
  let at = "/";
  for (const name of path.split("/")) {
    if (name === "..") at = dirname(at);
    else if (name !== "" && name !== ".") at = real(join(at, name));
  }
  return at === ws || at.startsWith(`${ws}/`);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
