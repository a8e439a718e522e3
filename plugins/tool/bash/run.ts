// Runs one command line in a fresh shell, in the folder the session's last one ended in, and says how it went.
import { readFileSync, realpathSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { type CallScope, ClawError, type ToolResult } from "claw";
import { type ProcessEnd, Processes, type ProcessOptions, Workspace } from "claw/kit";
import { script } from "./script.ts";

export interface BashInput {
  readonly command: string;
  readonly timeout?: number | undefined;
  readonly description?: string | undefined;
  readonly run_in_background?: boolean | undefined;
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
  const wanted: ProcessOptions = { argv: [shell, "-c", input.command], cwd, name: input.description ?? firstLine(input.command) };
  if (input.run_in_background) {
    const task = await processes.start(input.timeout === undefined ? wanted : { ...wanted, timeoutMs: input.timeout }, scope);
    const text = `Running in the background as task ${task.id}. Its output goes to ${task.spill}`;
    return {
      content: [{ type: "text", text: [text, ...started].join("\n") }],
      details: { task: task.id, pid: task.pid, spill: task.spill },
    };
  }
  const report = await reportFile(scope);
  const timeoutMs = Math.min(input.timeout ?? options.timeoutMs, options.maxTimeoutMs);
  const end = await processes.run(
    {
      ...wanted,
      argv: [shell, "-c", script(input.command, cwd, report)],
      timeoutMs,
      onTail: (tail, bytes) => scope.progress({ tail, bytes }),
    },
    scope,
  );
  const moved = newFolder(report, cwd);
  if (lost) options.folders.delete(scope.session.id);
  if (moved !== undefined) options.folders.set(scope.session.id, moved);
  return result(end, timeoutMs, options.maxTimeoutMs, moved, started);
}

// --- internal ---

/** Linux takes no argument longer than 128 KiB; quoting can make it longer than it was. */
const LONGEST = 100_000;

/** Text for the model: the output, then a line for each thing that is out of the ordinary. A code that is not zero is news, not a failure of the call. */
function result(end: ProcessEnd, timeoutMs: number, most: number, moved: string | undefined, started: readonly string[]): ToolResult {
  const notes = [...started];
  if (end.timedOut) {
    const cure = timeoutMs < most ? `give a longer timeout (at most ${most} ms) or use run_in_background` : "use run_in_background";
    notes.push(`[stopped at the time limit of ${timeoutMs} ms, with all it had started; ${cure} if it needs more]`);
  } else if (end.aborted) notes.push("[aborted]");
  else if (end.signal !== null) notes.push(`[ended by ${end.signal}]`);
  else if (end.code !== 0) notes.push(`[exit code ${end.code ?? "unknown"}]`);
  if (moved !== undefined) notes.push(`[working directory is now ${moved}]`);
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
    },
  };
}

function findShell(path: string | undefined): string {
  const lookup = path === undefined ? {} : { PATH: path };
  const shell = Bun.which("bash", lookup) ?? Bun.which("sh", lookup);
  if (shell !== null) return shell;
  throw new ClawError("CLAW_TOOL_FAILED", "There is neither bash nor sh on PATH.", { hint: "Install a POSIX shell." });
}

/** Where the shell writes its last folder. Without a scratch folder the command still runs; only its folder is not kept. */
async function reportFile(scope: CallScope): Promise<string | undefined> {
  try {
    const folder = await (await scope.use(Workspace)).scratch(scope);
    return join(folder, `cwd-${crypto.randomUUID().slice(0, 8)}`);
  } catch {
    return undefined;
  }
}

/** The folder the shell ended in, when it is another than it began in and still there. */
function newFolder(report: string | undefined, cwd: string): string | undefined {
  if (report === undefined) return undefined;
  const said = take(report);
  if (!said.startsWith("/") || !folderExists(said)) return undefined;
  return said === realpathSync(cwd) ? undefined : said;
}

/** A path in a small local file: at once costs less than a promise each. */
function take(report: string): string {
  try {
    const said = readFileSync(report, "utf8");
    unlinkSync(report);
    return said.replace(/\n$/, "");
  } catch {
    return "";
  }
}

function folderExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function firstLine(command: string): string {
  const line = command.trimStart().split("\n", 1)[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…`.toWellFormed() : line;
}
