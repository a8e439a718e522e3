// Calls without results and results without calls: what a crash leaves, and no provider takes. Internal to the session view.
import type { Block, Message } from "claw";

/**
 * Messages, with their owners, so that every call is answered once and right after it, and no result is without its call. What is in order keeps
 * its identity; `undefined` when all is.
 */
export function repair(messages: readonly Message[], owners: readonly (string | undefined)[]): [Message, string | undefined][] | undefined {
  if (intact(messages)) return undefined;
  const repaired: [Message, string | undefined][] = [];
  const calls: string[] = [];
  const open = new Set<string>();
  /** Where the messages that answer the last calls begin. */
  let first = 0;
  const answer = (): void => {
    const missing = [...open].map(lost);
    const [message, owner] = repaired[first] ?? [];
    if (missing.length > 0 && message?.content.some((block) => block.type === "result")) {
      const results = [...missing, ...message.content.filter((block) => block.type === "result")];
      results.sort((a, b) => calls.indexOf(a.id) - calls.indexOf(b.id));
      repaired[first] = [{ ...message, content: [...results, ...message.content.filter((block) => block.type !== "result")] }, owner];
    } else if (missing.length > 0) repaired.splice(first, 0, [{ role: "user", content: missing }, undefined]);
    calls.length = 0;
    open.clear();
  };
  for (const [index, message] of messages.entries()) {
    if (message.role === "assistant") {
      if (messages[index - 1]?.role === "user") answer();
      for (const block of message.content) if (block.type === "call") calls.push(block.id);
      for (const id of calls) open.add(id);
      repaired.push([message, owners[index]]);
      first = repaired.length;
      continue;
    }
    const content = message.content.filter((block) => block.type !== "result" || open.delete(block.id));
    if (content.length === message.content.length) repaired.push([message, owners[index]]);
    else if (content.length > 0) repaired.push([{ ...message, content }, owners[index]]);
  }
  answer();
  return repaired;
}

// --- internal ---

type Result = Extract<Block, { type: "result" }>;

function intact(messages: readonly Message[]): boolean {
  const open = new Set<string>();
  let before: Message["role"] = "assistant";
  for (const { role, content } of messages) {
    if (role === "assistant" && before === "user" && open.size > 0) return false;
    before = role;
    for (const block of content) {
      if (block.type === "call" && role === "assistant") open.add(block.id);
      else if (block.type === "result" && role === "user" && !open.delete(block.id)) return false;
    }
  }
  return open.size === 0;
}

function lost(id: string): Result {
  const text = "No result was kept: the session ended before this call did. It may have run, in part or whole; look before running it again.";
  return { type: "result", id, content: [{ type: "text", text }], failed: true };
}
