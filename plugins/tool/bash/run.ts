// Runs one command line in a fresh shell, in the folder the session's last one ended in, and says how it went.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { absent, type ProcessEnd, Processes, type ProcessOptions, Sandbox, type Sandboxed, type Task, Workspace } from "claw/kit";
import { script } from "./script.ts";

export interface BashInput {
  readonly command: string;
  readonly timeout?: number | undefined;
  readonly description?: string | undefined;
  readonly run_in_background?: boolean | undefined;
  readonly dangerouslyDisableSandbox?: boolean | undefined;
}
export interface BashOptions {
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly folders: Map<string, string>;
}

export async function run(input: BashInput, scope: CallScope, options: BashOptions): Promise<ToolResult> {
  if (Buffer.byteLength(input.command) > LONGEST) {
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `The command is longer than ${LONGEST} bytes. Write it to a file and run that.`);
  }
  if (input.command.includes("\0")) throw new ClawError("CLAW_TOOL_INPUT_INVALID", "The command holds a NUL byte, which no shell takes.");
  const processes = await scope.use(Processes);
  const kept = options.folders.get(scope.session.id) ?? scope.session.cwd;
  const lost = !folderExists(kept);
  const cwd = lost ? scope.session.cwd : kept;
  const started = lost ? [`[${kept} is gone; this ran in ${cwd}]`] : [];
  const shell = findShell(scope.env["PATH"]);
  const named = { cwd, name: input.description ?? firstLine(input.command) };
  if (input.run_in_background) {
    const limit = input.timeout === undefined ? {} : { timeoutMs: input.timeout };
    const { options: ready, box } = await placed(() => ({ ...named, ...limit, argv: [shell, "-c", input.command] }), input, scope);
    return background(await processes.start(ready, scope), box, started, scope);
  }
  let report: string | undefined;
  const timeoutMs = Math.min(input.timeout ?? options.timeoutMs, options.maxTimeoutMs);
  const foreground = (folder: string | undefined): ProcessOptions => {
    report = folder === undefined ? undefined : join(folder, `cwd-${crypto.randomUUID().slice(0, 8)}`);
    const argv = [shell, "-c", script(input.command, cwd, report)];
    return { ...named, argv, timeoutMs, onTail: (tail, bytes) => scope.progress({ tail, bytes }) };
  };
  const { options: ready, box } = await placed(foreground, input, scope);
  const end = await processes.run(ready, scope);
  const moved = newFolder(report, cwd);
  if (lost) options.folders.delete(scope.session.id);
  if (moved !== undefined) options.folders.set(scope.session.id, moved);
  return result(end, { timeoutMs, most: options.maxTimeoutMs, moved, started, box });
}

// --- internal ---

/** Linux takes no argument longer than 128 KiB; quoting can make it longer than it was. */
const LONGEST = 100_000;
const LONGEST_PATH = 4_096;

/** The command in the sandbox, where there is one to run in, or as it is. `make` gets a folder that the command can write, if any. */
async function placed(make: (folder: string | undefined) => ProcessOptions, { dangerouslyDisableSandbox: out }: BashInput, scope: CallScope) {
  const sandbox = await scope.use(Sandbox).catch(absent);
  if (out) await sandbox?.leave(scope);
  const box = out ? undefined : await sandbox?.wrap(make, scope);
  return { options: box?.options ?? make(await scratch(scope)), box };
}

function background(task: Task, box: Sandboxed | undefined, started: readonly string[], scope: CallScope): ToolResult {
  void task.ended.then((end) => {
    const lines = box?.finish(end) ?? [];
    if (lines.length > 0) scope.bus.emit("notice.raised", { level: "warn", text: [`Task ${task.id} (${task.name}):`, ...lines].join("\n") });
  });
  const text = `Running in the background as task ${task.id}. Its output goes to ${task.spill}`;
  return {
    content: [{ type: "text", text: [text, ...started].join("\n") }],
    details: { task: task.id, pid: task.pid, spill: task.spill, ...(box === undefined ? {} : { sandbox: box.tier }) },
  };
}

interface About {
  readonly timeoutMs: number;
  readonly most: number;
  readonly moved: string | undefined;
  readonly started: readonly string[];
  readonly box: Sandboxed | undefined;
}
/** Text for the model: the output, then a line for each thing that is out of the ordinary. A code that is not zero is news, not a failure of the call. */
function result(end: ProcessEnd, { timeoutMs, most, moved, started, box }: About): ToolResult {
  const notes = [...started];
  if (end.timedOut) {
    const cure = timeoutMs < most ? `give a longer timeout (at most ${most} ms) or use run_in_background` : "use run_in_background";
    notes.push(`[stopped at the time limit of ${timeoutMs} ms, with all it had started; ${cure} if it needs more]`);
  } else if (end.aborted) notes.push("[interrupted: stopped before its end, with all it had started]");
  else if (end.signal !== null) notes.push(`[ended by ${end.signal}]`);
  else if (end.code !== 0) notes.push(`[exit code ${end.code ?? "unknown"}]`);
  if (moved !== undefined) notes.push(`[working directory is now ${moved}]`);
  notes.push(...(box?.finish(end) ?? []));
  const output = end.output.replace(/\n+$/, "");
  const text = [output === "" && notes.length === 0 ? "(no output)" : output, ...notes].filter((part) => part !== "").join("\n");
  return {
    content: [{ type: "text", text }],
    failed: end.timedOut || end.aborted,
    details: {
      code: end.code,
      signal: end.signal,
      timedOut: end.timedOut,
      aborted: end.aborted,
      bytes: end.bytes,
      ms: end.ms,
      ...(end.spill === undefined ? {} : { spill: end.spill }),
      ...(moved === undefined ? {} : { cwd: moved }),
      ...(box === undefined ? {} : { sandbox: box.tier }),
    },
  };
}

function findShell(path: string | undefined): string {
  const lookup = path === undefined ? {} : { PATH: path };
  const shell = Bun.which("bash", lookup) ?? Bun.which("sh", lookup);
  if (shell !== null) return shell;
  throw new ClawError("CLAW_TOOL_FAILED", "There is neither bash nor sh on PATH.", { hint: "Install a POSIX shell." });
}

/** Where the shell writes its last folder. Without one the command still runs; only its folder is not kept. */
async function scratch(scope: CallScope): Promise<string | undefined> {
  return (await scope.use(Workspace)).scratch(scope).catch(() => undefined);
}

/** The folder the shell ended in, when it is another than it began in and still there. */
function newFolder(report: string | undefined, cwd: string): string | undefined {
  if (report === undefined) return undefined;
  const said = take(report);
  if (!said.startsWith("/") || !folderExists(said)) return undefined;
  return said === realpathSync(cwd) ? undefined : said;
}

/** A path in a small local file: at once costs less than a promise each. The command could have put anything in its place: a link, a pipe. */
function take(report: string): string {
  let fd: number | undefined;
  try {
    fd = openSync(report, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) return "";
    const bytes = Buffer.alloc(LONGEST_PATH);
    return bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0)).replace(/\n$/, "");
  } catch {
    return "";
  } finally {
    if (fd !== undefined) closeSync(fd);
    remove(report);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Most commands stay where they are, and leave no report.
  }
}

function folderExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function firstLine(command: string): string {
  const line = command.trimStart().split("\n", 1)[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…`.toWellFormed() : line;
}
