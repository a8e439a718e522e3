// The summary itself: lists of requests, files, commands and conclusions, each with a cap. A summary of summaries stays one.
import type { Block, Message, TurnScope } from "claw";
import { clip, clipLine, requestOf, summaryOf } from "claw/kit";
import * as v from "valibot";

/** Text that stands for `messages`. What a model wrote of earlier ones is kept as it is. */
export async function summarise(messages: readonly Message[], scope: TurnScope): Promise<string> {
  const lists = await gather(messages, scope);
  const written = messages.flatMap((message) => writtenOf(summaryOf(message) ?? "")).slice(-1);
  const sections = (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).flatMap((key) => {
    const { title, most } = SECTIONS[key];
    const items = key === "requests" ? firstAndLast([...lists[key]], most) : [...lists[key]].slice(-most);
    return items.length === 0 ? [] : [`## ${title}\n${items.map((item) => `- ${item}`).join("\n")}`];
  });
  return [...written.map((text) => `## ${WRITTEN}\n${clip(text, MOST_WRITTEN)}`), ...sections].join("\n\n");
}

// --- internal ---

/** The heading of what a model wrote; see the compactor `summary`. */
const WRITTEN = "Summary";
const MOST_WRITTEN = 8_000;
const SECTIONS = {
  requests: { title: "Asked by the user, oldest first", most: 12, length: 400 },
  changed: { title: "Files changed", most: 40, length: 200 },
  read: { title: "Files read", most: 30, length: 200 },
  commands: { title: "Commands run last", most: 12, length: 200 },
  calls: { title: "Calls by tool", most: 30, length: 100 },
  said: { title: "What you said last", most: 3, length: 1_000 },
} as const;
/** Items of a set keep the order in which they were last seen. */
type Lists = { readonly [K in keyof typeof SECTIONS]: Set<string> };
interface Claim {
  readonly changed: readonly string[];
  readonly read: readonly string[];
  readonly command?: string;
}
type Call = Extract<Block, { type: "call" }>;

async function gather(messages: readonly Message[], scope: TurnScope): Promise<Lists> {
  const lists: Lists = { requests: new Set(), changed: new Set(), read: new Set(), commands: new Set(), calls: new Set(), said: new Set() };
  const counts = new Map<string, { calls: number; failed: number }>();
  const failed = new Set(
    messages.flatMap((message) => message.content).flatMap((block) => (block.type === "result" && block.failed ? [block.id] : [])),
  );
  for (const message of messages) {
    const earlier = summaryOf(message);
    if (earlier !== undefined) recall(earlier, lists, counts);
    const texts = message.role === "user" ? requestOf(message) : message.content;
    note(
      lists,
      message.role === "user" ? "requests" : "said",
      texts.map((block) => (block.type === "text" ? block.text : block.type === "image" ? "[image]" : "")).join(" "),
    );
    for (const block of message.content) {
      if (block.type !== "call") continue;
      const count = counts.get(block.tool) ?? { calls: 0, failed: 0 };
      counts.set(block.tool, { calls: count.calls + 1, failed: count.failed + (failed.has(block.id) ? 1 : 0) });
      const claim = await claimOf(block, scope);
      if (claim.command !== undefined) note(lists, "commands", `${claim.command}${failed.has(block.id) ? " (failed)" : ""}`);
      if (failed.has(block.id)) continue;
      for (const path of claim.changed) note(lists, "changed", path);
      for (const path of claim.read) note(lists, "read", path);
    }
  }
  for (const [tool, { calls, failed: bad }] of counts) note(lists, "calls", `${tool}: ${calls}${bad === 0 ? "" : `, ${bad} failed`}`);
  return lists;
}

/** One line, cut; an item seen again moves to the end. */
function note(lists: Lists, key: keyof Lists, text: string): void {
  const item = clipLine(text.replace(/\s+/g, " ").trim(), SECTIONS[key].length);
  if (item === "") return;
  lists[key].delete(item);
  lists[key].add(item);
}

/** The section of a summary that a model wrote. */
function writtenOf(text: string): readonly string[] {
  const [, section] = text.split(new RegExp(`^## ${WRITTEN}\n`, "m"));
  return section === undefined ? [] : [section.split(/^## /m)[0]?.trim() ?? ""];
}

/** Takes up the lists of an earlier summary. */
function recall(text: string, lists: Lists, counts: Map<string, { calls: number; failed: number }>): void {
  let key: keyof Lists | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) key = (Object.keys(SECTIONS) as (keyof Lists)[]).find((each) => SECTIONS[each].title === line.slice(3));
    if (key === undefined || !line.startsWith("- ")) continue;
    const counted = /^- (.+): (\d+)(?:, (\d+) failed)?$/.exec(line);
    if (key !== "calls") lists[key].add(line.slice(2));
    else if (counted !== null) counts.set(counted[1] ?? "", { calls: Number(counted[2]), failed: Number(counted[3] ?? 0) });
  }
}

/** What a call touched, by the words of its tool. A tool that is gone says nothing. */
async function claimOf({ tool: name, input }: Call, scope: TurnScope): Promise<Claim> {
  const nothing: Claim = { changed: [], read: [] };
  try {
    const tool = await scope.get("tool", name);
    const parsed = v.safeParse(tool.input, input);
    if (!parsed.success) return nothing;
    const access = tool.access(parsed.output);
    const paths = tool.paths?.(parsed.output) ?? [];
    if (access === "execute") return { ...nothing, command: tool.subject(parsed.output) };
    return access === "write" ? { changed: paths, read: [] } : { changed: [], read: paths };
  } catch {
    return nothing;
  }
}

/** The first item says what the session is about. */
function firstAndLast(items: readonly string[], most: number): readonly string[] {
  return items.length <= most ? items : [...items.slice(0, 1), ...items.slice(1 - most)];
}
