// A server that is a child process: messages are lines on its stdin and stdout. It ends with claw, however claw ends.
import { closeSync } from "node:fs";
import type { Subprocess } from "bun";
import { headOf, type ProcessOptions, plain, type Sandboxed, tailOf } from "claw/kit";
import type { Ear, Fields, Wire } from "./rpc.ts";
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
  const guard = guardOf(child.pid);
  const errors = tailReader(child.stderr);
  let odd = "";
  let closing = false;
  let broken: string | undefined;
  const take = (line: string): void => {
    if (line.trim() === "") return;
    try {
      const message: unknown = JSON.parse(line);
      ear.told(message);
    } catch {
      odd ||= headOf(plain(line), 200);
    }
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
    guard.dismiss();
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
const ERRORS_KEPT = 1_000;

/**
 * Waits for word from claw. Word: the server has ended. The end of its input: claw has, in whatever way, and the server's group goes too. Deaf to the
 * signals that a terminal sends to all.
 */
const GUARD = `trap '' HUP INT QUIT TERM
read -r word && exit 0
kill -TERM -"$1" || exit 0
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

/** On Windows there is none, and nothing else is lost. The variable says that it is no stray of claw's. */
function guardOf(group: number): { dismiss(): void } {
  if (process.platform === "win32") return { dismiss() {} };
  try {
    const guard = Bun.spawn(["/bin/sh", "-c", GUARD, "claw-mcp", String(group)], {
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", CLAW_WATCHDOG: "1" },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    guard.unref();
    return {
      dismiss() {
        try {
          guard.stdin.write("ended\n");
          Promise.resolve(guard.stdin.end()).catch(() => {});
        } catch {
          // It went first.
        }
      },
    };
  } catch {
    return { dismiss() {} };
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") Bun.spawn(["taskkill", "/T", "/F", "/PID", String(group)], { stdio: ["ignore", "ignore", "ignore"] }).unref();
    else process.kill(-group, signal);
  } catch {
    // None is left.
  }
}

/** Calls `take` with each line. Throws when one is too long. */
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
    if (size > MOST_BYTES) throw new Error(`it sent a message larger than ${MOST_BYTES / 1024 ** 2} MB, and was ended`);
  }
}

/** Keeps the end of a stream, for when something goes wrong. */
function tailReader(stream: ReadableStream<Uint8Array>): { readonly done: Promise<void>; text(): string } {
  let kept = "";
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    for await (const chunk of stream) kept = tailOf(kept + decoder.decode(chunk, { stream: true }), ERRORS_KEPT * 4);
  };
  return { done: read().catch(() => {}), text: () => tailOf(plain(kept).trim(), ERRORS_KEPT).toWellFormed() };
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), ms);
  return Promise.race([work.then(() => true), late.promise]).finally(() => clearTimeout(timer));
}
