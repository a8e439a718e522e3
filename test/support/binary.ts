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

/** A scratch folder with `home/` and `work/`, removed when disposed. */
export interface Scratch extends Disposable {
  readonly home: string;
  readonly work: string;
  run(words: readonly string[], options?: { readonly env?: Readonly<Record<string, string>>; readonly stdin?: string }): Promise<Ran>;
}

export async function createScratch(): Promise<Scratch> {
  const binary = await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "claw-binary-"));
  const home = join(folder, "home");
  const work = join(folder, "work");
  await mkdir(home);
  await mkdir(work);
  return {
    home,
    work,
    async run(words, { env = {}, stdin } = {}) {
      const child = Bun.spawn([binary, ...words], {
        cwd: work,
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
