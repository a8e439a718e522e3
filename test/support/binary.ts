// Runs the built binary as a user's shell would, in a home, a folder and an environment of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "../../scripts/build.ts";

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

/** `cwd` is `work` when absent. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}
/** A scratch folder with `home/` and `work/`, removed when disposed. */
export interface Scratch extends Disposable {
  readonly binary: string;
  readonly home: string;
  readonly work: string;
  run(words: readonly string[], options?: RunOptions): Promise<Ran>;
}

export async function createScratch(): Promise<Scratch> {
  const binary = await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "claw-binary-"));
  const home = join(folder, "home");
  const work = join(folder, "work");
  await mkdir(home);
  await mkdir(work);
  return {
    binary,
    home,
    work,
    async run(words, { env = {}, stdin, cwd = work } = {}) {
      const child = Bun.spawn([binary, ...words], {
        cwd,
        env: { PATH: process.env["PATH"] ?? "", HOME: home, ...env },
        stdio: [stdin === undefined ? "ignore" : new Blob([stdin]), "pipe", "pipe"],
        timeout: 20_000,
      });
      const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      return { out, err, code };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
