// Replaying: `fetch` and children answer from the cassette. The network is never asked, and no recorded program is run.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PluginContext } from "claw";
import { playFetch, type RecordedProcess, readCassette } from "claw/kit";
import { divert, writePrograms } from "./programs.ts";

/** Begins; what it gives ends it. Throws `CLAW_USAGE` for a file that is no cassette. */
export async function play(file: string, { cwd, bus }: PluginContext<unknown>): Promise<() => Promise<void>> {
  const cassette = readCassette(resolve(cwd, file));
  const strayed = (message: string): void => bus.emit("log.written", { message });
  const stack = new AsyncDisposableStack();
  stack.use(playFetch(cassette, strayed));
  const programs = stack.use(await writePrograms());
  const left = cassette.entries.filter((entry) => entry.kind === "process");
  let count = 0;
  stack.use(
    divert((argv) => {
      const wanted = likeness(argv);
      const at = left.findIndex((entry) => likeness(entry.argv) === wanted);
      const [entry = missing(argv)] = at === -1 ? [] : left.splice(at, 1);
      if (at === -1) strayed(`the cassette has no program ${argv.join(" ")}`);
      const script = join(programs.folder, `${count++}.json`);
      writeFileSync(script, JSON.stringify(entry));
      return [process.execPath, programs.play, script];
    }),
  );
  return () => stack.disposeAsync();
}

// --- internal ---

/** A command line without what is another in each run: folders below the temporary one, numbers of processes and sessions. */
function likeness(argv: readonly string[]): string {
  const last = argv.slice(-2).join("\n");
  return last.replace(/\/(?:tmp|var\/folders)\/\S*/g, "TMP").replace(/\b[0-9a-f]{8}(?:-?[0-9a-f]{4,})*\b/gi, "ID");
}

function missing(argv: readonly string[]): RecordedProcess {
  return {
    kind: "process",
    argv,
    code: 127,
    signal: null,
    pieces: [{ text: `${argv.at(-1) ?? ""}: the cassette has no such program\n`, err: true }],
  };
}
