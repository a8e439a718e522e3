// Asking a person for one of many things: what commands with a list to choose from share. Shows nothing itself.
import type { Ask } from "claw";

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
