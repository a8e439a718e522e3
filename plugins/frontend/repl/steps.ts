// Where keys lead in a list. Pure.
import type { Key } from "claw/kit";

/** How far a key goes; `undefined` for one that goes nowhere. */
export function stepOf({ key, ctrl, shift }: Key, page: number): number | "first" | "last" | undefined {
  if (key === "up" || (ctrl && key === "p") || (key === "tab" && shift)) return -1;
  if (key === "down" || (ctrl && key === "n") || key === "tab") return 1;
  if (key === "pageup") return -page;
  if (key === "pagedown") return page;
  return key === "home" ? "first" : key === "end" ? "last" : undefined;
}

/** The place after a step among `count`: one step goes round, leaps stop at the ends. */
export function stepped(selected: number, step: number | "first" | "last", count: number, { key }: Key): number {
  if (count === 0 || step === "first") return 0;
  if (step === "last") return count - 1;
  if (key.startsWith("page")) return Math.max(0, Math.min(count - 1, selected + step));
  return (selected + step + count) % count;
}
