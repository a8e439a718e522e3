// The built binary with the least frontend there can be, in a terminal, against a mock of the Messages API.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createMock, type Reply } from "../mock/mock.ts";
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
  const mock = createMock({ replies });
  mkdirSync(join(scratch.home, ".claw"));
  await Bun.write(join(scratch.home, ".claw", "settings.json"), JSON.stringify({ frontend: "bare", permissionMode: "danger-full-access" }));
  const frontend = join(import.meta.dir, "..", "e2e", "fixtures", "bare-frontend");
  const argv = shell ? ["bash", "--norc", "--noprofile", "-i"] : [scratch.binary, "--plugin-dir", frontend, ...words];
  const known = { HOME: scratch.home, ANTHROPIC_BASE_URL: mock.url, ANTHROPIC_API_KEY: "sk-test", PS1: "shell> " };
  const run = runInTerminal({ argv, cwd: scratch.work, env: { ...known, ...env }, columns, rows });
  const end = run[Symbol.asyncDispose];
  const dispose = async (): Promise<void> => {
    await end();
    await mock.stop();
    scratch[Symbol.dispose]();
  };
  return Object.defineProperties(run, {
    work: { value: scratch.work },
    line: { value: `"${scratch.binary}" --plugin-dir "${frontend}"` },
    [Symbol.asyncDispose]: { value: dispose },
  }) as BareRun;
}
