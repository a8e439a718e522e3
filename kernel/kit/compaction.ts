// Shortening a session: the mark of a summary, what must outlive a fold, what stays and what goes. Pure; when to do it is context.ts.
import type { Block, Compaction, Message, Session, TurnScope } from "claw";
import { bytesOf, bytesOfBlocks } from "./context.ts";
import { NO_FOLD } from "./no-fold.ts";
import { PERMISSION_NOTE, type PermissionRecord } from "./permissions.ts";
import { clip, clipLine } from "./text.ts";

/** What a compactor may be told besides. `focus`: a person asked for the fold, and cares for that (or for nothing: ""). `attempt`: how hard to shorten, from 0. */
export interface FoldScope extends TurnScope {
  readonly focus?: string;
  readonly attempt?: number;
}
/** What stays of messages. From `cut` on they stay, as `tail`: with results cut when they are still too large. `request` is the user's last when it does not. */
export interface FoldPlan {
  readonly cut: number;
  readonly tail: readonly Message[];
  readonly request: readonly Block[];
}

/** What is said of the fold besides: `focus` is trimmed, and absent when nobody asked. */
export function foldOrder(scope: TurnScope): Pick<FoldScope, "focus" | "attempt"> {
  const { focus, attempt } = scope as FoldScope;
  return { ...(typeof focus === "string" && { focus: focus.trim() }), ...(typeof attempt === "number" && { attempt }) };
}

/** The text of a summary as `headMessage` writes it, without what is in force; `undefined` for any other message. */
export function summaryOf({ role, content: [first] }: Message): string | undefined {
  if (role !== "user" || first?.type !== "text" || !first.text.startsWith(MARK)) return undefined;
  const body = first.text.slice(MARK.length);
  const end = body.lastIndexOf(FORCE);
  return (end < 0 ? body.slice(0, Math.max(0, body.lastIndexOf("\n\n"))) : body.slice(0, end)).trim();
}

/** What the user asked for in a message. A summary's own words, skills carried along and what claw tells the model in the user's place are none of it. */
export function requestOf(message: Message): readonly Block[] {
  if (message.role !== "user") return [];
  const summed = summaryOf(message) !== undefined;
  return message.content.filter((block, index) => {
    if (block.type === "image") return true;
    return block.type === "text" && !TOLD.test(block.text) && !(summed && (index === 0 || block.text.startsWith(SKILL)));
  });
}

/** The message that stands for `gone`: `text`, what is still in force, the skills in use and the request. */
export function headMessage(
  text: string,
  gone: readonly Message[],
  request: readonly Block[],
  scope: Pick<TurnScope, "session" | "selection">,
): Message {
  const force = inForce(scope);
  const end = request.length === 0 ? "The session goes on from here." : "The current request, in the user's own words:";
  const whole = [MARK, text, ...(force.length === 0 ? [] : [FORCE + force.map((line) => `- ${line}`).join("\n")]), end].join("\n\n");
  return { role: "user", content: [{ type: "text", text: whole.toWellFormed() }, ...skillsIn(gone, request), ...request] };
}

/** What stays: of the newest a quarter, less with each attempt, never parting a call from its result. */
export function planFold(messages: readonly Message[], attempt = 0): FoldPlan {
  const { share, least } = SHARES[Math.min(attempt, SHARES.length - 1)]!;
  const budget = Math.max(least, bytesOf(messages) * share);
  const cut = boundary(messages, budget);
  const tail = messages.slice(cut);
  const shortened = bytesOf(tail) > budget ? tail.map((message) => cutResults(message, resultShare(tail, budget))) : tail;
  const asked = tail.some((message) => requestOf(message).length > 0);
  return { cut, tail: shortened, request: asked ? [] : (messages.map(requestOf).findLast((blocks) => blocks.length > 0) ?? []) };
}

/** The fold of a plan with `head` in place of what goes; one that drops nothing when it would not shrink. */
export function foldOf(messages: readonly Message[], { cut, tail }: FoldPlan, head: Message | undefined): Compaction {
  const heads = head === undefined ? [] : [head];
  const trimmed = tail.some((message, index) => message !== messages[cut + index]);
  const fold = trimmed ? { summary: [...heads, ...tail], dropped: messages.length } : { summary: heads, dropped: cut };
  return bytesOf(fold.summary) < bytesOf(messages.slice(0, fold.dropped)) ? fold : NO_FOLD;
}

/** The results of all but the newest messages cut; `undefined` when that frees too little to be worth a lost cache. */
export function cutOldResults(messages: readonly Message[]): Compaction | undefined {
  const before = bytesOf(messages);
  const cut = boundary(messages, before * SHARES[0].share);
  const old = messages.slice(0, cut);
  const summary = old.map((message) => cutResults(message, OLD_RESULT));
  return bytesOf(old) - bytesOf(summary) > before * WORTH ? { summary, dropped: cut } : undefined;
}

/** Whether an attempt at a fold can shrink these at all. */
export function foldable(messages: readonly Message[], attempt?: number): boolean {
  const { cut, tail, request } = planFold(messages, attempt);
  return bytesOf(tail) + (cut === 0 ? 0 : LEAST_HEAD + bytesOfBlocks(request)) < bytesOf(messages);
}

