// For tests: a real call of a real turn to run a test body in, and a look at what is left afterwards.
import { readdirSync, readFileSync } from "node:fs";
import { type CallScope, definePlugin, defineTool } from "claw";
import { type ProcessEnd, Processes, type ProcessOptions } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions } from "claw/testing";
import * as v from "valibot";
import { marked } from "../group.ts";

type Body = (processes: Processes, scope: CallScope, harness: Harness) => Promise<void>;

/** Runs `body` inside a real call of a real turn, then closes everything. Resolves to the mark of the session's children. */
export async function inCall(body: Body, options: Partial<HarnessOptions> = {}): Promise<string> {
  const { promise: harness, resolve } = Promise.withResolvers<Harness>();
  let mark = "";
  let thrown: unknown;
  let done = false;
  const run = async (_: unknown, scope: CallScope) => {
    try {
      const processes = await scope.use(Processes);
      mark = processes.environment(scope)["CLAW_RUN"] ?? "";
      await body(processes, scope, await harness);
      done = true;
    } catch (error) {
      thrown = error;
    }
    return { content: [] };
  };
  const input = v.strictObject({});
  const tool = defineTool({ name: "probe", description: "Runs the test.", input, access: () => "none", subject: () => "", run });
  const probe = definePlugin({ setup: ({ contribute }) => void contribute("tool", tool) });
  {
    await using opened = await createHarness({ plugins: ["feature/processes", "feature/workspace", probe], ...options });
    resolve(opened);
    await opened.call("probe", {});
  }
  if (thrown !== undefined) throw thrown;
  if (!done) throw new Error("the body of the test did not run to its end");
  return mark;
}
export const bash = (line: string, scope: CallScope, more: Partial<ProcessOptions> = {}): ProcessOptions => ({
  argv: ["bash", "-c", line],
  cwd: scope.session.cwd,
  ...more,
});
/** Waits until no process carries the mark, which is what a person sees with `ps`. */
export async function survivors(mark: string, withinMs = 10_000): Promise<number[]> {
  const until = performance.now() + withinMs;
  while ((await marked("CLAW_RUN", mark)).length > 0 && performance.now() < until) await Bun.sleep(20);
  return marked("CLAW_RUN", mark);
}
/** Processes with exactly these arguments, once there are `count` of them or ten seconds have passed. */
export async function running(argv: readonly string[], count: number): Promise<number[]> {
  const line = `${argv.join("\0")}\0`;
  const find = (): number[] => readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) && lineOf(name) === line ? [Number(name)] : []));
  const until = performance.now() + 10_000;
  while (find().length !== count && performance.now() < until) await Bun.sleep(20);
  return find();
}
function lineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return "";
  }
}
export const facts = ({ ms: _, ...rest }: ProcessEnd): Omit<ProcessEnd, "ms"> => rest;
