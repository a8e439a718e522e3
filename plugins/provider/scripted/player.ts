// Plays a script: which reply is next, and its parts one by one. Knows no files and keeps no state but what it is handed.
import { type Block, ClawError, type Finish, type Json, type Message, type Part } from "claw";
import type { Piece, Reply } from "./script.ts";

/** How far a script has been played. */
export interface Progress {
  /** Replies that were played and do not repeat. */
  readonly played: Set<number>;
  /** How many were played in all: makes ids of calls unique. */
  count: number;
}

/** The next reply: the first unplayed one whose `when` the last message holds, else the first unplayed one without `when`. Marks it as played. */
export function nextReply(replies: readonly Reply[], progress: Progress, messages: readonly Message[]): Reply | undefined {
  const heard = textOf(messages.at(-1)?.content ?? []);
  const left = (index: number): boolean => !progress.played.has(index);
  let index = replies.findIndex((reply, at) => left(at) && reply.when !== undefined && heard.includes(reply.when));
  if (index < 0) index = replies.findIndex((reply, at) => left(at) && reply.when === undefined);
  const reply = replies[index];
  if (reply === undefined) return undefined;
  progress.count += 1;
  if (!reply.repeat) progress.played.add(index);
  return reply;
}

/** The parts of a reply, `finish` last unless a fault comes first. Ends at once, without a finish, when `signal` aborts. `turn` makes ids unique. */
export async function* play(reply: Reply, turn: number, signal: AbortSignal): AsyncGenerator<Part, void> {
  const pieces = piecesOf(reply);
  const parts = [...partsOf(reply, pieces, turn), finishOf(reply, pieces, turn)];
  for (const [index, part] of parts.entries()) {
    if (reply.fault !== undefined && index >= Math.min(reply.fault.after, parts.length - 1)) yield* fail(reply.fault, signal);
    if (reply.pauseMs > 0) await wait(reply.pauseMs, signal);
    if (signal.aborted) return;
    yield part;
  }
}

// --- internal ---

type Fault = NonNullable<Reply["fault"]>;

// biome-ignore lint/correctness/useYield: it ends the stream it is delegated to, and has nothing to say before
async function* fail(fault: Fault, signal: AbortSignal): AsyncGenerator<Part, void> {
  if (fault.hang) {
    await wait(undefined, signal);
    return;
  }
  const { code, message, status, retryAfterMs } = fault;
  throw new ClawError(code, message, {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function piecesOf({ content, thinking, text, calls }: Reply): readonly Piece[] {
  if (content !== undefined) return content;
  return [...(thinking === undefined ? [] : [{ thinking }]), ...(text === undefined ? [] : [{ text }]), ...calls.map((call) => ({ call }))];
}

function* partsOf({ deltas }: Reply, pieces: readonly Piece[], turn: number): Generator<Part> {
  const sizes = typeof deltas === "number" ? [deltas] : (deltas ?? []);
  let cuts = 0;
  for (const [index, piece] of pieces.entries()) {
    if ("call" in piece) {
      if (piece.call.broken === undefined)
        yield { type: "call", id: idOf(piece, turn, index), tool: piece.call.tool, input: piece.call.input as Json };
      continue;
    }
    const type = "text" in piece ? "text" : "thinking";
    for (let rest = (("text" in piece) ? piece.text : piece.thinking).toWellFormed(); rest !== ""; ) {
      const delta = headOf(rest, sizes[Math.min(cuts++, sizes.length - 1)] ?? rest.length);
      rest = rest.slice(delta.length);
      yield { type, delta };
    }
  }
}

function finishOf(reply: Reply, pieces: readonly Piece[], turn: number): Finish {
  const content = pieces.map((piece, index): Block => {
    if ("text" in piece) return { type: "text", text: piece.text.toWellFormed() };
    if ("call" in piece) return { type: "call", id: idOf(piece, turn, index), tool: piece.call.tool, input: piece.call.input as Json };
    return {
      type: "thinking",
      text: piece.thinking.toWellFormed(),
      ...(piece.opaque === undefined ? {} : { opaque: piece.opaque as Json }),
    };
  });
  const broken = pieces.flatMap((piece, index) =>
    "call" in piece && piece.call.broken !== undefined ? [[idOf(piece, turn, index), piece.call.broken]] : [],
  );
  const called = content.some((block) => block.type === "call");
  const usage = reply.usage ?? { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const about = broken.length === 0 ? {} : { broken: Object.fromEntries(broken) as Record<string, string> };
  return { type: "finish", stop: reply.stop ?? (called ? "calls" : "done"), usage, content, ...about };
}

function idOf(piece: Extract<Piece, { call: unknown }>, turn: number, index: number): string {
  return piece.call.id ?? `call_${turn}_${index}`;
}

/** All text of a message, its results included. */
function textOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === "text" ? block.text : block.type === "result" ? textOf(block.content) : "")).join("\n");
}

/** The first `size` characters, one more where that would split one. */
function headOf(text: string, size: number): string {
  const unit = text.charCodeAt(size - 1);
  return text.slice(0, unit >= 0xd800 && unit <= 0xdbff ? size + 1 : size);
}

/** Resolves after `ms`, or for ever later, and always when `signal` aborts. */
function wait(ms: number | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
}
