// One call of REPL: the interpreter it goes to, begun where there is none that may serve, and what the model is told of it.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { type ProcessEnd, sandboxBounds } from "claw/kit";
import { type Interpreter, type Ran, startInterpreter } from "./interpreter.ts";
import { NAMES, type Interpreter as Name } from "./names.ts";

/** What one session has. Without an interpreter, `why` there is none any more. */
export interface Bench {
  readonly interpreters: Map<Name, { readonly interpreter?: Interpreter; readonly why?: string }>;
  /** Interpreters that have run nothing since somebody else may have written. */
  readonly stale: Set<Interpreter>;
}
export interface Input {
  readonly code: string;
  readonly language: keyof typeof NAMES;
  readonly timeout_ms?: number | undefined;
}
export interface Limits {
  readonly timeoutMs: number;
  readonly maxTimeoutMs: number;
}

export async function run({ code, language, timeout_ms }: Input, scope: CallScope, bench: Bench, limits: Limits): Promise<ToolResult> {
  if (code.length > LONGEST)
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", `The code is longer than ${LONGEST} characters. Write it to a file and load that.`);
  if (code.includes("\0")) throw new ClawError("CLAW_TOOL_INPUT_INVALID", "The code holds a NUL byte.");
  const name = nameOf(language, scope);
  const { interpreter, lost } = await take(name, scope, bench);
  const timeoutMs = Math.min(timeout_ms ?? limits.timeoutMs, limits.maxTimeoutMs);
  const started = performance.now();
  const onTail = (tail: string, bytes: number): void => scope.progress({ tail, bytes });
  if (bench.stale.delete(interpreter)) await interpreter.rebase(scope);
  const ran = await interpreter.run(code, { timeoutMs, signal: scope.signal, onTail });
  if (ran.how !== "done") bench.interpreters.set(name, { why: interpreter.gone ?? "it ended" });
  const notes = [
    ...(lost === undefined ? [] : [`[a new ${name}: of the one before, ${lost}; its state is gone]`]),
    ...noteOf(name, ran, { timeoutMs, most: limits.maxTimeoutMs }),
    ...interpreter.finish(endOf(ran)).map((line) => line.replace("call bash again", "use bash")),
  ];
  const output = ran.text.replace(/\n+$/, "");
  const text = [output === "" && notes.length === 0 ? "(no output)" : output, ...notes].filter((part) => part !== "").join("\n");
  return {
    content: [{ type: "text", text }],
    failed: ran.how === "late" || ran.how === "interrupted" || ran.status === "error",
    details: {
      ...{ language: name, how: ran.how, ms: Math.round(performance.now() - started), characters: ran.length },
      ...(name === "bash" && ran.how === "done" ? { code: Number(ran.status) } : {}),
      ...(ran.spill === undefined ? {} : { spill: ran.spill }),
      ...(interpreter.sandbox === undefined ? {} : { sandbox: interpreter.sandbox }),
    },
  };
}

// --- internal ---

const LONGEST = 200_000;

/** TypeScript runs in bun, and where there is none in node: types are taken out before. */
function nameOf(language: Input["language"], scope: CallScope): Name {
  const name = NAMES[language];
  const path = scope.env["PATH"];
  const typed = language === "ts" || language === "typescript";
  return typed && Bun.which("bun", path === undefined ? {} : { PATH: path }) === null ? "node" : name;
}

/** The interpreter that serves, and when it is another than the one of the call before, what became of that. */
async function take(name: Name, scope: CallScope, bench: Bench): Promise<{ readonly interpreter: Interpreter; readonly lost?: string }> {
  const kept = bench.interpreters.get(name)?.interpreter;
  let lost = bench.interpreters.get(name)?.why ?? kept?.gone;
  if (kept !== undefined && kept.gone === undefined) {
    if (kept.bounds === (await sandboxBounds(scope))) return { interpreter: kept };
    lost = "what it may do has changed";
    kept.stop();
  }
  bench.interpreters.delete(name);
  const interpreter = await startInterpreter(name, scope);
  bench.interpreters.set(name, { interpreter });
  return { interpreter, ...(lost === undefined ? {} : { lost }) };
}

/** A piece of code as if it had been a process. */
function endOf({ how, status, text: output, length: bytes, end }: Ran): ProcessEnd {
  const code = how === "done" ? (status === "ok" ? 0 : status === "error" ? 1 : Number(status)) : (end?.code ?? null);
  return { code, signal: end?.signal ?? null, timedOut: how === "late", aborted: how === "late" || how === "interrupted", output, bytes, ms: 0 };
}

function noteOf(
  name: Name,
  { how, status, end }: Ran,
  { timeoutMs, most }: { readonly timeoutMs: number; readonly most: number },
): readonly string[] {
  const gone = `${name}'s state is gone`;
  if (how === "late")
    return [
      `[stopped at the time limit of ${timeoutMs} ms, with all it had started${timeoutMs < most ? `; a call may name up to ${most}` : ""}; ${gone}]`,
    ];
  if (how === "interrupted") return [`[interrupted: stopped before its end, with all it had started; ${gone}]`];
  if (how === "done") return name === "bash" && status !== "0" ? [`[exit code ${status}]`] : [];
  const code = end?.code ?? undefined;
  return [`[${name} ended${end?.signal ? ` by ${end.signal}` : code === undefined ? "" : ` with code ${code}`}; ${gone}]`];
}
