// Asking a person for one of many things, or for several: what commands with a list to choose from share, and tools. Shows nothing itself.
import type { Ask, Question } from "claw";

/** One thing to choose. `detail` stands behind its label and can be searched for too. */
export interface PickItem<T> {
  readonly label: string;
  readonly detail?: string;
  readonly value: T;
}

/**
 * Asks which one; where there are many, the person can search. `undefined` when the answer is none of them. Rejects when `signal` aborts, which is also
 * what Esc does.
 */
export async function pick<T>(ask: Ask, text: string, items: readonly PickItem<T>[], signal: AbortSignal): Promise<T | undefined> {
  const named = new Map<string, T>();
  for (const { label, detail = "", value } of items) {
    const line = (detail === "" ? label : `${label} · ${detail}`).replace(/\s+/g, " ").trim();
    let name = line;
    for (let copy = 2; named.has(name); copy++) name = `${line} (${copy})`;
    named.set(name, value);
  }
  const { choice } = await ask.choose({ text, choices: [...named.keys()] }, signal);
  return named.get(choice);
}

/**
 * A question of which several choices may be taken, and own words added. Whoever does not know `many` asks `text`, which is for free words; answered
 * it is the same either way: numbers or labels with commas between.
 */
export interface ManyQuestion extends Question {
  readonly many: Readonly<{ text: string; choices: readonly Readonly<{ label: string; about?: string }>[] }>;
}
export function manyQuestion(text: string, choices: ManyQuestion["many"]["choices"]): ManyQuestion {
  const numbered = choices.map(({ label, about }, index) => `${index + 1}. ${label}${about === undefined ? "" : `: ${about}`}`);
  const whole = `${text}\n${numbered.join("\n")}\nSeveral can be named, by number or in words, with commas between.`;
  return { text: whole, choices: [], many: { text, choices } };
}
/** What several may be taken of, where the question is such a one. */
export function manyOf(question: Question): ManyQuestion["many"] | undefined {
  return (question as Partial<ManyQuestion>).many;
}
