// Runs the built binary as a user's shell would, in a home, a folder and an environment of its own, with a mock of the Messages API where one is wanted.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureBuilt } from "../../scripts/build.ts";
import { createMock, type Mock, type MockOptions } from "../mock/mock.ts";

/** Built while the file of tests loads: no test waits for it, or has it changed under its feet. */
const binary = await ensureBuilt();

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
/** A scratch folder with `home/` and `work/`. It is removed, and its mocks are stopped, when disposed. */
export interface Scratch extends Disposable, AsyncDisposable {
  readonly binary: string;
  readonly home: string;
  readonly work: string;
  /** The mock that `serve` started last. */
  readonly mock: Mock;
  /** The environment of a claw that asks that mock, with a key. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a mock of the Messages API in place of the one before. */
  serve(options: MockOptions): Mock;
  /** Runs claw, which knows of no mock unless `options` say so. */
  run(words: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Runs claw with `env`, and what `options` have besides. */
  ask(words: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Writes a file of `work`, or at an absolute path, folders and all; an object as JSON. Gives its path. */
  put(path: string, content: string | object, mode?: number): string;
  /** Writes the user's settings. Gives their path. */
  settings(content: string | object): string;
}

export async function createScratch(): Promise<Scratch> {
  const folder = mkdtempSync(join(tmpdir(), "claw-binary-"));
  const home = join(folder, "home");
  const work = join(folder, "work");
  for (const path of [home, work]) mkdirSync(path);
  const around = { PATH: process.env["PATH"] ?? "", HOME: home };
  const mocks: Mock[] = [];
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const stop = (): Promise<unknown> => Promise.all(mocks.map((mock) => mock.stop()));
  const scratch: Scratch = {
    ...{ binary, home, work },
    get mock() {
      const mock = mocks.at(-1);
      if (mock === undefined) throw new Error("no mock: call serve() first");
      return mock;
    },
    get env() {
      return { ...around, ANTHROPIC_BASE_URL: scratch.mock.url, ANTHROPIC_API_KEY: "sk-test" };
    },
    serve(options) {
      void stop();
      const mock = createMock(options);
      mocks.push(mock);
      return mock;
    },
    async run(words, { env = {}, stdin, cwd = work } = {}) {
      const child = Bun.spawn([binary, ...words], {
        cwd,
        env: { ...around, ...env },
        stdio: [stdin === undefined ? "ignore" : new Blob([stdin]), "pipe", "pipe"],
        timeout: 20_000,
      });
      const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      return { out, err, code };
    },
    ask: (words, { env = {}, ...options } = {}) => scratch.run(words, { ...options, env: { ...scratch.env, ...env } }),
    put(path, content, mode) {
      const file = path.startsWith("/") ? path : join(work, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      if (mode !== undefined) chmodSync(file, mode);
      return file;
    },
    settings: (content) => scratch.put(join(home, ".claw", "settings.json"), content),
    [Symbol.dispose]() {
      void stop();
      remove();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      remove();
    },
  };
  return scratch;
}
