// The order of a stream's lines: what each event becomes, and when. Their shapes are in `wire.ts`.
import type { AnyEvent, Message, Renderer } from "claw";
import { createReport, type Failure, failureText, NO_USAGE, STOPS } from "claw/kit";
import { createPartials, type Partials } from "./partials.ts";
import { assistantLine, compactLine, initLine, type Line, retryLine, type Start, type Step, userLine } from "./wire.ts";

type Write = (text: string) => void;

/** With `partial`, messages are also shown while they are written. `about` is asked once, when the renderer is opened. */
export function createStreamRenderer(partial: boolean, about: () => Promise<Start>): Renderer {
  const report = createReport({ calls: false });
  let stream: ReturnType<typeof createStream> | undefined;
  let start: Start | undefined;
  let err: Write = () => undefined;
  const servers = new Map<string, string>();
  return {
    name: "stream-json",
    async open(out, complain) {
      err = complain;
      const line = (object: Line): void => out(`${JSON.stringify({ ...object, session_id: report.session ?? "", uuid: crypto.randomUUID() })}\n`);
      const partials = partial ? createPartials((event) => line({ type: "stream_event", event, parent_tool_use_id: null })) : undefined;
      start = await about();
      const init = (): void => line(initLine(start!, report.model, servers));
      stream = createStream({ line, init, partials, result: (failure) => out(`${JSON.stringify(report.result(failure))}\n`) });
    },
    render(event) {
      report.add(event);
      if (event.type === "error.raised") stream?.tell(event.data);
      else if (event.type === "notice.raised" && event.data.level === "error") err(failureText({ message: event.data.text, hint: null }));
      else if (event.type === "selection.changed" && start !== undefined && event.session === report.session)
        start = { ...start, model: event.data.model, permissionMode: event.data["permission-mode"] };
      else if (event.type === "mcp.changed") {
        if (event.session === report.session) servers.set(event.data.server, event.data.state);
      } else if (event.session !== undefined && event.session === report.session) stream?.take(event, report.model ?? "");
    },
    close: () => stream?.close(),
  };
}

// --- internal ---

interface Outlet {
  line(object: Line): void;
  init(): void;
  result(failure?: Failure): void;
  readonly partials: Partials | undefined;
}

function createStream({ line, init, result, partials }: Outlet) {
  let step: Step = { id: "", stop: null, usage: NO_USAGE };
  let opened = false;
  /** A failed turn is told once its hint is known. */
  let untold = false;

  function open(): void {
    if (!opened) init();
    opened = true;
  }
  function tell(failure?: Failure): void {
    untold = false;
    result(failure);
  }
  function message(said: Message, model: string): void {
    // The prompt is the reader's own; only what tools answered is news.
    if (said.role === "user") {
      if (said.content.some((block) => block.type === "result")) line(userLine(said.content));
      return;
    }
    partials?.end(said.content, step);
    line(assistantLine(said.content, model, step));
  }
  function take(event: AnyEvent, model: string): void {
    switch (event.type) {
      case "step.started":
        open();
        step = { id: `msg_${crypto.randomUUID().replaceAll("-", "")}`, stop: null, usage: NO_USAGE };
        partials?.start(step.id, event.data.model);
        break;
      case "text.delta":
        partials?.add("text", event.data.delta);
        break;
      case "thinking.delta":
        partials?.add("thinking", event.data.delta);
        break;
      case "step.ended":
        step = { ...step, stop: STOPS[event.data.stop], usage: event.data.usage };
        break;
      case "step.failed":
        if (event.data.again) line(retryLine(event.data));
        break;
      case "message.added":
        message(event.data.message, model);
        break;
      case "session.compacted":
        line(compactLine(event.data.dropped));
        break;
      case "turn.ended":
        untold = event.data.outcome === "failed";
        if (untold) return;
        open();
        tell();
    }
  }
  return { take, tell, close: () => (untold ? tell() : undefined) };
}
