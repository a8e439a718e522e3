// Does what was decided: runs a command outside any turn, or hands over to another frontend.
import { ClawError, type CommandOutcome, type Host, type Shell, wrap } from "claw";
import {
  bugText,
  connection,
  exitCodeOf,
  failureOf,
  failureReport,
  failureText,
  flushedCode,
  formatOf,
  type Output,
  openOptions,
  openOutput,
  Prompts,
  plain,
  viewTrust,
} from "claw/kit";
import { decide, type Given, slashed } from "./decide.ts";

/** Never rejects. */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const { options } = host;
  const given: Given = {
    words,
    options,
    manifests: host.plugins().map((plugin) => plugin.manifest),
    frontends: host.names("frontend"),
    stdin: connection(0),
    stdout: connection(1),
  };
  let decided = decide(given);
  if (decided.run === "usage" && decided.slash === true) decided = decide({ ...given, prompts: await promptNames(host) });
  // It may be a prompt of this folder's, which may not act: who would run it says so.
  if (decided.run === "usage" && slashed(words[0] ?? "") && untrusted(host)) decided = { run: "frontend", name: "print", words };
  if (decided.run === "frontend" && host.names("frontend").includes(decided.name)) {
    return (await host.get("frontend", decided.name)).run(decided.words, host);
  }
  const output = openOutput();
  let code: number;
  let format = "text";
  try {
    format = formatOf(host);
    if (decided.run === "usage") throw new ClawError("CLAW_USAGE", decided.message, { hint: decided.hint });
    // Throws, naming what is missing.
    if (decided.run === "frontend") await host.get("frontend", decided.name);
    const outcome = await runCommand(decided.name, decided.words, host);
    if (outcome.kind === "prompt") return await (await host.get("frontend", "print")).run([outcome.text], host);
    show(outcome, format, output);
    code = outcome.kind === "exit" ? outcome.code : 0;
  } catch (thrown) {
    const error = blamed(thrown);
    if (machine(format)) output.out(`${JSON.stringify(failureReport(error))}\n`);
    else output.err(failureText(failureOf(error)));
    output.err(bugText(error));
    code = exitCodeOf(error);
  }
  return flushedCode(output, code);
}

// --- internal ---

const GRACE_MS = 2_000;

/** What the disk would not do is nobody's bug. */
function blamed(thrown: unknown): ClawError {
  const error = wrap(thrown, "CLAW_BUG");
  const { code = "", syscall } = (error.info.cause ?? {}) as NodeJS.ErrnoException;
  if (error.code !== "CLAW_BUG" || syscall === undefined || !/^E[A-Z]+$/.test(code)) return error;
  const hint = "Check that it is there, that you may write it, and that the disk has room.";
  return new ClawError("CLAW_STORE_FAILED", error.message, { hint, cause: error.info.cause });
}

/** Users' own commands and skills. Without the service there are none. */
async function promptNames(host: Host): Promise<ReadonlySet<string>> {
  try {
    const listed = await (await host.use(Prompts)).list(host);
    return new Set(listed.map(({ name }) => name.toLowerCase()));
  } catch {
    return new Set();
  }
}

function untrusted({ cwd, home, env, options }: Host): boolean {
  return options["trust"] !== true && ["unknown", "changed", "refused"].includes(viewTrust(cwd, home, env).state);
}

async function runCommand(name: string, words: readonly string[], host: Host): Promise<CommandOutcome> {
  const command = await host.get("command", name);
  const shell = await openShell(host);
  let interrupted: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const code = signal === "SIGINT" ? 130 : 143;
    // Asked twice, or not heeded.
    if (interrupted !== undefined) process.exit(code);
    interrupted = code;
    shell.abort(signal);
    setTimeout(() => process.exit(code), GRACE_MS).unref();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    const outcome = await shell.run(command, words);
    return interrupted === undefined ? outcome : { kind: "exit", code: interrupted };
  } catch (thrown) {
    if (interrupted === undefined) throw thrown;
    return { kind: "exit", code: interrupted };
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await shell.close();
  }
}

/** A command speaks of a kept session only when one is named; else what it needs of a session is not kept. */
async function openShell(host: Host): Promise<Shell> {
  const asked = openOptions(host.options);
  const forgetful = asked.ref === undefined && host.names("store").includes("memory");
  return host.open(forgetful ? { ...asked, store: "memory" } : asked);
}

function show(outcome: Exclude<CommandOutcome, { kind: "prompt" }>, format: string, output: Output): void {
  const { notice = "" } = outcome;
  if (machine(format)) {
    output.out(`${JSON.stringify(outcome.data ?? { message: notice })}\n`);
  } else if (notice !== "") {
    const text = connection(1) === "terminal" ? plain(notice) : notice;
    output.out(text.endsWith("\n") ? text : `${text}\n`);
  }
}

/** Whether stdout is for a program. */
function machine(format: string): boolean {
  return format === "json" || format === "stream-json";
}
