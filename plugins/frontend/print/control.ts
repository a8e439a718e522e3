// A run driven over stdin: user messages, each a turn, and control requests, answered on stdout. One JSON object a line, both ways.
import { ClawError, type Input, type Json, type Shell, type TurnOutcome, wrap } from "claw";
import { connection, openOptions } from "claw/kit";
import { createAsking } from "./asking.ts";
import { readLines } from "./input.ts";
import { inputOf, linesOf, type Wire } from "./lines.ts";
import type { Run } from "./run.ts";

/** Runs until stdin ends and its last message is answered. The exit code is the last turn's. */
export async function converse(run: Run): Promise<number> {
  const { host, words, interrupts, output, ended } = run;
  if (connection(0) === "terminal") throw new ClawError("CLAW_USAGE", "stdin is a terminal", { hint: "Pipe lines of JSON in." });
  const line = (object: Wire): void => output.out(`${JSON.stringify(object)}\n`);
  const asking = createAsking(line);
  const asked = host.options["permission-prompt-tool"] === "stdio" ? { ask: asking.ask } : {};
  const shell = await host.open({ ...openOptions(host.options), ...asked });
  using _ = interrupts.on((reason) => shell.abort(reason));
  const inbox = createInbox();
  const done = new AbortController();
  if (words.length > 0) inbox.put({ text: words.join(" ") });
  const reading = (async (): Promise<void> => {
    try {
      for await (const message of linesOf(readLines(AbortSignal.any([interrupts.signal, done.signal])))) {
        if (message.type === "user") inbox.put(await inputOf(message).catch((thrown) => wrap(thrown, "CLAW_BUG")));
        else if (message.type === "control_request") line(respond(message, await control(message, shell, run)));
        else if (message.type === "control_response" && asking.answer(message)) shell.abort("interrupt");
      }
      inbox.end();
    } catch (thrown) {
      inbox.end(wrap(thrown, "CLAW_BUG"));
    } finally {
      asking.end();
    }
  })();
  try {
    let code: number | undefined;
    for await (const input of inbox.inputs()) {
      if (interrupts.reason !== undefined) break;
      // A message that cannot be taken has an error of its own; the next one is answered.
      const outcome: TurnOutcome = input instanceof ClawError ? { kind: "failed", error: input } : await shell.submit(input);
      code = await ended(outcome);
      if (outcome.kind === "exit") return code;
    }
    if (interrupts.reason !== undefined) return code ?? ended({ kind: "aborted", reason: interrupts.reason });
    if (code !== undefined) return code;
    throw new ClawError("CLAW_USAGE", "stdin had no message", {
      hint: 'Write lines like {"type":"user","message":{"role":"user","content":"…"}}.',
    });
  } finally {
    // Else an open stdin would keep the process alive.
    done.abort();
    await reading;
    await shell.close();
  }
}

// --- internal ---

type Outcome = { readonly response: Json } | { readonly error: string };

/** Does what a control request asks, before the next line is read: what follows it may count on it. */
async function control(message: Wire, shell: Shell, { host }: Run): Promise<Outcome> {
  const request = (message["request"] ?? {}) as Wire;
  try {
    switch (request["subtype"]) {
      case "initialize":
        return { response: { commands: commandsOf(host), output_style: "default" } };
      case "interrupt":
        shell.abort("interrupt");
        return { response: {} };
      case "set_model":
        await chooseModel(request["model"], shell, host);
        return { response: {} };
      case "set_permission_mode":
        if (typeof request["mode"] !== "string") return { error: "set_permission_mode needs a mode" };
        shell.select({ "permission-mode": request["mode"] });
        return { response: { mode: shell.selection["permission-mode"] } };
      default:
        return { error: `unknown control request: ${request["subtype"]}` };
    }
  } catch (thrown) {
    const { message: text, info } = wrap(thrown, "CLAW_BUG");
    return { error: info.hint === undefined ? text : `${text}. ${info.hint}` };
  }
}

/** Throws where its provider has no such model, or could not be asked: then the session keeps the one it has. */
async function chooseModel(wanted: Json | undefined, shell: Shell, host: Run["host"]): Promise<void> {
  if (typeof wanted !== "string") return shell.select({ model: host.config.model });
  const provider = await host.get("provider", shell.selection.provider);
  await provider.resolve(wanted);
  shell.select({ model: wanted });
}

function respond(message: Wire, outcome: Outcome): Wire {
  const about = { request_id: message["request_id"] ?? null };
  const response = "error" in outcome ? { subtype: "error", ...about, ...outcome } : { subtype: "success", ...about, ...outcome };
  return { type: "control_response", response };
}

function commandsOf(host: Run["host"]): Json {
  const listed = host.plugins().flatMap(({ manifest }) => manifest.contributes?.command ?? []);
  return listed.flatMap((one) =>
    typeof one !== "string" && one.slash === true ? [{ name: one.name, description: one.summary ?? "", argumentHint: one.usage ?? "" }] : [],
  );
}

/** Inputs, and what is wrong with those that are none, in order and for one reader; it waits while there is none and more may come. */
function createInbox() {
  const waiting: (Input | ClawError)[] = [];
  let over = false;
  let error: ClawError | undefined;
  let arrived = Promise.withResolvers<void>();
  const wake = (): void => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  return {
    put(input: Input | ClawError): void {
      waiting.push(input);
      wake();
    },
    end(why?: ClawError): void {
      over = true;
      error = why;
      wake();
    },
    async *inputs(): AsyncGenerator<Input | ClawError> {
      while (true) {
        const input = waiting.shift();
        if (input !== undefined) yield input;
        else if (error !== undefined) throw error;
        else if (over) return;
        else await arrived.promise;
      }
    },
  };
}
