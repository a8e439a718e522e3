// Asks the person at the screen: one question at a time, in the place of the editor. What was typed before a question stood there answers nothing.
import { type Answer, type Ask, ClawError, type Question } from "claw";
import { clipCells, type Key, type Screen, safeLines, type Themes } from "claw/kit";
import { choicesOf } from "./choices.ts";
import { createDialog, type Dialog } from "./dialog.ts";
import { proposalLines } from "./proposal.ts";

export interface QuestionsOptions {
  readonly screen: Screen;
  readonly themes: Themes;
  /** The folder that a call's paths are of. */
  cwd(): string;
  /** Esc: what runs, if anything does, is to stop. */
  stop(): void;
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
  /** Like `choose` for free text, which is not shown as it is written. `undefined` when it was left. */
  secret(text: string, signal: AbortSignal): Promise<string | undefined>;
}

export function createQuestions(options: QuestionsOptions): Questions {
  const { screen } = options;
  let last: Promise<unknown> = Promise.resolve();
  let open = false;
  let restless = Number.NEGATIVE_INFINITY;

  async function show(question: Question, secret: boolean, signal: AbortSignal): Promise<Answer> {
    const dialog = createDialog({ ...question, secret, ...(await prepare(question, options)) });
    const calm = await quiet(() => restless, signal);
    if (signal.aborted) throw aborted(signal);
    open = true;
    try {
      const answer = await answered(dialog, options, calm ? 0 : QUIET_MS, signal);
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
    secret: async (text, signal) => (await ask({ text, choices: [] }, true, signal)).text,
  };
}

// --- internal ---

/** So long nobody may have typed before a question is shown: whoever is in the middle of a word answers nothing. After Enter or Esc less is enough. */
const QUIET_MS = 400;
const ENTERED_MS = 150;
const LONGEST_WAIT_MS = 3_000;
/** A terminal that takes longer to show the question gets keys that were pressed without seeing it. */
const SLOW_MS = 100;

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
  screen.print(["", theme.paint("accent", heading.join(" ")), ...body]);
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
async function answered(dialog: Dialog, { screen, themes, stop }: QuestionsOptions, deafMs: number, signal: AbortSignal): Promise<Answer> {
  const result = Promise.withResolvers<Answer>();
  const paint = (): void => screen.live("question", (columns, rows) => dialog.paint(columns, rows, themes.current));
  const take = (key: Key): void => {
    const pressed = dialog.press(key);
    if (pressed === "cancelled") {
      stop();
      result.reject(new ClawError("CLAW_ABORTED", "the question was left unanswered"));
    } else if (pressed !== "taken") result.resolve(pressed);
    paint();
  };
  const drawn = performance.now();
  /** Keys that come while the terminal still draws. */
  let early: Key[] | undefined = [];
  using _ = screen.onKey((key) => {
    if (performance.now() < drawn + deafMs) return true;
    if (early === undefined) take(key);
    else early.push(key);
    return true;
  });
  paint();
  await screen.flush();
  const kept = performance.now() - drawn < SLOW_MS ? early : [];
  early = undefined;
  for (const key of kept) take(key);
  return await orAborted(result.promise, signal);
}

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
