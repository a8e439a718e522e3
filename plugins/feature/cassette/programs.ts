// The two programs that stand in a child's place: one that runs it and keeps what it says, one that says it again. Run by the Bun that claw is.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the programs are. Dispose removes them. */
export interface Programs extends AsyncDisposable {
  readonly folder: string;
  readonly tee: string;
  readonly play: string;
}

export async function writePrograms(): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), "claw-cassette-"));
  const [tee, play] = [join(folder, "tee.mjs"), join(folder, "play.mjs")];
  await Promise.all([writeFile(tee, TEE), writeFile(play, PLAY)]);
  return { folder, tee, play, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

type Spawn = (argv: readonly string[], options?: Record<string, unknown>) => unknown;

/** Takes the place of `Bun.spawn` until it is disposed. `instead` gives another command line for one whose words are of interest; `files` are its descriptors from 3 on. */
export function divert(instead: (argv: readonly string[], files: number) => readonly string[]): Disposable {
  const real = Bun.spawn as unknown as Spawn;
  const diverted: Spawn = (argv, options = {}) => {
    const stdio = options["stdio"] as readonly unknown[] | undefined;
    const env = (options["env"] ?? process.env) as Record<string, string | undefined>;
    // What nobody listens to says nothing; claw's own watchmen are not to be kept waiting.
    const heard = Array.isArray(argv) && (stdio?.[1] ?? options["stdout"]) !== "ignore" && env["CLAW_WATCHDOG"] === undefined;
    if (!heard) return real(argv, options);
    return real(instead(argv, Math.max(0, (stdio?.length ?? 0) - 3)), { ...options, env: { ...env, BUN_BE_BUN: "1" } });
  };
  Object.assign(Bun, { spawn: diverted });
  return { [Symbol.dispose]: () => void Object.assign(Bun, { spawn: real }) };
}

// --- internal ---

/** `tee.mjs LOG FILES PROGRAM ARGS…`: all it reads goes to the program, all that writes goes out and, with the number of lines it was told (the end of them counts too), to LOG. */
const TEE = `import { appendFileSync, writeSync } from "node:fs";
const [log, files, ...argv] = process.argv.slice(2);
const { BUN_BE_BUN: _, ...env } = process.env;
const more = Array.from({ length: Number(files) }, (_, at) => at + 3);
let child;
try {
  child = Bun.spawn(argv, { env, stdio: ["pipe", "pipe", "pipe", ...more] });
} catch (error) {
  appendFileSync(log, JSON.stringify({ code: 127, signal: null }) + "\\n");
  writeSync(2, argv[0] + ": " + error.message + "\\n");
  process.exit(127);
}
let told = 0;
const all = (fd, bytes) => { for (let at = 0; at < bytes.length; ) try { at += writeSync(fd, bytes, at); } catch (error) { if (error.code !== "EAGAIN") return; Bun.sleepSync(1); } };
const pump = async (stream, fd) => {
  for await (const bytes of stream) {
    appendFileSync(log, JSON.stringify({ fd, after: told, base64: Buffer.from(bytes).toString("base64") }) + "\\n");
    all(fd, bytes);
  }
};
(async () => {
  for await (const bytes of Bun.stdin.stream()) {
    told += bytes.filter((byte) => byte === 10).length;
    child.stdin.write(bytes);
    await child.stdin.flush();
  }
  told += 1;
  await child.stdin.end();
})().catch(() => {});
await Promise.all([pump(child.stdout, 1), pump(child.stderr, 2), child.exited]);
appendFileSync(log, JSON.stringify({ code: child.exitCode, signal: child.signalCode }) + "\\n");
if (child.signalCode) process.kill(process.pid, child.signalCode);
process.exit(child.exitCode ?? 1);
`;
/** `play.mjs FILE`: writes each piece when it has been told as many lines as the program had, and ends as it did. */
const PLAY = `import { readFileSync, writeSync } from "node:fs";
const { pieces, code, signal } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const left = [...pieces];
let told = 0;
const all = (fd, bytes) => { for (let at = 0; at < bytes.length; ) try { at += writeSync(fd, bytes, at); } catch (error) { if (error.code !== "EAGAIN") process.exit(1); Bun.sleepSync(1); } };
const say = () => {
  while (left.length > 0 && (left[0].after ?? 0) <= told) {
    const piece = left.shift();
    all(piece.err ? 2 : 1, "text" in piece ? Buffer.from(piece.text) : Buffer.from(piece.base64, "base64"));
  }
};
const end = () => {
  if (signal) process.kill(process.pid, signal);
  process.exit(code ?? 1);
};
say();
if (left.length > 0 || pieces.some((piece) => piece.after > 0)) {
  for await (const bytes of Bun.stdin.stream()) {
    told += bytes.filter((byte) => byte === 10).length;
    say();
  }
  told = Infinity;
  say();
}
end();
`;
