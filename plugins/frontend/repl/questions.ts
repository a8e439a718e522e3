// Asks the person at the screen: one question at a time, in the place of the editor. What was typed before a question stood there answers nothing.
import { type Answer, type Ask, ClawError, type Question } from "claw";
import { clipCells, type Key, keyName, type Screen, safeLines, type Themes, wrapCells } from "claw/kit";
import { askedAs, choicesOf } from "./choices.ts";
import { createDialog, type DialogOptions } from "./dialog.ts";
import { createPlainDialog } from "./plain-dialog.ts";
import { proposalLines } from "./proposal.ts";

export interface QuestionsOptions {
  readonly screen: Screen;
  readonly themes: Themes;
  /** The folder that a call's paths are of. */
  cwd(): string;
  /** Esc: what runs, if anything does, is to stop. */
  stop(): void;
  /** Only a command of the person's own runs: Esc then leaves its question, and nothing has to be stopped. */
  alone(): boolean;
  /** Whether what is asked is about a plan of the model's. */
  planned(): boolean;
  /** Shows Markdown for good, above the question. */
  tell(text: string): void;
}
export interface Questions extends Ask {
  /** A question stands on the screen. */
  readonly open: boolean;
  /** A key was pressed that was meant for something else. */
  touched(key: Key): void;
  /** Like `choose` for free text, which is not shown as it is written where the terminal lets that be; it says so. `undefined` when it was left. */
  secret(text: string, signal: AbortSignal): Promise<string | undefined>;
}

export function createQuestions(options: QuestionsOptions): Questions {
  const { screen } = options;
  let last: Promise<unknown> = Promise.resolve();
  let open = false;
  let restless = Number.NEGATIVE_INFINITY;

  async function show(given: Question, secret: boolean, signal: AbortSignal): Promise<Answer> {
    const question = askedAs(given, screen.plain);
    const asked = { ...question, secret, ...(options.planned() && { reasoned: true }), ...(await prepare(question, options)) };
    const calm = await quiet(() => restless, signal);
    if (signal.aborted) throw aborted(signal);
    open = true;
    try {
      const leaves = (): boolean => question.call === undefined && question.agent === undefined && question.choices.length > 0 && options.alone();
      const cancel = (): Answer | undefined => (leaves() ? NOTHING : void options.stop());
      const answer = await (screen.plain
        ? answeredByLines(asked, options, cancel, signal)
        : answered(asked, options, cancel, calm ? 0 : QUIET_MS, signal));
      record(question, answer, options);
      return answer;
    } finally {
      open = false;
      screen.live("question", []);
    }
  }
  /** After the questions before it. */
  const ask = (question: Question, secret: boolean, signal: AbortSignal): Promise<Answer> => {
    const work = last.then(() => undefined).then(() => (signal.aborted ? Promise.reject(aborted(signal)) : show(question, secret, signal)));
    last = work.catch(() => undefined);
    return orAborted(work, signal);
  };
  return {
    get open() {
      return open;
    },
    touched({ key }) {
      restless = performance.now() + (key === "enter" || key === "escape" ? ENTERED_MS : QUIET_MS);
    },
    choose: (question, signal) => ask(question, false, signal),
    secret: async (text, signal) => {
      // A terminal that edits lines shows them too.
      const how = screen.plain ? "Your terminal shows it while you type." : "It is not shown.";
      return (await ask({ text: `${text} ${how}`, choices: [] }, true, signal)).text;
    },
  };
}

// --- internal ---

/** So long nobody may have typed before a question is shown: whoever is in the middle of a word answers nothing. After Enter or Esc less is enough. */
const QUIET_MS = 400;
const ENTERED_MS = 150;
const LONGEST_WAIT_MS = 3_000;
/** So soon another letter follows where a word is typed. */
const WORD_MS = 200;
/** A terminal that takes longer to show the question gets keys that were pressed without seeing it. */
const SLOW_MS = 250;

/** Waits until nobody types; gives `false` when somebody did not stop. */
async function quiet(until: () => number, signal: AbortSignal): Promise<boolean> {
  const latest = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    // What lies in the terminal's buffer comes first.
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    const now = performance.now();
    if (signal.aborted || now >= until()) return true;
    if (now > latest) return false;
    await new Promise<void>((resolve) => setTimeout(resolve, Math.min(until(), latest + 1) - now));
  }
}

/** What stands above the choices. What there is no room for goes to the scrollback, whole. */
async function prepare(question: Question, options: QuestionsOptions): Promise<{ heading: readonly string[]; body: readonly string[] }> {
  const { screen, themes } = options;
  const theme = themes.current;
  const asker = question.agent === undefined ? "" : `[${safeLines(question.agent).join(" ")}] `;
  const lines = safeLines(question.text.trim());
  const room = Math.max(1, screen.rows - ROOM_BELOW - (question.call === undefined ? 0 : lines.length) - rowsOfChoices(question, screen.columns));
  const tall = (rows: readonly string[]): boolean =>
    rows.reduce((sum, row) => sum + Math.max(1, Math.ceil(Bun.stringWidth(row) / Math.max(1, screen.columns - 1))), 0) > room;
  if (question.call === undefined) {
    const parts = question.text.trim().split(/\n\s*\n/);
    const marked = (rows: readonly string[]): readonly string[] => rows.map((line, at) => (at === 0 ? asker + line : line));
    if (parts.length < 2 || !(options.planned() || tall(lines))) return { heading: marked(lines.slice(0, room)), body: [] };
    // A plan is the model's own words. What others have written is shown as it is: Markdown can hide things.
    if (options.planned()) options.tell(parts.slice(0, -1).join("\n\n"));
    else screen.print(["", ...safeLines(parts.slice(0, -1).join("\n\n"))]);
    return { heading: marked(safeLines(parts.at(-1) ?? "")), body: [] };
  }
  const body = await proposalLines(question.call, options.cwd(), theme);
  const heading = lines.map((line, at) => (at === 0 ? asker + line : line));
  if (!tall(body)) return { heading, body };
  screen.print(["", ...heading.map((line, at) => (at === 0 ? theme.paint("accent", line) : line)), ...body]);
  return { heading, body: [theme.paint("dim", `(all ${body.length} lines stand above)`)] };
}
/** Rows besides heading, body and choices: two gaps, the help, what stands around a question, and one to spare. */
const ROOM_BELOW = 7;

