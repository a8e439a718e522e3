// Questions to the person at the terminal of a one-shot run: on stderr, answered by a line on stdin. Only where both are terminals.
import { type Answer, type Ask, ClawError, type Question } from "claw";
import { plain } from "claw/kit";

/** What was typed before a question was shown answers nothing: that long it is read and dropped. */
const STALE_MS = 30;

/** Asks by `err`. Takes stdin with the first question, and holds it until closed: Bun gives it only once. */
export interface Questions {
  readonly ask: Ask;
  close(): Promise<void>;
}

export function createQuestions(err: (text: string) => void): Questions {
  let reader: ReturnType<typeof openStdin> | undefined;
  let lines: ReturnType<typeof createLines> | undefined;
  const ask: Ask = {
    async choose(question, signal) {
      reader ??= openStdin();
      lines ??= createLines(reader);
      const given = lines;
      const over = Promise.withResolvers<never>();
      const cancel = (): void => over.reject(new ClawError("CLAW_ABORTED", String(signal.reason)));
      signal.addEventListener("abort", cancel, { once: true });
      try {
        await Promise.race([given.drop(STALE_MS), over.promise]);
        for (;;) {
          err(shown(question));
          const line = await Promise.race([given.next(), over.promise]);
          const answer = line === undefined ? { choice: "no", text: "nobody answered" } : answerOf(question, line);
          if (answer !== undefined) return answer;
        }
      } finally {
        signal.removeEventListener("abort", cancel);
      }
    },
  };
  // Else the open read would keep the process alive.
  return { ask, close: async () => void (await reader?.cancel().catch(() => undefined)) };
}

/** The question as it stands on the screen, its choices with the letter that picks each. */
export function shown({ text, choices, rules, agent }: Question): string {
  const asker = agent === undefined ? "" : `[${plain(agent)}] `;
  if (choices.length === 0) return `\n${asker}${plain(text)}\n> `;
  const saved = rules === undefined ? "" : `  session and always save: ${plain(rules.join(", "))}\n`;
  const keys = letters(choices);
  const offered = choices.map((choice, at) => `${keys[at]}) ${plain(choice)}`).join("  ");
  return `\n${asker}${plain(text)}\n${saved}  ${offered}${choices.includes("no") ? " (or: no, and why)" : ""} > `;
}

/** What a line answers. An empty or unclear one answers nothing: it is asked again. */
export function answerOf({ choices }: Question, line: string): Answer | undefined {
  const said = line.trim();
  if (choices.length === 0) return { choice: said, text: said };
  const word = said.toLowerCase();
  const at = letters(choices).indexOf(word);
  const found = choices[at] ?? choices.find((choice) => choice.toLowerCase() === word);
  if (found !== undefined) return { choice: found };
  const why = /^no?[ ,:]+(?<text>.+)$/is.exec(said)?.groups?.["text"];
  return why !== undefined && choices.includes("no") ? { choice: "no", text: why } : undefined;
}

// --- internal ---

const openStdin = () => Bun.stdin.stream().getReader();

/** A letter for each choice: its first one that is still free, else a number. */
function letters(choices: readonly string[]): readonly string[] {
  const taken: string[] = [];
  for (const [at, choice] of choices.entries()) {
    taken.push([...choice.toLowerCase()].find((letter) => /[a-z]/.test(letter) && !taken.includes(letter)) ?? String(at + 1));
  }
  return taken;
}

/** Lines of a terminal, which gives a whole one at a time. */
function createLines(reader: { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> }) {
  const decoder = new TextDecoder();
  let text = "";
  /** The one read that is under way, whoever waits for it. */
  let pending: Promise<boolean> | undefined;
  const read = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: true });
    pending = undefined;
    return !done;
  };
  const more = (): Promise<boolean> => (pending ??= read());
  return {
    async drop(ms: number): Promise<void> {
      text = "";
      const late = Promise.withResolvers<undefined>();
      setTimeout(() => late.resolve(undefined), ms);
      // After the end of it every read is over at once.
      while ((await Promise.race([more(), late.promise])) === true) text = "";
    },
    async next(): Promise<string | undefined> {
      while (!text.includes("\n")) if (!(await more())) return undefined;
      const end = text.indexOf("\n");
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      return line;
    },
  };
}
