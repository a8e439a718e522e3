// The built binary with the least frontend there can be, in a terminal, against a mock of the Messages API.
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { createScratch } from "./binary.ts";
import { runInTerminal, type TerminalRun } from "./terminal.ts";

export interface BareOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The prompt to begin with. */
  readonly words?: readonly string[];
  /** Started by a shell instead, which is given the line. */
  readonly shell?: boolean;
}
/** All of it ends when disposed. */
export interface BareRun extends TerminalRun {
  readonly work: string;
  /** The line that starts claw in a shell. */
  readonly line: string;
}

/** In mode `danger-full-access`, in an empty folder. The status line says `idle N` after N turns. */
export async function startBare(
  replies: readonly Reply[],
  { columns = 72, rows = 24, env = {}, words = [], shell = false }: BareOptions = {},
): Promise<BareRun> {
  const scratch = await createScratch();
  scratch.serve({ replies });
  scratch.settings({ frontend: "bare", permissionMode: "danger-full-access" });
  const frontend = join(import.meta.dir, "..", "e2e", "fixtures", "bare-frontend");
  const argv = shell ? ["bash", "--norc", "--noprofile", "-i"] : [scratch.binary, "--plugin-dir", frontend, ...words];
  const run = runInTerminal({ argv, cwd: scratch.work, env: { ...scratch.env, PS1: "shell> ", ...env }, columns, rows });
  const end = run[Symbol.asyncDispose];
  const dispose = async (): Promise<void> => {
    await end();
    await scratch[Symbol.asyncDispose]();
  };
  return Object.defineProperties(run, {
    work: { value: scratch.work },
    line: { value: `"${scratch.binary}" --plugin-dir "${frontend}"` },
    [Symbol.asyncDispose]: { value: dispose },
  }) as BareRun;
}

/** The same, once it waits for the person. */
export async function startIdle(...[replies, options]: Parameters<typeof startBare>): Promise<BareRun> {
  const run = await startBare(replies, options);
  await run.shows("idle 0");
  return run;
}
