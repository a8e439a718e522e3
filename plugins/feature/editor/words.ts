// Where words begin and end. Pure.
import { graphemeEnd, graphemeStart } from "claw/kit";
import { holdsChips } from "./chips.ts";

/** The end of the word at or after `at`. */
export function wordEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && sortAt(text, end) === "other") end = graphemeEnd(text, end);
  if (sortAt(text, end) === "chip") return graphemeEnd(text, end);
  while (end < text.length && sortAt(text, end) === "word") end = graphemeEnd(text, end);
  return end;
}

/** The start of the word at or before `at`. */
export function wordStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && sortBefore(text, start) === "other") start = graphemeStart(text, start);
  if (sortBefore(text, start) === "chip") return graphemeStart(text, start);
  while (start > 0 && sortBefore(text, start) === "word") start = graphemeStart(text, start);
  return start;
}

/** Where what is no blank before `at` begins. */
export function blankWordStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && /\s/.test(text[start - 1] ?? "")) start -= 1;
  while (start > 0 && !/\s/.test(text[start - 1] ?? "")) start -= 1;
  return start;
}

/** The start of the line that holds `at`. */
export function lineStart(text: string, at: number): number {
  // `lastIndexOf` takes a place before the start for the start.
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Its end. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

// --- internal ---

type Sort = "word" | "chip" | "other";

function sortOf(character: string): Sort {
  if (holdsChips(character)) return "chip";
  return /^[\p{L}\p{N}\p{M}_]/u.test(character) ? "word" : "other";
}
function sortAt(text: string, at: number): Sort {
  return sortOf(text.slice(at, graphemeEnd(text, at)));
}
function sortBefore(text: string, at: number): Sort {
  return sortOf(text.slice(graphemeStart(text, at), at));
}
