// What a question offers, as a person reads it: the words of each choice, its digit, its letter. Pure.
import type { Question } from "claw";
import { manyOf, safeLines } from "claw/kit";

/** One line to choose. `told`: it goes on with a reason in free words. `below` stands under it. */
export interface Choice {
  readonly choice: string;
  readonly label: string;
  readonly below: readonly string[];
  readonly letter?: string;
  readonly told?: true;
}

/** Where there are more, they are searched by typing. */
export const MOST_LISTED = 9;

/**
 * What is asked. `reasoned`: somebody reads why the answer is no, as the model does when it is about a call. `about` is what is said of single choices.
 * `many`: several may be taken.
 */
export type Asked = Pick<Question, "choices" | "rules" | "call"> & Readonly<{ reasoned?: boolean; about?: ReadonlyMap<string, string>; many?: true }>;

/** A question as it is put: where several may be taken they are choices, unless it is asked in `lines`, and those that are about one choice belong to it. */
export function askedAs(question: Question, lines: boolean): Question & Pick<Asked, "about" | "many"> {
  const { many: _, ...rest } = question as Question & { readonly many?: unknown };
  const many = manyOf(question);
  if (many === undefined || lines) return withDetails(rest);
  const about = new Map(many.choices.flatMap(({ label, about: said }) => (said === undefined ? [] : [[label, said] as const])));
  return { ...rest, text: many.text, choices: many.choices.map(({ label }) => label), about, many: true };
}

/** A question with the lines of its text that are about one choice, as `red: the warm one`, where they belong. */
export function withDetails(question: Question): Question & Pick<Asked, "about"> {
  if (question.call !== undefined) return question;
  const about = new Map<string, string>();
  const rest = question.text.split("\n").filter((line, at) => {
    const choice = at === 0 ? undefined : question.choices.find((one) => !about.has(one) && line.startsWith(`${one}: `));
    if (choice !== undefined) about.set(choice, line.slice(choice.length + 2));
    return choice === undefined;
  });
  return about.size === 0 ? question : { ...question, text: rest.join("\n"), about };
}

/** The choices of a question, in its order; where one can say no and is listened to, also with a reason. */
export function choicesOf({ choices, rules, call, about, many, reasoned = call !== undefined }: Asked): readonly Choice[] {
  const asking = many !== true && choices.includes("yes") && choices.includes("no");
  const taken = new Set<string>(asking && reasoned ? ["r"] : []);
  return choices.flatMap((choice): Choice[] => {
    const letter = asking ? letterOf(choice, taken) : undefined;
    const words = call === undefined ? undefined : WORDS[choice];
    const saved = choice === "session" || choice === "always" ? (rules ?? []) : [about?.get(choice) ?? []].flat();
    const said = safeLines(choice).join(" ");
    const label = words ?? (asking ? capital(said) : said);
    const one: Choice = { choice, label, below: saved.flatMap(safeLines), ...(letter === undefined ? {} : { letter }) };
    return choice === "no" && asking && reasoned ? [one, { choice, label: "No, and say why", below: [], letter: "r", told: true }] : [one];
  });
}

// --- internal ---

const WORDS: Readonly<Record<string, string>> = {
  yes: "Yes, this once",
  session: "Yes, and from now on in this session",
  always: "Yes, always; kept in your settings",
  no: "No",
};

/** The first letter of the word that is still free. */
function letterOf(choice: string, taken: Set<string>): string | undefined {
  const letter = [...choice.toLowerCase()].find((one) => /[a-z]/.test(one) && !taken.has(one));
  if (letter !== undefined) taken.add(letter);
  return letter;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
