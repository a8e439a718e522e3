// What is said and done in a session, in order: finished things go to the scrollback at once, the rest is the tail of the live region.
import type { EventMap } from "claw";
import { cutCells, headOf, type LaterLines, type Painted, type Screen, type StyleName, safeLines, type Theme, type Themes, tailOf } from "claw/kit";
import { callLine, endedLines, fullLines, type RunningCall, runningLines } from "./call.ts";
import { createHighlighter } from "./highlight.ts";
import type { Look } from "./marks.ts";
import { noticeLines } from "./notice.ts";
import { createMarkdownStream, type MarkdownStream, wrapText } from "./stream.ts";

/** Things of the same kind stand together; a blank line is between others. */
export type EntryKind = "user" | "text" | "thinking" | "call" | "notice";
export interface TranscriptOptions {
  readonly screen: Screen;
  readonly themes: Themes;
  /** Writes what comes while the screen is not open. */
  out(text: string): void;
  /** More lines below the running calls, of other sessions than those of `calls`. */
  below(columns: number, theme: Theme, calls: Iterable<RunningCall>): readonly string[];
  /** The time, in milliseconds. */
  now(): number;
}

export class Transcript {
  readonly #options: TranscriptOptions;
  /** Made with the first text: until then nothing of it is needed. */
  #text: MarkdownStream | undefined;
  readonly #running = new Map<string, RunningCall>();
  readonly #recent: { readonly started: EventMap["call.started"]; readonly ended: EventMap["call.ended"] }[] = [];
  #thoughts = "";
  /** What was thought since the last input, and not shown. */
  #hidden = "";
  /** How many of the recent calls were shown in full since the last one came. */
  #unfolded = 0;
  #last: EntryKind | undefined;
  /** The last entry is over: even one of the same kind is another. */
  #over = true;
  #looked: Look | undefined;
  /** The screen knows that the tail has changed. */
  #stale = false;
  /** The call whose beginning was said last, with nothing after it. */
  #announced: string | undefined;
  #thinkingShown: boolean;
  /** The text is not being written now. */
  #patient = false;

  constructor(options: TranscriptOptions, thinking: boolean) {
    this.#options = options;
    this.#thinkingShown = thinking;
  }

