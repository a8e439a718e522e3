// A background process as the session knows it: named, listed, and read piece by piece while it runs.
import { open } from "node:fs/promises";
import type { ProcessEnd, Task } from "claw/kit";
import { type Capture, count, decode, unfinished } from "./capture.ts";
import type { Child } from "./child.ts";

/** `spill` is where all of `output` goes. */
export function createTask(name: string, child: Child, output: Capture, spill: string): Task {
  let end: ProcessEnd | undefined;
  let read = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<string> => {
    const piece = await readFresh(spill, read, output, end !== undefined);
    read = piece.read;
    return piece.text;
  };
  void child.ended.then((ended) => {
    end = ended;
  });
  return {
    id: `t${crypto.randomUUID().slice(0, 6)}`,
    name,
    pid: child.pid,
    startedAt: Date.now(),
    spill,
    ended: child.ended,
    get end() {
      return end;
    },
    // Two readers at once must not get the same piece twice.
    fresh: () => {
      const mine = turn.then(next);
      turn = mine.catch(() => {});
      return mine;
    },
    stop: () => child.end("stop"),
  };
}

// --- internal ---

/** Most bytes of one piece. */
const MOST = 30_000;

/** What of the output lies after byte `read`: its end when it is long, and never a part of a character that is still to come. */
async function readFresh(path: string, read: number, output: Capture, over: boolean): Promise<{ readonly text: string; readonly read: number }> {
  const { written, bytes } = output;
  if (output.full && bytes > Math.max(read, written)) {
    // The file has no more; memory still has the end.
    const note = `[… ${count(bytes)} bytes by now; the first ${count(written)} are in ${path}, these are the last …]`;
    return { text: `${note}\n${output.tail(MOST / 2)}`, read: bytes };
  }
  const from = Math.max(read, written - MOST);
  const buffer = Buffer.alloc(Math.max(0, written - from));
  const file = await open(path, "r");
  try {
    await file.read(buffer, 0, buffer.length, from);
  } finally {
    await file.close();
  }
  const held = over ? 0 : unfinished(buffer);
  const text = decode(buffer.subarray(0, buffer.length - held), from > read, false);
  const note = from > read ? `[… ${count(from - read)} bytes left out here; the whole is in ${path} …]\n` : "";
  return { text: note + text, read: written - held };
}