function rowsOfChoices(question: Question, columns: number): number {
  const width = Math.max(1, columns - 5);
  return choicesOf(question).reduce(
    (sum, { below }) => sum + 1 + below.reduce((rows, line) => rows + Math.ceil(Bun.stringWidth(line) / width), 0),
    0,
  );
}

/** Draws the dialog, and listens until it has an answer; deaf for the first moments when somebody types on and on. */
async function answered(
  asked: DialogOptions,
  { screen, themes }: QuestionsOptions,
  cancel: () => Answer | undefined,
  deafMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const dialog = createDialog(asked);
  const result = Promise.withResolvers<Answer>();
  const paint = (): void => screen.live("question", (columns, rows) => dialog.paint(columns, rows, themes.current));
  const drawn = performance.now();
  let deaf = drawn + deafMs;
  /** A letter that says yes, until no other follows: the first letter of a word says nothing. */
  let held: { readonly answer: Answer; readonly timer: ReturnType<typeof setTimeout> } | undefined;
  const take = (key: Key): void => {
    const leaves = key.key === "escape" || (key.ctrl && key.key === "c");
    const now = performance.now();
    const before = held;
    clearTimeout(held?.timer);
    held = undefined;
    if (before !== undefined && !writes(key) && !leaves) result.resolve(before.answer);
    else if ((before !== undefined || now < deaf) && !leaves) deaf = Math.max(deaf, now + QUIET_MS);
    else {
      const pressed = dialog.press(key);
      if (pressed === "cancelled") end(result, cancel());
      else if (pressed === "strange") deaf = now + QUIET_MS;
      else if (pressed !== "taken") {
        if (/^[a-z]$/i.test(key.text ?? "") && pressed.choice !== "no")
          held = { answer: pressed, timer: setTimeout(result.resolve, WORD_MS, pressed) };
        else result.resolve(pressed);
      }
    }
    paint();
  };
  /** Keys that come while the terminal still draws. */
  let early: Key[] | undefined = [];
  using _ = screen.onKey((key) => {
    if (PASSED.has(keyName(key))) return false;
    if (early === undefined) take(key);
    else if (performance.now() >= drawn + deafMs) early.push(key);
    return true;
  });
  paint();
  await screen.flush();
  const kept = performance.now() - drawn < SLOW_MS ? early : [];
  early = undefined;
  for (const key of kept) take(key);
  return await orAborted(result.promise, signal).finally(() => clearTimeout(held?.timer));
}

/** What one looks at before answering goes on to the prompt: calls in full, thinking, todos; and leaving for the shell. */
const PASSED: ReadonlySet<string> = new Set(["ctrl+o", "alt+o", "ctrl+t", "ctrl+z"]);

function writes({ text, ctrl, alt, paste }: Key): boolean {
  return paste !== undefined || (!ctrl && !alt && text !== undefined);
}

/** The same where the terminal hands over whole lines, and shows what is typed by itself. */
async function answeredByLines(
  asked: DialogOptions,
  { screen, themes }: QuestionsOptions,
  cancel: () => Answer | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const dialog = createPlainDialog(asked, themes.current, (lines) =>
    screen.print(lines.flatMap((line) => wrapCells(line, Math.max(1, screen.columns - 1)))),
  );
  const result = Promise.withResolvers<Answer>();
  using _ = screen.onKey((key) => {
    const pressed = dialog.press(key);
    if (pressed === "cancelled") end(result, cancel());
    else if (typeof pressed === "object") result.resolve(pressed);
    return true;
  });
  dialog.ask();
  return await orAborted(result.promise, signal);
}

/** Without an answer what asked is over. */
function end(result: PromiseWithResolvers<Answer>, answer: Answer | undefined): void {
  if (answer === undefined) result.reject(new ClawError("CLAW_ABORTED", "the question was left unanswered"));
  else result.resolve(answer);
}

/** None of the choices. */
const NOTHING: Answer = { choice: "" };

/** What was refused or said stays to be read. What was allowed is shown by what it does. */
function record(question: Question, { choice, text }: Answer, { screen, themes }: QuestionsOptions): void {
  const { paint } = themes.current;
  if (question.call === undefined || choice !== "no") return;
  const what = safeLines(question.call.subject).join(" ⏎ ");
  const why = text === undefined ? "" : `: ${safeLines(text).join(" ")}`;
  const line = `${paint("error", "●")} ${paint("tool", safeLines(question.call.tool).join(" "))} ${what}`;
  screen.print(["", clipCells(line, Math.max(1, screen.columns - 1)), `  ${paint("border", "⎿")} ${paint("error", `you said no${why}`)}`]);
}

function aborted(signal: AbortSignal): ClawError {
  return new ClawError("CLAW_ABORTED", String(signal.reason));
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const cancel = (): void => over.reject(aborted(signal));
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
