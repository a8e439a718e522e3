// What a run says in words. Keeps one message at a time, whatever the length of the stream.
import type { AnyEvent, Renderer } from "claw";
import { clipLine, createReport, failureOfEnd, failureText, plain, textOfBlocks } from "claw/kit";

/** Which of stdout and stderr is a terminal, and whether progress is wanted where none is. */
export interface Screens {
  readonly answers: boolean;
  readonly progress: boolean;
  readonly verbose: boolean;
}

/** `screens` is asked once, when the renderer is opened. */
export function createTextRenderer(screens: () => Screens): Renderer {
  const report = createReport({ calls: false });
  let out: (text: string) => void = () => undefined;
  let err: (text: string) => void = () => undefined;
  let progress = false;
  /** A failed turn is told once its hint is known. */
  let untold = false;

  function end(): void {
    const ended = report.ended;
    if (ended === undefined) return;
    untold = ended.outcome === "failed";
    if (ended.outcome === "failed") return;
    const text = ended.outcome === "aborted" ? "" : report.text();
    if (text !== "") out(text.endsWith("\n") ? text : `${text}\n`);
    const failure = failureOfEnd(ended);
    if (failure !== undefined) err(failureText(failure));
  }
  return {
    name: "text",
    open(write, complain) {
      const { answers, progress: watched, verbose } = screens();
      out = answers ? (text) => write(plain(text)) : write;
      err = watched ? (text) => complain(plain(text)) : complain;
      progress = watched || verbose;
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
