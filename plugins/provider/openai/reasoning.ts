// Reasoning as servers stream it, and what of it has to go back to them untouched.
import type { Json } from "claw";
import type { Member } from "claw/kit";

/** What a thinking block's `opaque` holds: whose it is, and the service's own record of it. */
export interface ReasoningData {
  readonly service: string;
  readonly details?: readonly Json[];
}

/** Where servers put the text of it. The first is the one in which it goes back. */
export const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

/** Adds fragments of `reasoning_details` to those that came: what belongs to one detail is put together again. */
export function addDetails(details: Member[], fragments: unknown): void {
  if (!Array.isArray(fragments)) return;
  for (const fragment of fragments as Member[]) {
    if (typeof fragment !== "object" || fragment === null) continue;
    const last = details.at(-1);
    const same = last !== undefined && last["type"] === fragment["type"] && last["index"] === fragment["index"] && fragment["type"] !== ENCRYPTED;
    if (same) details[details.length - 1] = joined(last, fragment);
    else details.push(fragment);
  }
}

// --- internal ---

const ENCRYPTED = "reasoning.encrypted";

function joined(a: Member, b: Member): Member {
  const both: Record<string, Json> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = both[key];
    const text = (key === "text" || key === "summary") && typeof before === "string" && typeof value === "string";
    if (text) both[key] = before + value;
    else if (value !== null) both[key] = value;
  }
  return both;
}
