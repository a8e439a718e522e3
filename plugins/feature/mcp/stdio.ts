// A server that is a child process: messages are lines on its stdin and stdout. It ends with claw, however claw ends.
import { closeSync } from "node:fs";
import type { Subprocess } from "bun";
import { type Fields, guardGroup, headOf, type ProcessOptions, plain, readTail, type Sandboxed, signalGroup, within } from "claw/kit";
import type { Ear, Wire } from "./rpc.ts";
import { failed } from "./rpc.ts";

/** `env` is the whole environment of the child. */
export interface StdioOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly confine?: Confine;
}
/** Throws `CLAW_TOOL_FAILED` where there is no sandbox to run in. */
export type Confine = (options: (temp: string) => ProcessOptions) => Promise<Sandboxed>;

/** Throws `CLAW_TOOL_FAILED` when it cannot be started; `info.status` 127 when there is no such program. */
export async function openStdio(options: StdioOptions, ear: Ear): Promise<Wire> {
  const { child, box } = await spawn(options);
  const started = performance.now();
  const dismiss = guardGroup(child.pid, "claw-mcp", ENDING);
  const errors = readTail(child.stderr, ERRORS_KEPT);
  let odd = "";
  let closing = false;
  let broken: string | undefined;
  let oddities = 0;
  const take = (line: string): void => {
    if (line.trim() === "") return;
    try {
      ear.told(JSON.parse(line));
      oddities = 0;
    } catch {
      odd ||= headOf(plain(line), 200);
      oddities += 1;
    }
    if (oddities > MOST_ODDITIES) throw new Error(`it sent ${MOST_ODDITIES} lines in a row that are no messages, and was ended`);
  };
  const read = readLines(child.stdout, take).catch((thrown: unknown) => {
    broken = thrown instanceof Error ? thrown.message : String(thrown);
    signalGroup(child.pid, "SIGKILL");
  });
  void (async () => {
    await child.exited;
    // What it has written before its end still counts.
    await within(Promise.all([read, errors.done]), LAST_READ_MS);
    // Whatever of it is left has nobody to talk to.
    signalGroup(child.pid, "SIGKILL");
    dismiss();
    const { exitCode: code } = child;
    const signal = child.signalCode === null ? null : String(child.signalCode);
    const ms = performance.now() - started;
    const strange = box?.finish({ code, signal, timedOut: false, aborted: closing, output: "", bytes: 0, ms }) ?? [];
    if (closing) return;
    const how = broken ?? (child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`);
    const said = [errors.text(), ...strange, odd === "" ? "" : `(on stdout, where only messages belong:) ${odd}`]
      .filter((part) => part !== "")
      .join("\n");
    ear.lost(said === "" ? how : `${how}: ${said}`);
  })();
  return {
    async send(message: Fields) {
      if (child.exitCode !== null || child.signalCode !== null) throw failed("The server has ended.");
      try {
        child.stdin.write(`${JSON.stringify(message)}\n`);
        await child.stdin.flush();
      } catch (thrown) {
        // A pipe that broke says less than the end of the server, which is told above.
        if (!(await within(child.exited, LAST_READ_MS))) throw thrown;
      }
      return false;
    },
    agreed() {
      // It speaks well: what it said before does not explain an end.
      odd = "";
    },
    async close() {
      closing = true;
      await Promise.resolve(child.stdin.end()).catch(() => {});
      if (await within(child.exited, POLITE_MS)) return;
      signalGroup(child.pid, "SIGTERM");
      if (await within(child.exited, TERM_MS)) return;
      signalGroup(child.pid, "SIGKILL");
      await within(child.exited, TERM_MS);
    },
  };
}

// --- internal ---

type Child = Subprocess<"pipe", "pipe", "pipe">;
/** How long it may take to go by itself once its stdin is closed, and after SIGTERM. claw's own end waits for it. */
const POLITE_MS = 300;
const TERM_MS = 500;
const LAST_READ_MS = 500;
const MOST_BYTES = 32 * 1024 ** 2;
/** Some write their log to stdout; none that is of use writes so much of it. */
const MOST_ODDITIES = 10_000;
const ERRORS_KEPT = 1_000;

/** What becomes of the server's group when claw ends. */
const ENDING = `kill -TERM -"$1" || exit 0
sleep 1
kill -KILL -"$1"`;

async function spawn({ command, args, cwd, env, confine }: StdioOptions): Promise<{ readonly child: Child; readonly box?: Sandboxed | undefined }> {
  const program = Bun.which(command, { PATH: env["PATH"] ?? "", cwd });
  if (program === null) throw failed(`there is no program ${command}`, { status: 127, hint: "Install it, or give its whole path." });
  const argv = [program, ...args];
  const box = await confine?.((temp) => ({ argv, cwd, env: { ...env, TMPDIR: temp } }));
  const inner = box?.options ?? { argv, cwd, env };
  const files = box?.options.files ?? [];
  try {
    const child = Bun.spawn([...inner.argv], {
      cwd: inner.cwd,
      env: { ...inner.env },
      stdio: ["pipe", "pipe", "pipe", ...files],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    child.unref();
    return { child, box };
  } catch (cause) {
    throw failed(`${command} could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { status: 127, cause });
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Calls `take` with each line. Throws when one is too long, and what `take` throws. */
async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      take(Buffer.concat(parts).toString("utf8"));
      parts = [];
      size = 0;
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    // A server that never stops must not keep limits and other work from their turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (size > MOST_BYTES) throw new Error(`it sent a message larger than ${MOST_BYTES / 1024 ** 2} MB, and was ended`);
  }
}
