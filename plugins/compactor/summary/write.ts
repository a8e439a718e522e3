// The notes that a model writes of a transcript, piece by piece when it is too long for one request. Each request is in the ledger.
import { ClawError, type Finish, type Message, type Model, type Provider, type TurnScope, wrap } from "claw";
import { bytesOf, clip, Ledger } from "claw/kit";
import prompt from "./prompt.md" with { type: "text" };
import { piecesOf } from "./transcript.ts";

/** Asks the small model when the settings name one, then the session's own. Throws what the last one asked throws. */
export async function write(messages: readonly Message[], focus: string, scope: TurnScope): Promise<string> {
  const provider = await scope.get("provider", scope.selection.provider);
  const small = scope.settings("smallModel").findLast(({ trusted }) => trusted)?.value;
  const names = [...(typeof small === "string" && small !== "" ? [small] : []), scope.selection.model];
  const end = Date.now() + MOST_MS;
  let failed: unknown;
  for (const name of new Set(names)) {
    try {
      return await writeWith(provider, await provider.resolve(name), { messages, focus, end, scope });
    } catch (thrown) {
      if (scope.signal.aborted) throw thrown;
      failed = thrown;
    }
  }
  throw failed;
}

// --- internal ---

interface Order {
  readonly messages: readonly Message[];
  readonly focus: string;
  readonly end: number;
  readonly scope: TurnScope;
}
/** All requests of one fold together. */
const MOST_MS = 240_000;
const MOST_PIECES = 6;
/** Of the window, at fewer characters a token than most texts have. */
const PIECE = 0.5 * 3;
const MOST_PIECE = 400_000;
/** Tokens of one answer: at most this, of the window this part, and of what goes (in bytes) this. */
const OUTPUT = { most: 4_000, least: 400, window: 1 / 8, gone: 1 / 12 } as const;
const LONGEST = 24_000;
/** Shorter ones are no notes. */
const SHORTEST = 40;
const MOST_WAIT_MS = 10_000;

/** A piece that is too long all the same is halved, twice. */
async function writeWith(provider: Provider, model: Model, order: Order): Promise<string> {
  let size = Math.min(MOST_PIECE, Math.max(2_000, Math.floor((model.context || 8_000) * PIECE)));
  for (let tries = 0; ; tries++) {
    try {
      let notes = "";
      for (const piece of piecesOf(order.messages, size, MOST_PIECES)) notes = await ask(provider, model, piece, notes, order);
      return notes;
    } catch (thrown) {
      if (!(thrown instanceof ClawError) || thrown.code !== "CLAW_PROVIDER_OVERFLOW" || tries === 2) throw thrown;
      size = Math.floor(size / 2);
    }
  }
}

async function ask(provider: Provider, model: Model, piece: string, notes: string, { messages, focus, end, scope }: Order): Promise<string> {
  const room = Math.max(OUTPUT.least, Math.floor(Math.min(OUTPUT.most, (model.context || 32_000) * OUTPUT.window, bytesOf(messages) * OUTPUT.gone)));
  // A transcript cannot close a mark that it does not know.
  const mark = `transcript-${crypto.randomUUID().slice(0, 8)}`;
  const before = notes === "" ? "" : `The notes up to here; write them anew with what follows:\n\n${notes}\n\n`;
  const wish = focus === "" ? "" : `\n\nThe user asks to keep in sight above all: ${focus}`;
  const text = `${before}<${mark}>\n${piece}\n</${mark}>${wish}\n\nWrite the notes now.`.toWellFormed();
  const request = {
    ...{ model, system: [prompt.trim()], tools: [], options: {}, maxOutput: Math.min(model.maxOutput, room) },
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text }] }],
  };
  const finish = await patiently(async () => {
    const signal = AbortSignal.any([scope.signal, AbortSignal.timeout(Math.max(1, end - Date.now()))]);
    let last: Finish | undefined;
    for await (const part of provider.stream(request, signal)) if (part.type === "finish") last = part;
    if (last === undefined) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", `${model.id} gave no answer in time`);
    return last;
  }, scope.signal);
  // Without a ledger there is nothing to enter it in.
  (await scope.use(Ledger).catch(() => undefined))?.add(scope.session, { who: "compactor:summary", model, usage: finish.usage });
  const said = finish.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
  const clean = clip(said.trim(), LONGEST).replace(/^#{1,2} /gm, "### ");
  if (clean.length < SHORTEST) throw new ClawError("CLAW_PROVIDER_UNAVAILABLE", `${model.id} wrote no summary`);
  return clean;
}

/** Once more after a while when the provider is only busy. */
async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code, info } = wrap(thrown, "CLAW_BUG");
    const wait = info.retryAfterMs ?? 1_000;
    if (code !== "CLAW_PROVIDER_RATE" || wait > MOST_WAIT_MS) throw thrown;
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => aborted.resolve(), { once: true });
    await Promise.race([Bun.sleep(wait), aborted.promise]);
    return work();
  }
}
