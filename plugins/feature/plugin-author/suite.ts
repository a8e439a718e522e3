// `claw plugin test`: the plugin's own tests, run by the `bun test` that is in the binary, against the SDK that is in the binary.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { type ProcessEnd, Processes } from "claw/kit";
import { ensureSdk } from "./sdk.ts";

/** Ends with 1 when a test fails. `words` go to `bun test`: names of files, `-t NAME`, … */
export async function test(folder: string, words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  await ensureSdk(folder);
  const end = await bun(["test", ...words], folder, scope);
  if (end.timedOut)
    throw new ClawError("CLAW_TOOL_FAILED", `the tests took longer than ${LIMIT_MS / 60_000} minutes`, { hint: "Name a file of them." });
  const output = end.output.trimEnd();
  const count = (word: string): number => Number([...output.matchAll(new RegExp(`^ *(\\d+) ${word}s?$`, "gm"))].at(-1)?.[1] ?? 0);
  const data = { kind: "plugin", action: "test", path: folder, passed: count("pass"), failed: count("fail"), ms: end.ms, output };
  if (end.code === 0) return { kind: "done", notice: output, data: { ...data, status: "ok" } };
  return { kind: "exit", code: 1, notice: output, data: { ...data, status: "error" } };
}

/** Runs the Bun that claw is. Without `env`, in claw's environment without its secrets. */
export async function bun(words: readonly string[], cwd: string, scope: TurnScope, env?: Readonly<Record<string, string>>): Promise<ProcessEnd> {
  const processes = await scope.use(Processes);
  const around = { ...(env ?? processes.environment(scope)), BUN_BE_BUN: "1", NO_COLOR: "1" };
  return processes.run({ argv: [process.execPath, ...words], cwd, env: around, timeoutMs: LIMIT_MS, keep: KEPT, name: `bun ${words[0]}` }, scope);
}

// --- internal ---

const LIMIT_MS = 600_000;
const KEPT = 200_000;
