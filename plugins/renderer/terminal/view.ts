// Events of an interactive session onto the screen. Decides what each means for the transcript, the spinner and the todos; draws nothing itself.
import type { AnyEvent, Block, EventMap, Json } from "claw";
import { failureOfEnd, type Screen, safeLines, type Themes, textOfBlocks, writtenIn } from "claw/kit";
import { Activity } from "./activity.ts";
import { Members } from "./members.ts";
import { TodoList } from "./todos.ts";
import { Transcript, type TranscriptOptions } from "./transcript.ts";

export class View {
  readonly #screen: Screen;
  readonly #transcript: Transcript;
  readonly #activity: Activity;
  readonly #todos: TodoList;
  readonly #members = new Members();
  #session: string | undefined;
  /** The input that the turn began with comes as a message too. */
  #expected = false;
  /** What of the current step has been streamed. */
  #streamed = { text: false, thinking: false };
  /** Calls that were asked for and have no result yet: those that are refused, or unknown, are never started. */
  readonly #asked = new Map<string, Asked>();
  /** Calls whose end was shown. */
  readonly #shown = new Set<string>();
  /** A failed turn is told once its hint is known. */
  #untold: EventMap["turn.ended"] | undefined;

  constructor(screen: Screen, themes: Themes, thinking: boolean, out: (text: string) => void) {
    this.#screen = screen;
    const below: TranscriptOptions["below"] = (columns, theme, calls) => this.#members.lines(columns, theme, calls);
    this.#transcript = new Transcript({ screen, themes, out, below, now: Date.now }, thinking);
    this.#todos = new TodoList(screen, themes);
    this.#activity = new Activity(screen, themes, () => {
      if (this.#transcript.calling) this.#transcript.update();
    });
  }
  close(): void {
    this.#tellFailure();
    this.#transcript.stop();
    this.#activity.stop("none");
    for (const slot of ["tail", "todos"] as const) this.#screen.live(slot, []);
  }
  toggle(what: EventMap["view.toggled"]["view"]): void {
    if (what === "details") this.#transcript.unfold();
    else if (what === "thinking") this.#transcript.toggleThinking();
    else this.#todos.toggle();
    this.#transcript.update();
  }
  render(event: AnyEvent): void {
    if (event.type === "session.opened" && event.data.parent === undefined) this.#open(event.session);
    else if (event.session === undefined || event.session === this.#session) this.#own(event);
    else this.#others(event);
  }

  #open(session: string | undefined): void {
    this.#session = session;
    this.#members.clear();
    this.#transcript.reset();
    this.#todos.set([]);
  }
  #others(event: AnyEvent): void {
    this.#members.add(event);
    if (event.type === "step.ended") this.#activity.used(event.data.usage.output, false);
    else if (event.type === "notice.raised" && event.data.level !== "info") this.#notice(event.data);
    if (event.type !== "text.delta" && event.type !== "thinking.delta") this.#transcript.update();
  }
  #own(event: AnyEvent): void {
    switch (event.type) {
      case "turn.started":
        this.#startTurn(event.data.text, event.at);
        break;
      case "turn.ended":
        this.#endTurn(event.data);
        break;
      case "step.started":
        this.#streamed = { text: false, thinking: false };
        this.#activity.doing("Working");
        break;
      case "step.ended":
        this.#activity.used(event.data.usage.output, true);
        break;
      case "step.failed":
        this.#failStep(event.data);
        break;
      case "text.delta":
        this.#streamed.text = true;
        this.#activity.doing("Writing");
        this.#activity.wrote(event.data.delta.length);
        this.#transcript.text(event.data.delta);
        break;
      case "thinking.delta":
        this.#streamed.thinking = true;
        this.#activity.doing("Thinking");
        this.#activity.wrote(event.data.delta.length);
        this.#transcript.thinking(event.data.delta);
        break;
      case "message.added":
        if (event.data.message.role === "user") this.#userMessage(event.data.message.content);
        else this.#answer(event.data.message.content);
        break;
      case "call.started":
        this.#activity.doing(`Running ${safeLines(event.data.tool).join(" ")}`);
        this.#transcript.callStarted(event.data);
        break;
      case "call.progress":
        this.#transcript.callProgress(event.data);
        break;
      case "call.ended":
        this.#activity.doing("Working");
        this.#shown.add(event.data.id);
        this.#transcript.callEnded(event.data);
        break;
      default:
        this.#told(event);
        break;
    }
  }
  #told(event: AnyEvent): void {
    switch (event.type) {
      case "notice.raised":
        this.#notice(event.data);
        break;
      case "plugin.failed":
        this.#notice({ level: "warn", text: `plugin ${event.data.plugin}: ${event.data.message} (${event.data.code})` });
        break;
      case "error.raised":
        this.#untold = undefined;
        this.#failure(event.data.message, event.data.hint);
        break;
      case "permission.decided":
        // Who asked the person has said so.
        if (event.data.by === "user" && event.data.decision.verdict === "deny") this.#shown.add(event.data.id);
        this.#asked.set(event.data.id, { tool: event.data.tool, subject: event.data.subject, input: null });
        break;
      case "session.compacted":
        this.#transcript.notice("dim", `The session was shortened: ${event.data.dropped} messages were summed up.`);
        break;
      case "session.closed":
        this.#transcript.stop();
        break;
      case "todo.changed":
        this.#todos.set(event.data.todos);
        break;
      case "task.ended":
        this.#transcript.notice("dim", `In the background, ${event.data.name}: ${event.data.state}.`);
        break;
      case "view.toggled":
        this.toggle(event.data.view);
        break;
      case "theme.changed":
        this.#transcript.update();
        break;
    }
  }
  #startTurn(text: string, at: number): void {
    this.#tellFailure();
    this.#expected = true;
    if (text.trim() !== "") this.#transcript.user(text);
    this.#activity.start(at);
  }
  #endTurn(ended: EventMap["turn.ended"]): void {
    this.#transcript.stop();
    this.#expected = false;
    this.#asked.clear();
    this.#shown.clear();
    this.#activity.stop(ended.outcome === "failed" ? "failed" : "none");
    if (ended.outcome === "failed") this.#untold = ended;
    else if (ended.outcome === "aborted") this.#transcript.notice("warning", "Interrupted.");
    else {
      const failure = failureOfEnd(ended);
      if (failure !== undefined) this.#failure(failure.message, failure.hint);
    }
    if (this.#todos.done) this.#todos.set([]);
  }
  #tellFailure(): void {
    const failure = this.#untold === undefined ? undefined : failureOfEnd(this.#untold);
    this.#untold = undefined;
    if (failure !== undefined) this.#failure(failure.message, failure.hint);
  }
  #failStep({ message, again, afterMs }: EventMap["step.failed"]): void {
    this.#transcript.flush();
    if (!again) return;
    const wait = afterMs === undefined || afterMs < 100 ? "" : ` in ${(afterMs / 1_000).toFixed(1)} s`;
    const void_ = this.#streamed.text ? " What stands above is void." : "";
    this.#activity.doing("Waiting to try again");
    this.#transcript.notice("warning", `${message}; trying again${wait}.${void_}`);
  }
  #userMessage(content: readonly Block[]): void {
    for (const block of content) if (block.type === "result") this.#result(block);
    const text = [writtenIn({ role: "user", content }), ...unnamedImages(content)].filter((part) => part !== "").join("\n");
    if (text === "") return;
    if (!this.#expected) this.#transcript.user(text);
    this.#expected = false;
  }
  #result({ id, content, failed }: Extract<Block, { type: "result" }>): void {
    const { tool = "call", ...about } = this.#asked.get(id) ?? { subject: "", input: null };
    if (!this.#shown.has(id)) this.#transcript.callEnded({ id, tool, failed, ms: 0, content }, about);
    this.#asked.delete(id);
    this.#shown.delete(id);
  }
  /** What was not streamed is shown now. */
  #answer(content: readonly Block[]): void {
    for (const block of content) {
      if (block.type === "call")
        this.#asked.set(block.id, { subject: subjectOf(block.input), ...this.#asked.get(block.id), tool: block.tool, input: block.input });
      if (block.type === "thinking" && !this.#streamed.thinking) this.#transcript.thinking(block.text);
      else if (block.type === "text" && !this.#streamed.text) this.#transcript.text(block.text, true);
    }
    this.#streamed = { text: false, thinking: false };
    this.#transcript.flush();
  }
  #notice({ level, text }: EventMap["notice.raised"]): void {
    if (level === "info") this.#transcript.notice(undefined, text);
    else this.#transcript.notice(level === "warn" ? "warning" : "error", `${level === "warn" ? "warning" : "error"}: ${text}`);
  }
  #failure(message: string, hint: string | null): void {
    this.#transcript.failure(message, hint);
  }
}

// --- internal ---

type Asked = Readonly<{ tool: string; subject: string; input: Json }>;

/** Images that no words of the message stand for, as `[Image #1]` does. */
function unnamedImages(content: readonly Block[]): readonly string[] {
  const images = content.filter((block) => block.type === "image");
  const named = textOfBlocks(content, "\n").match(/\[Image #\d+\]/g)?.length ?? 0;
  return images.slice(named).map(({ mediaType }) => `[image: ${mediaType}]`);
}

/** The first words of an input: most often its path or its command. */
function subjectOf(input: Json): string {
  const values = typeof input === "object" && input !== null ? Object.values(input) : [input];
  return values.find((value) => typeof value === "string") ?? "";
}
