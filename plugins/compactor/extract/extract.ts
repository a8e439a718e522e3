// What goes and what stays: the newest messages stay as they are, those before become one summary.
import type { Block, Compaction, Message, TurnScope } from "claw";
import { clip } from "claw/kit";
import { charactersOf } from "./size.ts";
import { requestOf, summarise } from "./summary.ts";

/** A fold of `messages` that is shorter than they are; one that drops nothing when there is none. */
export async function extract(messages: readonly Message[], scope: TurnScope): Promise<Compaction> {
  const budget = Math.max(LEAST, charactersOf(messages) * KEPT);
  const cut = boundary(messages, budget);
  const tail = messages.slice(cut);
  const shortened = charactersOf(tail) > budget ? tail.map((message) => shorten(message, budget, tail)) : tail;
  const request = tail.some((message) => requestOf(message).length > 0)
    ? []
    : (messages.map(requestOf).findLast((blocks) => blocks.length > 0) ?? []);
  const text = cut === 0 ? undefined : await summarise(messages.slice(0, cut), request, scope);
  const head: readonly Message[] = text === undefined ? [] : [{ role: "user", content: [{ type: "text", text }, ...request] }];
  const trimmed = shortened.some((message, index) => message !== tail[index]);
  const fold = trimmed ? { summary: [...head, ...shortened], dropped: messages.length } : { summary: head, dropped: cut };
  const before = charactersOf(messages.slice(0, fold.dropped));
  return charactersOf(fold.summary) < before ? fold : { summary: [], dropped: 0 };
}

/**
 * Where the part that stays begins: as early as `budget` characters allow, never between a call and its result. When even the last message and
 * what belongs to it is more than that, there.
 */
export function boundary(messages: readonly Message[], budget: number): number {
  const unanswered = new Set<string>();
  let [cut, size] = [messages.length, 0];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]!;
    size += charactersOf([message]);
    if (size > budget && cut < messages.length) return cut;
    for (const block of message.content) {
      if (block.type === "result") unanswered.add(block.id);
      else if (block.type === "call") unanswered.delete(block.id);
    }
    if (unanswered.size === 0) cut = index;
  }
  return cut;
}

// --- internal ---

/** The part that stays, of all there is; and what always may. */
const KEPT = 0.25;
const LEAST = 6_000;
/** No result is cut below this. */
const RESULT = 1_000;

/** Results cut to their share of the budget. What people and the model said stays as it is. */
function shorten(message: Message, budget: number, tail: readonly Message[]): Message {
  const count = tail.flatMap((one) => one.content).filter((block) => block.type === "result").length;
  const limit = Math.max(RESULT, Math.floor(budget / Math.max(1, count)));
  if (!message.content.some((block) => block.type === "result" && charactersOf([{ role: "user", content: block.content }]) > limit)) return message;
  return {
    ...message,
    content: message.content.map((block) => (block.type === "result" ? { ...block, content: shortContent(block.content, limit) } : block)),
  };
}

function shortContent(content: readonly Block[], limit: number): readonly Block[] {
  return content.map((block) => {
    if (block.type === "text") return { ...block, text: clip(block.text, limit, "run the call again to see it") };
    if (block.type === "image") return { type: "text", text: "[an image was here; run the call again to see it]" };
    return block;
  });
}