  /** Whether a call is running. */
  get calling(): boolean {
    return this.#running.size > 0;
  }
  /** `whole`: it is not being written now, and may be shown later. */
  text(delta: string, whole = false): void {
    this.#patient = whole;
    this.#endThoughts();
    this.#text ??= this.#stream();
    this.#text.push(delta);
    this.update();
  }
  thinking(delta: string): void {
    this.#thoughts += delta;
    // Lines that are over are shown; a thought without lines is shown in parts.
    const end = Math.max(
      this.#thoughts.lastIndexOf("\n") + 1,
      this.#thoughts.length > LONGEST_THOUGHT ? headOf(this.#thoughts, LONGEST_THOUGHT).length : 0,
    );
    if (end > 0) {
      this.#addThoughts(this.#thoughts.slice(0, end));
      this.#thoughts = this.#thoughts.slice(end);
    }
    this.update();
  }
  /** Shows thinking from now on, with what was thought since the last input, or no longer. */
  toggleThinking(): void {
    this.#thinkingShown = !this.#thinkingShown;
    this.notice("dim", this.#thinkingShown ? "Thinking is shown." : "Thinking is hidden from now on; alt-o shows it.");
    if (this.#thinkingShown) this.#addThoughts(this.#hidden);
    this.#hidden = "";
    this.#over = true;
  }
  /** What streamed so far is all there is of it. */
  flush(): void {
    this.#endThoughts();
    if (this.#text !== undefined) this.#add("text", this.#text.end(this.#look(this.#columns)));
    this.#over = true;
  }
  user(text: string): void {
    this.#hidden = "";
    const lines = wrapText(text.trim(), Math.max(1, this.#columns - 2));
    const shown = lines.length > MOST_USER ? [...lines.slice(0, MOST_USER - 1), `… ${lines.length - MOST_USER + 1} more lines`] : lines;
    this.entry(
      "user",
      shown.map((line, index) => this.#theme.paint("user", `${index === 0 ? ">" : " "} ${line}`)),
    );
  }
  notice(style: StyleName | undefined, text: string): void {
    if (style === undefined) this.entry("notice", noticeLines(text, this.#columns, this.#theme));
    else
      this.entry(
        "notice",
        wrapText(text.trimEnd(), this.#columns).map((line) => this.#theme.paint(style, line)),
      );
  }
  failure(message: string, hint: string | null): void {
    const rows = (style: StyleName, text: string): string[] =>
      wrapText(safeLines(text).join(" "), this.#columns).map((row) => this.#theme.paint(style, row));
    this.entry("notice", [...rows("error", `error: ${message}`), ...(hint === null ? [] : rows("dim", `hint: ${hint}`))]);
  }
  callStarted(started: EventMap["call.started"]): void {
    this.flush();
    this.#running.set(started.id, { started, at: this.#options.now() });
    // Where the tail is not shown, what may take long is said when it begins.
    if (this.#options.screen.plain) {
      this.#add("call", [callLine(started, "running", { columns: this.#columns, theme: this.#theme })]);
      this.#announced = started.id;
    }
    this.update();
  }
  callProgress({ id, update }: EventMap["call.progress"]): void {
    const call = this.#running.get(id);
    if (call === undefined) return;
    call.progress = update;
    this.update();
  }
  /** `about` is what is known of a call that never started. */
  callEnded(ended: EventMap["call.ended"], about: Pick<EventMap["call.started"], "subject" | "input"> = { subject: "", input: null }): void {
    const started = this.#running.get(ended.id)?.started ?? { id: ended.id, tool: ended.tool, access: "none", ...about };
    this.#running.delete(ended.id);
    this.#recent.unshift({ started, ended });
    this.#recent.splice(MOST_RECENT);
    this.#unfolded = 0;
    const { lines } = endedLines(started, ended, { columns: this.#columns, theme: this.#theme });
    this.#add("call", this.#announced === ended.id && !ended.failed ? lines.slice(1) : lines);
    this.update();
  }
  /** The last call in full; asked again, the one before it. */
  unfold(): void {
    const call = this.#recent[this.#unfolded];
    if (call === undefined) return;
    this.#unfolded += 1;
    this.entry("notice", fullLines(call.started, call.ended, { columns: this.#columns, theme: this.#theme }));
  }
  /** Calls that never ended are no longer running. */
  stop(): void {
    this.flush();
    this.#running.clear();
    this.update();
  }
  /** Another session: nothing of the last one is recalled. */
  reset(): void {
    this.stop();
    this.#recent.length = 0;
  }
  /** Adds something finished, apart from what came before. */
  entry(kind: EntryKind, lines: readonly string[]): void {
    this.#over = true;
    this.#add(kind, lines);
    this.#over = true;
  }
  /** The tail is to be painted again. */
  update(): void {
    if (this.#stale) return;
    this.#stale = true;
    this.#options.screen.live("tail", this.#paint);
  }

  get #theme(): Theme {
    return this.#options.themes.current;
  }
  get #columns(): number {
    return Math.max(1, this.#options.screen.columns - 1);
  }
  readonly #paint = (columns: number): Painted => {
    this.#stale = false;
    const look = this.#look(columns);
    if (this.#text !== undefined) this.#add("text", this.#text.take(look));
    const thoughts = this.#thinkingShown && this.#thoughts !== "" ? this.#thoughtLines(this.#thoughts, columns) : [];
    const open = [...thoughts, ...(this.#text?.tail(look) ?? [])];
    const kind = thoughts.length > 0 ? "thinking" : "text";
    const before = open.length > 0 && (this.#over || this.#last !== kind) && this.#last !== undefined ? [""] : [];
    const calls: string[] = [];
    for (const call of this.#running.values()) calls.push(...runningLines(call, this.#options.now(), { columns, theme: this.#theme }));
    const below = this.#options.below(columns, this.#theme, this.#running.values());
    const gap = calls.length + below.length > 0 && (open.length > 0 || this.#last !== "call") ? [""] : [];
    return { lines: [...before, ...open, ...gap, ...calls, ...below] };
  };
  #stream(): MarkdownStream {
    const highlighter = createHighlighter(() => this.update());
    return createMarkdownStream(
      (blocks, whole) => highlighter.paint(blocks, this.#theme, whole),
      (language) => highlighter.ready(language, this.#theme, this.#patient),
    );
  }
  /** The same one as long as nothing has changed. */
  #look(width: number): Look {
    const theme = this.#theme;
    const { plain, colors } = this.#options.screen;
    if (this.#looked?.width !== width || this.#looked.theme !== theme) this.#looked = { width, theme, links: !plain && colors > 0 };
    return this.#looked;
  }
  #add(kind: EntryKind, given: readonly string[] | LaterLines): void {
    const { opened } = this.#options.screen;
    const lines = "ready" in given && !opened ? given.lines() : given;
    if ("length" in lines && lines.length === 0) return;
    const apart = this.#last !== undefined && (this.#last !== kind || (this.#over && kind !== "call"));
    const gap = apart ? [""] : [];
    if ("ready" in lines) this.#options.screen.print({ ready: lines.ready, lines: () => [...gap, ...lines.lines()] });
    else if (opened) this.#options.screen.print([...gap, ...lines]);
    else this.#options.out(`${[...gap, ...lines].join("\n")}\n`);
    [this.#last, this.#over, this.#announced] = [kind, false, undefined];
  }
  #endThoughts(): void {
    if (this.#thoughts === "") return;
    this.#addThoughts(this.#thoughts);
    this.#thoughts = "";
    this.#over = true;
  }
  #addThoughts(text: string): void {
    if (!this.#thinkingShown) this.#hidden = tailOf(this.#hidden + text, MOST_HIDDEN);
    else if (text.trim() !== "") this.#add("thinking", this.#thoughtLines(text.replace(/\n$/, ""), this.#columns));
  }
  #thoughtLines(text: string, columns: number): string[] {
    const rows = wrapText(text, Math.max(1, columns - 2)).flatMap((row) => cutCells(row, Math.max(1, columns - 2)));
    return rows.map((row) => (row === "" ? "" : `  ${this.#theme.paint("thinking", row)}`));
  }
}

// --- internal ---

const MOST_USER = 40;
const MOST_RECENT = 20;
const LONGEST_THOUGHT = 4_096;
const MOST_HIDDEN = 64_000;
