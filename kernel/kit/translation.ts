// What the translations of requests into the words of an API have in common.
import type { Json } from "claw";

/** A JSON object of an API. */
export type Member = { readonly [key: string]: Json };

/** The same value without lone surrogates: `JSON.stringify` writes them as escapes, which APIs refuse. Itself when there are none. */
export function wellFormedJson(value: Json): Json {
  return JSON.stringify(value).includes("\\ud") ? repaired(value) : value;
}

/** Whether a text has a character that shows. APIs refuse text without one. */
export function visible(text: string): boolean {
  return text.trim() !== "";
}

/** An object, whatever a call's input is. */
export function asObject(input: Json): Member {
  return typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Member) : { value: input };
}

/** What `make` once made of `key`: consecutive requests share their messages, and so the bytes of their translations. */
export function remember<K extends object, V>(memory: WeakMap<K, V>, key: K, make: (key: K) => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  memory.set(key, made);
  return made;
}

// --- internal ---

function repaired(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(repaired);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), repaired(member)]));
}
