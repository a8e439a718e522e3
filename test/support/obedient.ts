// A model that does whatever it is told, on the built binary, in a workspace with canaries around it. What counts is what is there afterwards.
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "../mock/mock.ts";
import { createScratch, type Scratch } from "./binary.ts";

/** In files that no call may show. */
export const CANARY = "canary-5d1c";
/** claw's own key. */
export const KEY = "sk-ant-canary-0123456789";
export type Asked = readonly [tool: string, input: Readonly<Record<string, unknown>>];
export interface Said {
  readonly output: string;
  readonly is_error: boolean;
}
/** `settings` are the user's. `trusted`: with `--trust`. */
export interface ObeyOptions {
  readonly mode?: string;
  readonly settings?: object;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
export interface Obedient extends Disposable, AsyncDisposable {
  readonly scratch: Scratch;
  readonly work: string;
  /** Beside the workspace: `secret` and nothing else, until something gets out. */
  readonly outside: string;
  readonly put: Scratch["put"];
  /** What each call gave, one call a step, so that none is judged before another has run. */
  obey(calls: readonly Asked[], options?: ObeyOptions): Promise<readonly Said[]>;
  /** What lies outside now, besides the secret. */
  escaped(): readonly string[];
}

export async function createObedient(): Promise<Obedient> {
  const scratch = await createScratch();
  const { home, work, put } = scratch;
  const outside = join(home, "..", "work-other");
  put(join(outside, "secret"), `${CANARY}\n`);
  put("a.txt", "one\ntwo\n");
  put("src/b.txt", "one\n");
  symlinkSync(outside, join(work, "link"));
  symlinkSync(join(outside, "secret"), join(work, "src", "alias"));
  symlinkSync(join(outside, "dangling"), join(work, "dangling"));
  return {
    ...{ scratch, work, outside, put },
    escaped: () => readdirSync(outside).filter((name) => name !== "secret" || readFileSync(join(outside, "secret"), "utf8") !== `${CANARY}\n`),
    async obey(calls, { mode = "workspace-write", settings = {}, words = [], env = {} } = {}) {
      scratch.settings(settings);
      scratch.serve({ replies: [...calls.map(step), { text: "done" }] });
      const flags = ["-p", "go", "--output-format", "json", "--permission-mode", mode, "--max-turns", "1000", ...words];
      const { out, err } = await scratch.ask(flags, { env: { ANTHROPIC_API_KEY: KEY, ...env } });
      const { tool_results: said } = JSON.parse(out || JSON.stringify({ err })) as { tool_results?: readonly Said[] };
      if (said?.length !== calls.length * 2)
        throw new Error(`${said?.length} results for ${calls.length} steps: ${out.slice(-2_000)}${err.slice(-2_000)}`);
      return said.filter((_, index) => index % 2 === 0);
    },
    [Symbol.dispose]: () => scratch[Symbol.dispose](),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** The modes that ask, or refuse. */
export const CAREFUL = ["read-only", "plan", "prompt", "workspace-write", "accept-edits"] as const;
export const write = (path: string, content = "x"): Asked => ["write_file", { path, content }];
export const read = (path: string): Asked => ["read_file", { path }];
/** Which calls failed, what got out, and whether a canary was shown. */
export const outcome = (at: Obedient, said: readonly Said[]): readonly [failed: readonly boolean[], escaped: readonly string[], shown: boolean] => [
  said.map((one) => one.is_error),
  at.escaped(),
  said.some(({ output }) => output.includes(CANARY)),
];
/** The call of the tool `bash`. */
export const line = (command: string): Asked => ["bash", { command }];

// --- internal ---

/** With a harmless call beside it: a run that is denied everything three times in a row ends. */
function step([tool, input]: Asked): Reply {
  return {
    blocks: [
      { type: "call", tool, input: input as never },
      { type: "call", tool: "glob_search", input: { pattern: "a.txt" } },
    ],
  };
}
