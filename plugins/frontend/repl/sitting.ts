// A person's sitting: puts prompt, questions, turns and the screen together, and ends with the exit code.
import type { AnyEvent, Host, OpenOptions, Shell } from "claw";
import {
  clipCells,
  type EditorEffect,
  type GoOn,
  type Key,
  keyName,
  type Screen,
  StatusLine,
  safeLines,
  systemKeychain,
  Themes,
  within,
} from "claw/kit";
import { Conversation } from "./conversation.ts";
import { type Ending, watchEnd } from "./ending.ts";
import type { Config, Seat } from "./index.ts";
import { createKeys, type Keys, scrollAway } from "./keys.ts";
import { openLine } from "./line.ts";
import { createModes } from "./modes.ts";
import { createPrompt, type Prompt } from "./prompt.ts";
import { createQuestions, type Questions } from "./questions.ts";
import { getReady } from "./ready.ts";
import { chooseSession } from "./sessions.ts";
import { openView, type View } from "./view.ts";

export interface SittingOptions {
  /** What the session starts with; empty for nothing. */
  readonly text: string;
  /** What is said once the session is open. */
  readonly greeting: readonly string[];
  readonly host: Host;
  /** Opened. */
  readonly screen: Screen;
  readonly asked: OpenOptions;
  readonly config: Config;
  readonly seat: Seat;
}

/** Rejects when the session cannot be opened; the screen is then still open. */
export async function sit(options: SittingOptions): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const ending = stack.use(watchEnd(options.screen));
  const sitting = await Promise.race([sitDown(options, ending, stack), ending.code]);
  if (typeof sitting === "number") return sitting;
  return await ending.code;
}

// --- internal ---

/** What stands before there is a session. */
interface Desk {
  readonly options: SittingOptions;
  readonly themes: Themes;
  readonly questions: Questions;
  readonly prompt: Prompt;
  readonly view: View;
}

async function sitDown(options: SittingOptions, ending: Ending, stack: AsyncDisposableStack): Promise<void> {
  const { host, screen, asked, seat, text } = options;
  const said: AnyEvent[] = [];
  const hearing = stack.use(host.bus.on("notice.raised", (event) => void said.push(event)));
  const [themes, { line, editor }] = await Promise.all([host.use(Themes), openLine(host)]);
  stack.use(line);
  let keys: Keys | undefined;
  let talk: Conversation | undefined;
  // Until there is a session, what keys ask for waits.
  const early: EditorEffect[] = [];
  const effect = (one: EditorEffect): void => {
    if (screen.plain && one.kind === "submit" && talk?.busy !== true) view?.echoed(one.input.text.trim());
    if (keys !== undefined) keys.take(one);
    else if (one.kind === "interrupt" || one.kind === "exit") ending.end(0);
    else early.push(one);
  };
  let view: View | undefined;
  const work = stack.use(watchWork(host, () => talk?.shell.session.id));
  const questions = createQuestions({
    screen,
    themes,
    cwd: () => talk?.shell.session.cwd ?? host.cwd,
    stop: () => keys?.stop(),
    alone: () => talk?.busy === true && !work.stepping,
    planned: () => work.planning,
    tell: (said) => view?.tell(said),
  });
  /** Up on an empty prompt takes back what waits, before what was typed longer ago. */
  const touched = (key: Key): boolean => {
    questions.touched(key);
    const waited = keyName(key) === "up" && line.text === "" ? talk?.recall() : undefined;
    if (waited !== undefined) line.replace(waited);
    return waited !== undefined;
  };
  const prompt = stack.use(createPrompt({ screen, themes, editor: line, effect, touched }));
  view = stack.use(await openView(host, screen, options.config.renderer, said));
  hearing[Symbol.dispose]();
  prompt.front();
  const desk: Desk = { options, themes, questions, prompt, view };
  const shell = await host.open({ ...(await chooseSession(host, asked, questions, ending.signal)), ask: questions });
  screen.print(options.greeting);
  const conversation = converse(desk, shell, ending, stack, (where) => {
    if (where.text !== undefined) line.replace(where.text);
    prompt.update();
  });
  talk = conversation;
  const modes = stack.use(createModes(host, () => conversation.shell));
  const leave = (): void => ending.end(0);
  const { signal } = ending;
  keys = createKeys({ host, screen, themes, line, editor, prompt, questions, conversation, nextMode: modes.next, leave, signal });
  seat.goOn = (where) => conversation.goOn(where);
  seat.suggest = (what) => {
    line.replace(what);
    prompt.update();
  };
  stack.defer(() => {
    seat.goOn = undefined;
    seat.suggest = undefined;
  });
  for (const text of host.warnings()) host.bus.emit("notice.raised", { level: "warn", text });
  for (const one of early.splice(0)) keys.take(one);
  void getReady({ host, screen, conversation, questions, text, signal, ...(options.config.keychain && { keychain: systemKeychain }) });
}

