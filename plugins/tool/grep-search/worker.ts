// Runs the embedded ripgrep, in a thread of its own: WebAssembly does not let go of its thread until it is done.
// Imported elsewhere, this file does nothing but tell where it is.
import { join } from "node:path";

/** One search. */
export interface Job {
  readonly flags: readonly string[];
  /** What to search, each a path from `top` that starts with `/`. */
  readonly operands: readonly string[];
  /** The folder that ripgrep sees as `/`. It sees nothing else. */
  readonly top: string;
  /** Bytes of output after which it stops. */
  readonly most: number;
}
export type News =
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "end"; readonly code: number | null; readonly stderr: string; readonly cut: boolean };

/** The file a thread is started with. In the compiled binary it has another name. */
export const WORKER_PATH: string = import.meta.path;
/** What makes this file serve. */
export const WORKER_MARK = "claw.grep-search";

const { parentPort, workerData } = process.getBuiltinModule("node:worker_threads");
if (workerData === WORKER_MARK) parentPort?.on("message", serve);

// --- internal ---

/** Text is sent on in pieces of about this size, so that a search that is cut short has given what it found. */
const PIECE = 64 * 1024;
const MOST_STDERR = 4_000;

async function serve({ flags, operands, top, most }: Job): Promise<void> {
  const { ripgrep } = await import("ripgrep");
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const errors = new TextDecoder();
  let stderr = "";
  let piece = "";
  let bytes = 0;
  const send = (): void => {
    if (piece !== "") tell({ kind: "output", text: piece });
    piece = "";
  };
  const complain = (chunk: Uint8Array): void => {
    stderr = (stderr + errors.decode(chunk)).slice(-MOST_STDERR);
  };
  const stdout = {
    write(chunk: Uint8Array): void {
      bytes += chunk.length;
      // ripgrep takes it for a failed write and gives up.
      if (bytes > most) throw new Error("enough");
      piece += decoder.decode(chunk, { stream: true });
      if (piece.length >= PIECE) send();
    },
  };
  let code: number | null = null;
  try {
    // Each operand is mapped by name: the package would map one that is not to the same path of the real machine.
    const preopens = Object.fromEntries(["/", ...operands].map((path) => [path, join(top, path)]));
    ({ code } = await ripgrep([...flags, "--", ...operands], {
      stdout,
      stderr: { write: complain },
      preopens,
      env: {},
    }));
  } catch (error) {
    stderr = error instanceof Error ? error.message : String(error);
  }
  send();
  tell({ kind: "end", code, stderr, cut: bytes > most });
}

function tell(news: News): void {
  parentPort?.postMessage(news);
}
