// Runs one PowerShell command in a new shell, and says how it went.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { absent, type ProcessEnd, Processes, type ProcessOptions, Sandbox, type Sandboxed, type Task } from "claw/kit";
import { findProgram, type Program } from "./program.ts";

export interface Input {
  readonly command: string;
  readonly timeout?: number | undefined;
  readonly description?: string | undefined;
  readonly run_in_background?: boolean | undefined;
  readonly dangerouslyDisableSandbox?: boolean | undefined;
}
export interface Limits {
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
}

export async function run(input: Input, scope: CallScope, limits: Limits): Promise<ToolResult> {
  const longest = process.platform === "win32" ? LONGEST_ON_WINDOWS : LONGEST;
  if (Buffer.byteLength(input.command) > longest) {
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `The command is longer than ${longest} bytes. Write it to a .ps1 file and run that.`);
  }
  if (input.command.includes("\0")) throw new ClawError("CLAW_TOOL_INPUT_INVALID", "The command holds a NUL byte, which no shell takes.");
  const program = findProgram(scope.env["PATH"]);
  if (program === undefined) throw new ClawError("CLAW_TOOL_FAILED", "There is neither pwsh nor powershell on PATH.", { hint: "Use bash." });
  const processes = await scope.use(Processes);
  const named: ProcessOptions = {
    argv: argvOf(program, input.command),
    cwd: scope.session.cwd,
    env: { ...processes.environment(scope), ...QUIET },
    name: input.description ?? firstLine(input.command),
  };
  if (input.run_in_background) {
    const { options, box } = await placed({ ...named, ...(input.timeout === undefined ? {} : { timeoutMs: input.timeout }) }, input, scope);
    return background(await processes.start(options, scope), box, scope);
  }
  const timeoutMs = Math.min(input.timeout ?? limits.timeoutMs, limits.maxTimeoutMs);
  const onTail = (tail: string, bytes: number): void => scope.progress({ tail, bytes });
  const { options, box } = await placed({ ...named, timeoutMs, onTail }, input, scope);
  return result(await processes.run(options, scope), box, timeoutMs, limits.maxTimeoutMs);
}

/** The command line for a command. Its exit code is that of the last program, or 1 when the last statement failed. */
export function argvOf({ path, legacy }: Program, command: string): readonly string[] {
  const text = `${legacy ? LEGACY_FIRST : ""}${command}\n${LAST}`;
  return [path, "-NoLogo", "-NoProfile", "-NonInteractive", ...(legacy ? ["-ExecutionPolicy", "Bypass"] : []), "-Command", text];
}

// --- internal ---

/** Linux takes no argument longer than 128 KiB, Windows no command line longer than 32,767 characters. */
const LONGEST = 100_000;
const LONGEST_ON_WINDOWS = 28_000;
const QUIET = { NO_COLOR: "1", POWERSHELL_TELEMETRY_OPTOUT: "1", POWERSHELL_UPDATECHECK: "Off" };
/** The old one writes in the machine's own encoding, and its progress bars as XML. */
const LEGACY_FIRST = "[Console]::OutputEncoding = [Text.Encoding]::UTF8; $ProgressPreference = 'SilentlyContinue'\n";
const LAST = "if (-not $?) { if ($LASTEXITCODE) { exit $LASTEXITCODE }; exit 1 }";

async function placed(options: ProcessOptions, { dangerouslyDisableSandbox: out }: Input, scope: CallScope) {
  const sandbox = await scope.use(Sandbox).catch(absent);
  if (out) await sandbox?.leave(scope);
  const box = out ? undefined : await sandbox?.wrap(options, scope);
  return { options: box?.options ?? options, box };
}

/** What the sandbox has to say; it speaks of bash. */
function notesOf(box: Sandboxed | undefined, end: ProcessEnd): readonly string[] {
  return (box?.finish(end) ?? []).map((line) => line.replace("call bash again", "call PowerShell again"));
}

function background(task: Task, box: Sandboxed | undefined, { bus }: CallScope): ToolResult {
  void task.ended.then((end) => {
    const lines = notesOf(box, end);
    if (lines.length > 0) bus.emit("notice.raised", { level: "warn", text: [`Task ${task.id} (${task.name}):`, ...lines].join("\n") });
  });
  return {
    content: [{ type: "text", text: `Running in the background as task ${task.id}. Its output goes to ${task.spill}` }],
    details: { task: task.id, pid: task.pid, spill: task.spill, ...(box === undefined ? {} : { sandbox: box.tier }) },
  };
}

function result(end: ProcessEnd, box: Sandboxed | undefined, timeoutMs: number, most: number): ToolResult {
  const cure = timeoutMs < most ? `give a longer timeout (at most ${most} ms) or use run_in_background` : "use run_in_background";
  const notes: string[] = [];
  if (end.timedOut) notes.push(`[stopped at the time limit of ${timeoutMs} ms, with all it had started; ${cure} if it needs more]`);
  else if (end.aborted) notes.push("[interrupted: stopped before its end, with all it had started]");
  else if (end.signal !== null) notes.push(`[ended by ${end.signal}]`);
  else if (end.code !== 0) notes.push(`[exit code ${end.code ?? "unknown"}]`);
  notes.push(...notesOf(box, end));
  const output = end.output.replaceAll("\r\n", "\n").replace(/\n+$/, "");
  const { code, signal, timedOut, aborted, bytes, ms, spill } = end;
  return {
    content: [
      { type: "text", text: [output === "" && notes.length === 0 ? "(no output)" : output, ...notes].filter((part) => part !== "").join("\n") },
    ],
    failed: timedOut || aborted,
    details: {
      code,
      signal,
      timedOut,
      aborted,
      bytes,
      ms,
      ...(spill === undefined ? {} : { spill }),
      ...(box === undefined ? {} : { sandbox: box.tier }),
    },
  };
}

function firstLine(command: string): string {
  const line = command.trimStart().split("\n", 1)[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…`.toWellFormed() : line;
}
