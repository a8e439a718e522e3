// For the tests beside it: claw as a process of its own, from source, with a workspace, a home and a scripted model.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json } from "claw";

export const CLAW = join(import.meta.dir, "..", "..", "..", "scripts", "claw.ts");

export interface Place extends AsyncDisposable {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A workspace and a home of its own, gone when disposed. */
export async function place(replies: readonly Json[]): Promise<Place> {
  const at = await mkdtemp(join(tmpdir(), "claw-print-"));
  const [cwd, home] = [join(at, "work"), join(at, "home")];
  await mkdir(cwd);
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(at, "script.json"), JSON.stringify({ replies }));
  const settings = { provider: "scripted", model: "scripted", plugins: { "@claw/provider-scripted": { script: join(at, "script.json") } } };
  await writeFile(join(home, "settings.json"), JSON.stringify(settings));
  const env = { PATH: process.env["PATH"] ?? "", CLAW_CONFIG_HOME: home };
  return { cwd, home, env, [Symbol.asyncDispose]: () => rm(at, { recursive: true, force: true }) };
}

/** A running claw whose stdin is a pipe. */
export function spawn({ cwd, env }: Place, args: readonly string[]) {
  return Bun.spawn([process.execPath, CLAW, ...args], { cwd, env, stdin: "pipe", stdout: "pipe", stderr: "pipe", timeout: 30_000 });
}

/** Runs claw to its end; without `stdin` there is none. */
export async function claw(
  at: Place,
  args: readonly string[],
  stdin?: string | Uint8Array,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const input = stdin === undefined ? "ignore" : new Blob([stdin as Uint8Array<ArrayBuffer>]);
  return end(
    Bun.spawn([process.execPath, CLAW, ...args], {
      cwd: at.cwd,
      env: { ...at.env, ...env },
      stdin: input,
      stdout: "pipe",
      stderr: "pipe",
      timeout: 30_000,
    }),
  );
}

/** Runs a line of bash, in which `$CLAW` is claw. */
export function shell({ cwd, env }: Place, line: string): Promise<Ended> {
  const known = { ...env, BUN: process.execPath, MAIN: CLAW };
  const whole = line.replaceAll("$CLAW", '"$BUN" "$MAIN"');
  return end(Bun.spawn(["bash", "-c", whole], { cwd, env: known, stdin: "ignore", stdout: "pipe", stderr: "pipe", timeout: 30_000 }));
}

/** The text of every session file. */
export async function sessions({ home }: Place): Promise<string[]> {
  const paths = await Array.fromAsync(new Bun.Glob("sessions/**/*.jsonl").scan({ cwd: home }));
  return Promise.all(paths.map((path) => Bun.file(join(home, path)).text()));
}

export function lines(text: string): { readonly [key: string]: Json }[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

// --- internal ---

async function end(child: Bun.Subprocess<"ignore" | Blob, "pipe", "pipe">): Promise<Ended> {
  const [code, out, err] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { code, out, err };
}