/**
 * Where the part that stays begins: as early as `budget` bytes allow, never between a call and its result. When even the last message and
 * what belongs to it is more than that, there.
 */
export function boundary(messages: readonly Message[], budget: number): number {
  const unanswered = new Set<string>();
  let [cut, size] = [messages.length, 0];
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index]!;
    size += bytesOf([message]);
    if (size > budget && cut < messages.length) return cut;
    for (const block of message.content) {
      if (block.type === "result") unanswered.add(block.id);
      else if (block.type === "call") unanswered.delete(block.id);
    }
    if (unanswered.size === 0) cut = index;
  }
  return cut;
}

/** The skills that messages loaded, each as it was loaded last, as blocks to carry along; those of `request` go with it. */
export function skillsIn(messages: readonly Message[], request: readonly Block[] = []): readonly Block[] {
  const asked = new Set(
    messages.flatMap(({ content }) => content.flatMap((block) => (block.type === "call" && block.tool === "Skill" ? block.id : []))),
  );
  const texts = messages.flatMap(({ role, content }) =>
    content.flatMap((block) => {
      if (block.type === "result") return asked.has(block.id) && !block.failed ? textsOf(block.content) : [];
      return role === "user" && block.type === "text" ? block.text.replace(SKILL, "") : [];
    }),
  );
  const skills = new Map<string, string>();
  for (const text of texts) {
    const name = /^Follow the skill `([^`\n]+)`/.exec(text)?.[1];
    if (name === undefined) continue;
    skills.delete(name);
    skills.set(name, text);
  }
  for (const text of textsOf(request)) for (const [name, skill] of skills) if (skill === text) skills.delete(name);
  return [...skills.values()]
    .slice(-MOST_SKILLS)
    .map((text) => ({ type: "text", text: SKILL + clip(text, LONGEST_SKILL, "load it again to see the rest") }));
}

// --- internal ---

const MARK =
  "[The earlier part of this session was shortened to what follows. Go on with the work. What files contain is not here: read them again before changing them.]";
/** How claw speaks to the model in a user's message. */
const TOLD = /^<(?:note|system-reminder|memory-line)>/;
const FORCE = "## Still in force\n";
const SKILL = "[A skill in use, loaded earlier]\n";
/** What stays by attempt: of all there is, and what always may, in bytes. */
const SHARES = [
  { share: 0.25, least: 6_000 },
  { share: 0.12, least: 3_000 },
  { share: 0.05, least: 1_000 },
] as const;
/** No result of what stays is cut below this; old ones are cut to less. */
const RESULT = 1_000;
const OLD_RESULT = 400;
/** Cutting old results alone must free as much of the whole. */
const WORTH = 0.4;
const LEAST_HEAD = 600;
const MOST_SKILLS = 5;
const LONGEST_SKILL = 12_000;
const MOST_RULES = 20;

function resultShare(tail: readonly Message[], budget: number): number {
  const count = tail.flatMap((one) => one.content).filter((block) => block.type === "result").length;
  return Math.max(Math.min(RESULT, budget / 2), Math.floor(budget / Math.max(1, count)));
}

/** Results cut to `limit`. What people and the model said stays as it is. */
function cutResults(message: Message, limit: number): Message {
  const large = (block: Block): boolean => block.type === "result" && bytesOfBlocks(block.content) > limit + CUT_NOTE;
  if (!message.content.some(large)) return message;
  const shorten = (one: Block): Block => {
    if (one.type === "text") return { ...one, text: clip(one.text, limit, "run the call again to see it") };
    return one.type === "image" ? { type: "text", text: "[an image was here; run the call again to see it]" } : one;
  };
  return {
    ...message,
    content: message.content.map((block) => (block.type === "result" && large(block) ? { ...block, content: block.content.map(shorten) } : block)),
  };
}
/** What a cut leaves behind besides; without it a result would be cut again and again. */
const CUT_NOTE = 200;

function textsOf(content: readonly Block[]): readonly string[] {
  return content.flatMap((block) => (block.type === "text" ? [block.text] : []));
}

/** What the user allowed and refused, and the mode when it forbids things. */
function inForce({ session, selection }: Pick<TurnScope, "session" | "selection">): readonly string[] {
  const lines = new Set<string>();
  for (const { saved, answer, verdict, reason, tool, subject } of permissionsOf(session)) {
    const line =
      saved !== undefined && saved.length > 0
        ? `Allowed by the user: ${saved.join(", ")}`
        : answer === "no" || (verdict === "deny" && answer !== undefined)
          ? `Refused by the user: ${tool} ${subject}${reason === undefined ? "" : ` (${reason})`}`
          : undefined;
    if (line !== undefined) lines.add(clipLine(line.replace(/\s+/g, " "), 300));
  }
  const plan = selection["permission-mode"] === "plan" ? ["Plan mode is on: nothing may be changed until ExitPlanMode is called with the plan."] : [];
  return [...plan, ...[...lines].slice(-MOST_RULES)];
}

function permissionsOf(session: Pick<Session, "notes">): readonly PermissionRecord[] {
  return session
    .notes(PERMISSION_NOTE)
    .filter((note) => typeof (note as Partial<PermissionRecord> | null)?.tool === "string") as unknown as readonly PermissionRecord[];
}
