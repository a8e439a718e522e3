// What a run says in words. Keeps one message at a time, whatever the length of the stream.
import type { AnyEvent, Json, Renderer } from "claw";
import { clipLine, createReport, failureOfEnd, failureText, plain, textOfBlocks } from "claw/kit";

/** Which of stdout and stderr is a terminal, whether progress is wanted where none is, and whether the answer is to be of a schema. */
export interface Screens {
  readonly answers: boolean;
  readonly progress: boolean;
  readonly verbose: boolean;
  readonly structured?: boolean;
}

/** `screens` is asked once, when the renderer is opened. */
export function createTextRenderer(screens: () => Screens): Renderer {
  const report = createReport({ calls: false });
  let out: (text: string) => void = () => undefined;
  let err: (text: string) => void = () => undefined;
  let progress = false;
  /** How structured output is set out: for people, or on one line. */
  let indent = 0;
  /** Whoever reads stdout reads it as JSON: words are no answer there. */
  let strict = false;
  /** A failed turn is told once its hint is known. */
  let untold = false;

  function end(): void {
    const ended = report.ended;
    if (ended === undefined) return;
    untold = ended.outcome === "failed";
    if (ended.outcome === "failed") return;
    const structured = report.result()["structured_output"];
    const text = ended.outcome === "aborted" ? "" : structured === undefined ? report.text() : JSON.stringify(structured, null, indent);
    const write = strict && structured === undefined && report.model !== undefined ? err : out;
    if (text !== "") write(text.endsWith("\n") ? text : `${text}\n`);
    const failure = failureOfEnd(ended);
    if (failure !== undefined) err(failureText(failure));
  }
  return {
    name: "text",
    open(write, complain) {
      const { answers, progress: watched, verbose, structured = false } = screens();
      out = answers ? (text) => write(plain(text)) : write;
      err = watched ? (text) => complain(plain(text)) : complain;
      progress = watched || verbose;
      indent = answers ? 2 : 0;
      strict = structured;
    },
    render(event) {
      report.add(event);
      if (event.type === "error.raised") {
        untold = false;
        err(failureText(event.data));
      } else if (event.type === "notice.raised" && event.data.level === "error") {
        err(`error: ${event.data.text}\n`);
      } else if (event.type === "turn.ended") {
        if (event.session === report.session) end();
      } else if (progress) {
        const line = progressOf(event, report.model !== undefined);
        if (line !== undefined) err(`${line}\n`);
      } else if (event.type === "call.ended" && event.session === report.session) {
        // What the model tells the user on the way is a notice where somebody watches, and is for them all the same where nobody does.
        const told = field(event.data.details, "user_message");
        if (typeof told === "string") err(`${told}\n`);
      }
    },
    close() {
      const failure = untold && report.ended !== undefined ? failureOfEnd(report.ended) : undefined;
      if (failure !== undefined) err(failureText(failure));
    },
  };
}

// --- internal ---

const WIDTH = 160;

function field(value: Json | undefined, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Json })[key] : undefined;
}

/** Info before the first request is what a command has to say, and that is the answer. */
function progressOf(event: AnyEvent, asked: boolean): string | undefined {
  switch (event.type) {
    case "call.started":
      return `· ${event.data.tool} ${firstLine(event.data.subject)}`.trimEnd();
    case "call.ended":
      return event.data.failed ? `  failed: ${firstLine(textOfBlocks(event.data.content))}` : undefined;
    case "permission.decided":
      return event.data.decision.verdict === "deny" ? `  refused: ${firstLine(event.data.decision.reason)}` : undefined;
    case "notice.raised":
      if (event.data.level === "warn") return `warning: ${event.data.text}`;
      return asked ? event.data.text : undefined;
    case "plugin.failed":
      return `warning: plugin ${event.data.plugin}: ${event.data.message} (${event.data.code})`;
    case "step.failed":
      return event.data.again ? `  ${firstLine(event.data.message)}; trying again${after(event.data.afterMs)}` : undefined;
    case "session.compacted":
      return `  shortened the session: ${event.data.dropped} messages summed up`;
    default:
      return undefined;
  }
}

function firstLine(text: string): string {
  const line = text.trimStart();
  const end = line.indexOf("\n");
  return end === -1 ? clipLine(line, WIDTH) : `${clipLine(line.slice(0, end), WIDTH)} …`;
}

function after(ms: number | undefined): string {
  return ms === undefined || ms < 100 ? "" : ` in ${(ms / 1_000).toFixed(1)} s`;
}
