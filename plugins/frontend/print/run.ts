// A one-shot run from its words to its exit code. What is said on the way is the renderers' affair.
import { isAbsolute } from "node:path";
import { ClawError, type Host, type TurnOutcome, wrap } from "claw";
import {
  bugText,
  connection,
  exitCode,
  exitCodeOf,
  failureOf,
  failureText,
  flushedCode,
  formatOf,
  locate,
  type Output,
  openOptions,
  openOutput,
} from "claw/kit";
import { readStdin, withStdin } from "./input.ts";
import { openRenderer, warn } from "./output.ts";
import { type Interrupts, watchSignals } from "./signals.ts";

/** What every part of a run needs. */
export interface Run {
  readonly words: readonly string[];
  readonly host: Host;
  readonly output: Output;
  readonly interrupts: Interrupts;
  /** Has a failed turn told, and gives the exit code. */
  ended(outcome: TurnOutcome): Promise<number>;
}

/** Never rejects. */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const output = openOutput();
  using interrupts = watchSignals();
  void output.broken.then((code) => interrupts.interrupt(code));
  return await flushedCode(output, await rendered(words, host, output, interrupts));
}

// --- internal ---

async function rendered(words: readonly string[], host: Host, output: Output, interrupts: Interrupts): Promise<number> {
  let fail = (error: ClawError): void => output.err(failureText(failureOf(error)) + bugText(error));
  try {
    const format = formatOf(host);
    await using _ = await openRenderer(host, format, output);
    fail = (error) => {
      host.bus.emit("error.raised", failureOf(error));
      output.err(bugText(error));
    };
    const ended = async (outcome: TurnOutcome): Promise<number> => {
      if (outcome.kind !== "failed") return exitCode(outcome);
      const error = await placed(outcome.error, host);
      fail(error);
      return exitCodeOf(error);
    };
    try {
      warn(host);
      const one: Run = { words, host, output, interrupts, ended };
      return inputStreamed(host, format) ? await (await import("./control.ts")).converse(one) : await answer(one);
    } catch (thrown) {
      return await ended({ kind: "failed", error: wrap(thrown, "CLAW_BUG") });
    }
  } catch (thrown) {
    const error = wrap(thrown, "CLAW_BUG");
    fail(error);
    return exitCodeOf(error);
  }
}

async function answer({ words, host, output, interrupts, ended }: Run): Promise<number> {
  const text = await promptOf(words, output, interrupts);
  if (interrupts.reason !== undefined) return ended({ kind: "aborted", reason: interrupts.reason });
  const seated = connection(0) === "terminal" && connection(2) === "terminal" && formatOf(host) === "text";
  const questions = seated ? (await import("./question.ts")).createQuestions(output.err) : undefined;
  const shell = await host.open({ ...openOptions(host.options), ...(questions && { ask: questions.ask }) });
  using _ = interrupts.on((reason) => shell.abort(reason));
  try {
    return await ended(await shell.submit({ text }));
  } finally {
    await questions?.close();
    await shell.close();
  }
}

/** A model that a settings file names and nobody knows is a fault of that file. */
async function placed(error: ClawError, host: Host): Promise<ClawError> {
  const setting = host.settings("model").findLast(({ trusted }) => trusted);
  if (error.code !== "CLAW_MODEL_UNKNOWN" || setting === undefined || !isAbsolute(setting.origin)) return error;
  return new ClawError("CLAW_CONFIG_INVALID", `${await locate(setting.origin, ["model"])}: model → ${error.message}`, error.info);
}

function inputStreamed(host: Host, format: string): boolean {
  if (host.options["input-format"] !== "stream-json") return false;
  if (format === "stream-json") return true;
  throw usage("--input-format stream-json needs --output-format stream-json", "Add --output-format stream-json.");
}

async function promptOf(words: readonly string[], output: Output, interrupts: Interrupts): Promise<string> {
  const text = words.join(" ").trim();
  let piped = "";
  if (connection(0) === "piped") {
    const read = await readStdin(interrupts.signal, text === "" ? undefined : 3_000);
    if (read === undefined) output.err("note: nothing came on stdin for 3 s; going on without it\n");
    piped = read ?? "";
  }
  const prompt = withStdin(text, piped);
  if (prompt !== "" || interrupts.reason !== undefined) return prompt;
  throw usage("there is no prompt", 'Write claw -p "TEXT", or pipe text in. `claw --help` shows every way.');
}

function usage(message: string, hint: string): ClawError {
  return new ClawError("CLAW_USAGE", message, { hint });
}
