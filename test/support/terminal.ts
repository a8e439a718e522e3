// A real pseudo-terminal with a program in it, and a terminal emulator that says what a person would see.
import { type IBufferLine, Terminal } from "@xterm/headless";

export interface TerminalOptions {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment, besides what says which terminal it is: VS Code has the same emulator. */
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** Lines of scrollback that the emulator keeps. */
  readonly scrollback?: number;
}
/** Killed when disposed. */
export interface TerminalRun extends AsyncDisposable {
  readonly pid: number;
  /** Every byte that the program wrote, as text. */
  readonly written: string;
  readonly cursor: Readonly<{ row: number; column: number }>;
  /** Types. */
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** The rows in sight, without trailing blanks. */
  screen(): Promise<readonly string[]>;
  /** All lines, scrollback too; rows that the terminal wrapped are one line. */
  lines(): Promise<readonly string[]>;
  /** Resolves when what is in sight holds `text`, or passes. Rejects with what is in sight after `limit` milliseconds. */
  shows(text: string | RegExp | ((rows: readonly string[]) => boolean), limit?: number): Promise<readonly string[]>;
  /** Closes the terminal, as a window is closed. */
  hangUp(): void;
  readonly exited: Promise<number>;
}

export function runInTerminal({ argv, cwd, env = {}, columns = 80, rows = 24, scrollback = 10_000 }: TerminalOptions): TerminalRun {
  const emulator = new Terminal({ cols: columns, rows, scrollback, allowProposedApi: true });
  const decoder = new TextDecoder();
  let written = "";
  const child = Bun.spawn([...argv], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", TERM_PROGRAM: "vscode", ...env },
    terminal: {
      cols: columns,
      rows,
      data(_terminal, bytes) {
        written += decoder.decode(bytes, { stream: true });
        emulator.write(bytes.slice());
      },
    },
  });
  const settled = (): Promise<void> => new Promise((resolve) => emulator.write("", resolve));
  const read = (from: number, to: number): IBufferLine[] => {
    const { active } = emulator.buffer;
    return Array.from({ length: Math.max(0, to - from) }, (_, at) => active.getLine(from + at)).filter((line) => line !== undefined);
  };
  const screen = async (): Promise<readonly string[]> => {
    await settled();
    const { baseY } = emulator.buffer.active;
    return read(baseY, baseY + emulator.rows).map((line) => line.translateToString(true).trimEnd());
  };
  return {
    pid: child.pid,
    get written() {
      return written;
    },
    get cursor() {
      return { row: emulator.buffer.active.cursorY, column: emulator.buffer.active.cursorX };
    },
    write: (text) => void child.terminal?.write(text),
    resize(width, height) {
      emulator.resize(width, height);
      child.terminal?.resize(width, height);
    },
    screen,
    async lines() {
      await settled();
      const lines: string[] = [];
      for (const line of read(0, emulator.buffer.active.length)) {
        if (line.isWrapped) lines.push((lines.pop() ?? "") + line.translateToString(true));
        else lines.push(line.translateToString(true));
      }
      while (lines.at(-1)?.trimEnd() === "") lines.pop();
      return lines.map((line) => line.trimEnd());
    },
    async shows(wanted, limit = 10_000) {
      const passes = (seen: readonly string[]): boolean => {
        if (typeof wanted === "function") return wanted(seen);
        const text = seen.join("\n");
        return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
      };
      const until = performance.now() + limit;
      for (;;) {
        const seen = await screen();
        if (passes(seen)) return seen;
        if (performance.now() > until || child.exitCode !== null) {
          throw new Error(
            `${String(wanted)} is not on the screen${child.exitCode === null ? "" : ` (exit code ${child.exitCode})`}:\n${seen.join("\n")}`,
          );
        }
        await Bun.sleep(5);
      }
    },
    hangUp: () => child.terminal?.close(),
    exited: child.exited,
    async [Symbol.asyncDispose]() {
      child.kill(9);
      await child.exited;
      child.terminal?.close();
      emulator.dispose();
    },
  };
}