/** Whether the model of the session in front works; and whether a call that ends plan mode runs: what is asked then is whether to carry out a plan. */
function watchWork({ bus }: Host, front: () => string | undefined): Disposable & { readonly stepping: boolean; readonly planning: boolean } {
  const running = new Set<string>();
  let stepping = false;
  const listening = [
    bus.on("call.started", ({ data }) => void (data.tool === "ExitPlanMode" && running.add(data.id))),
    bus.on("call.ended", ({ data }) => void running.delete(data.id)),
    bus.on("step.started", ({ session }) => {
      if (session === front()) stepping = true;
    }),
    bus.on("turn.ended", ({ session }) => {
      if (session === front()) stepping = false;
    }),
  ];
  return {
    get stepping() {
      return stepping;
    },
    get planning() {
      return running.size > 0;
    },
    [Symbol.dispose]() {
      for (const one of listening) one[Symbol.dispose]();
    },
  };
}

/** The conversation, with what is shown of its session; both end with the stack. */
function converse(
  { options, themes, questions, view }: Desk,
  first: Shell,
  ending: Ending,
  stack: AsyncDisposableStack,
  moved: (where: GoOn) => void,
) {
  const { host, screen, asked } = options;
  const front = createFront(host, screen);
  const conversation: Conversation = new Conversation({
    host,
    shell: first,
    open: async (where) => {
      const { text: _, cleared, said, ...which } = where;
      const shell = await host.open({ ...which, ask: questions, selection: conversation.shell.selection });
      if (cleared === true) scrollAway(screen);
      if (where.ref !== undefined) view.replay(shell.session);
      if (said !== undefined) host.bus.emit("notice.raised", { level: "info", text: said });
      front.show(shell);
      moved(where);
      return shell;
    },
    changed: () => showWaiting(conversation, screen, themes),
    began: (what) => screen.title(`claw · ${clipped(what)}`),
    end: ending.end,
  });
  if (asked.ref !== undefined) view.replay(first.session);
  front.show(first);
  showWaiting(conversation, screen, themes);
  stack.defer(async () => {
    const { session } = conversation.shell;
    front.close();
    await within(conversation.close(ending.reason), CLOSE_MS);
    if (session.messages.length > 0 && session.path !== undefined) screen.print(["", themes.current.paint("dim", `To go on: claw -r ${session.id}`)]);
  });
  return conversation;
}

/** The status line of the session in front, once there is time for it. */
function createFront(host: Host, screen: Screen) {
  let status: Disposable | undefined;
  let current: Shell | undefined;
  screen.title(`claw · ${clipped(host.cwd.split("/").at(-1) ?? "")}`);
  return {
    show(shell: Shell): void {
      current = shell;
      status?.[Symbol.dispose]();
      status = undefined;
      // Without the service there is no status line.
      void host.use(StatusLine).then(
        (lines) => {
          if (current === shell) status = lines.open(shell);
        },
        () => undefined,
      );
    },
    close(): void {
      current = undefined;
      status?.[Symbol.dispose]();
    },
  };
}

const CLOSE_MS = 1_500;
const MOST_WAITING = 5;

/** What waits, one row each. A plain screen says instead when it is the person's turn. */
function showWaiting(conversation: Conversation, screen: Screen, { current: { paint } }: Themes): void {
  const { waiting } = conversation;
  if (screen.plain) {
    if (!conversation.busy && waiting.length === 0) screen.print(["> "]);
    return;
  }
  const rows = waiting.slice(0, MOST_WAITING).map((text) => `  ⏵ ${safeLines(text)[0] ?? ""}`);
  const more = waiting.length - rows.length;
  if (more > 0) rows.push(`  … ${more} more`);
  const [last = ""] = rows.splice(-1);
  const shown = (columns: number): readonly string[] => {
    const change = conversation.recallable ? "  (↑ takes it back)" : "";
    return [...rows, clipCells(last, Math.max(1, columns - change.length)) + change].map((row) => paint("dim", row));
  };
  screen.live("queue", waiting.length === 0 ? [] : (columns) => ({ lines: ["", ...shown(columns)] }));
}

function clipped(text: string): string {
  return (safeLines(text)[0] ?? "").slice(0, 60).toWellFormed();
}
