// Piped stdin, as text or as lines. Bytes that are no UTF-8 are replaced, never refused.
import { ClawError } from "claw";

const MOST_BYTES = 10 * 1024 * 1024;

/** All of stdin. `undefined` when its first byte does not come within `firstMs`; empty when `signal` aborts. Throws `CLAW_USAGE` when it is too much. */
export async function readStdin(signal: AbortSignal, firstMs?: number): Promise<string | undefined> {
  const reader = Bun.stdin.stream().getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  try {
    const first = reader.read();
    if (firstMs !== undefined && (await late(first, firstMs))) return undefined;
    for (let next = await first; !next.done; next = await reader.read()) {
      bytes += next.value.byteLength;
      if (bytes > MOST_BYTES) throw tooMuch("stdin");
      text += decoder.decode(next.value, { stream: true });
    }
    return text + decoder.decode();
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** Stdin line by line, split at line feeds only. Ends when stdin does, or `signal` aborts. */
export async function* readLines(signal: AbortSignal): AsyncGenerator<string> {
  const reader = Bun.stdin.stream().getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let pending: string[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const [head = "", ...rest] = decoder.decode(next.value, { stream: true }).split("\n");
      pending.push(head);
      length += head.length;
      if (length > MOST_BYTES) throw tooMuch("a line of stdin");
      for (const part of rest) {
        yield pending.join("");
        pending = [part];
        length = part.length;
      }
    }
    const last = pending.join("") + decoder.decode();
    if (last !== "") yield last;
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** The prompt that a text and piped stdin make together. */
export function withStdin(text: string, piped: string): string {
  const more = piped.trimEnd();
  if (text === "" || more.trim() === "") return text === "" ? more.trimStart() : text;
  return `${text}\n\n${more}`;
}

// --- internal ---

/** Whether `work` takes longer than `ms`. */
async function late(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), ms);
  const slow = await Promise.race([work.then(() => false), promise]);
  clearTimeout(timer);
  return slow;
}

function tooMuch(what: string): ClawError {
  return new ClawError("CLAW_USAGE", `${what} has more than ${MOST_BYTES / 1024 / 1024} MB`, {
    hint: "Put it into a file and name the file in the prompt.",
  });
}
