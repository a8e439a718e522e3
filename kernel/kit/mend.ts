// Text that is well-formed all the way down. Internal to the session view.

/** `value` with every lone surrogate in it replaced; `value` itself when there is none. */
export function mend<T>(value: T): T {
  return (strange(value) ? mended(value, 0) : value) as T;
}

// --- internal ---

/** As deep as a message has text of its own: a copy of a long answer, as JSON, would be the most memory that a turn takes. */
const SHALLOW = 5;

/** Whether there may be a lone surrogate. Deep down `JSON.stringify` looks, which writes one as an escape, and is quicker than any walk of ours. */
function strange(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return !value.isWellFormed();
  if (typeof value !== "object" || value === null) return false;
  if (depth < SHALLOW) {
    for (const key of Object.keys(value)) if (!key.isWellFormed() || strange((value as Record<string, unknown>)[key], depth + 1)) return true;
    return false;
  }
  try {
    return (JSON.stringify(value) ?? "").includes("\\ud");
  } catch {
    return true;
  }
}

/** What is nested deeper than any sane message is left alone: the stack would not hold. */
const DEEPEST = 200;

function mended(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value !== "object" || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => mended(item, depth + 1));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const pairs = Object.entries(value);
  const whole = pairs.map(([key, item]) => [key.toWellFormed(), mended(item, depth + 1)] as const);
  return whole.some(([key, item], index) => key !== pairs[index]?.[0] || item !== pairs[index]?.[1]) ? Object.fromEntries(whole) : value;
}
