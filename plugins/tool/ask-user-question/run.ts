// Puts questions to the person at the session, one after another, and makes plain what was answered.
import { type Answer, type Ask, type CallScope, ClawError, type ToolResult } from "claw";
import { manyQuestion } from "claw/kit";

type Option = string | { readonly label: string; readonly description?: string | undefined };
export interface Asked {
  readonly question: string;
  readonly options?: readonly Option[] | undefined;
  readonly multiSelect?: boolean | undefined;
}
export interface AskInput {
  readonly question?: string | undefined;
  readonly options?: readonly Option[] | undefined;
  readonly questions?: readonly Asked[] | undefined;
}

export function createAsking() {
  /** The last questions of each session: two calls of one step are not to talk at once. */
  const busy = new Map<string, Promise<unknown>>();
  return {
    async run(input: AskInput, scope: CallScope): Promise<ToolResult> {
      const asked = questionsOf(input);
      const { ask, session, signal } = scope;
      if (ask === undefined) throw unheard();
      const before = busy.get(session.id) ?? Promise.resolve();
      const work = before.then(() => askAll(asked, ask, signal));
      busy.set(
        session.id,
        work.catch(() => undefined),
      );
      const answers = await work;
      const text = answers
        .map(({ question, answer }) => `${question}\n→ ${answer ?? "not answered: decide by yourself, or do without"}`)
        .join("\n\n");
      const answered = answers.some(({ answer }) => answer !== null);
      const details = { answers: answers.map((one) => ({ ...one })), status: answered ? "answered" : "declined" };
      return { content: [{ type: "text", text }], details };
    },
    forget: (session: string): void => void busy.delete(session),
  };
}

// --- internal ---

type Answered = Readonly<{ question: string; answer: string | null }>;
const OTHER = "something else";

function questionsOf({ question, options, questions }: AskInput): readonly Asked[] {
  if ((question === undefined) === (questions === undefined)) {
    throw new ClawError("CLAW_TOOL_INPUT_INVALID", "Give either question (with options) or questions.");
  }
  const asked = questions ?? [{ question: question ?? "", options }];
  for (const one of asked) {
    const labels = (one.options ?? []).map(labelOf);
    if (new Set(labels).size !== labels.length) throw new ClawError("CLAW_TOOL_INPUT_INVALID", `Two options of "${one.question}" are the same.`);
  }
  return asked;
}

function unheard(): ClawError {
  return new ClawError("CLAW_TOOL_FAILED", "Nobody can be asked in this run.", {
    hint: "Do not ask again: take the most sensible choice, go on, and say in your answer what you assumed.",
  });
}

async function askAll(asked: readonly Asked[], ask: Ask, signal: AbortSignal): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for (const one of asked) answers.push({ question: one.question, answer: (await askOne(one, ask, signal)) ?? null });
  return answers;
}

/** `undefined` when the user would not answer. */
async function askOne({ question, options = [], multiSelect = false }: Asked, ask: Ask, signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const labels = options.map(labelOf);
  if (labels.length === 0) return freeText(await ask.choose({ text: question, choices: [] }, signal));
  if (multiSelect) {
    const many = options.map((one) =>
      typeof one === "object" && one.description ? { label: one.label, about: one.description } : { label: labelOf(one) },
    );
    return severalOf(freeText(await ask.choose(manyQuestion(question, many), signal)), labels);
  }
  const described = options.flatMap((one) => (typeof one === "object" && one.description ? [`${one.label}: ${one.description}`] : []));
  const choices = labels.includes(OTHER) ? labels : [...labels, OTHER];
  const answer = await ask.choose({ text: [question, ...described].join("\n"), choices }, signal);
  if (labels.includes(answer.choice)) return answer.text === undefined ? answer.choice : `${answer.choice} (${answer.text})`;
  if (answer.choice !== OTHER || answer.text !== undefined) return freeText(answer);
  return freeText(await ask.choose({ text: question, choices: [] }, signal));
}

/** What was said in free words; an answer without any is a refusal. */
function freeText({ choice, text }: Answer): string | undefined {
  const said = text?.trim() || (choice === "no" ? "" : choice.trim());
  return said === "" ? undefined : said.toWellFormed();
}

/** Numbers stand for options; anything else is taken as it was said. */
function severalOf(said: string | undefined, labels: readonly string[]): string | undefined {
  if (said === undefined) return undefined;
  const parts = said.split(",").map((part) => part.trim());
  const known = parts.map((part) => labels[Number(part) - 1] ?? labels.find((label) => label.toLowerCase() === part.toLowerCase()));
  return known.every((one) => one !== undefined) ? known.join(", ") : said;
}

function labelOf(option: Option): string {
  return typeof option === "string" ? option : option.label;
}
