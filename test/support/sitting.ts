// The built binary as a person uses it: in a pseudo-terminal, with a mock of the Messages API behind it.
import type { Mock, MockOptions } from "../mock/mock.ts";
import { createScratch, type Scratch } from "./binary.ts";
import { runInTerminal, type TerminalOptions, type TerminalRun } from "./terminal.ts";

export interface Sitting extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly mock: Mock;
  /** Starts claw in a terminal of its own; several may follow one another in the same home and folder. */
  start(words?: readonly string[], options?: Partial<TerminalOptions>): TerminalRun;
  /** The same, once it is the person's turn. */
  open(words?: readonly string[], options?: Partial<TerminalOptions>): Promise<TerminalRun>;
}

export async function sitDown(replies: MockOptions["replies"]): Promise<Sitting> {
  const scratch = await createScratch();
  const mock = scratch.serve({ replies });
  const runs: TerminalRun[] = [];
  const sitting: Sitting = {
    scratch,
    mock,
    start(words = [], { env = {}, ...options } = {}) {
      const run = runInTerminal({
        argv: [scratch.binary, ...words],
        cwd: scratch.work,
        env: { ...scratch.env, SHELL: "/bin/sh", ...env },
        ...options,
      });
      runs.push(run);
      return run;
    },
    async open(words, options) {
      const run = sitting.start(words, options);
      await run.shows(idle);
      return run;
    },
    async [Symbol.asyncDispose]() {
      for (const run of runs) await run[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
  return sitting;
}

/** The sign that it is the person's turn: an empty prompt, and nothing running. */
export function idle(rows: readonly string[]): boolean {
  return rows.some((row) => row.trimEnd() === ">") && !rows.some((row) => row.includes("esc to stop"));
}

/** What the model was told in the request at `position`, as text. */
export function toldIn(mock: Mock, position: number): string {
  const { messages = [] } = (mock.requests[position]?.body ?? {}) as { readonly messages?: readonly unknown[] };
  return JSON.stringify(messages);
}
