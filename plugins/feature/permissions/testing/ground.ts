// For the tests of the rules: real files, and calls on them as the workspace service would place them.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Access, ToolCall, TurnScope } from "claw";
import { type Place, Shell } from "claw/kit";
import type { Harness } from "claw/testing";
import type { Subject } from "../match.ts";
import { createRoots } from "../paths.ts";
import { decide, type Policy } from "../policy.ts";
import { parseRule } from "../rules.ts";

/** A workspace `ws` beside the folders `other` and `home`, with a link out of it and one to its secrets. */
export interface Ground extends Disposable {
  readonly root: string;
  subject(tool: string, access: Access, subject: string, paths?: readonly string[], guarded?: boolean): Subject;
}
export function createGround(): Ground {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-rules-")));
  const ws = join(root, "ws");
  for (const folder of ["ws/src/deep", "ws/secret", "ws/[id]", "other", "home"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ["ws/src/a.ts", "ws/.env", "other/x.ts", "home/n.txt"]) writeFileSync(join(root, file), "");
  symlinkSync(join(root, "other"), join(ws, "link"));
  symlinkSync(join(ws, "secret"), join(ws, "src", "innocent"));
  const roots = createRoots(ws, join(root, "home"));
  return {
    root,
    subject(tool, access, subject, paths = [], guarded = false) {
      const places = paths.map((given): Place => {
        const path = realest(resolve(ws, given));
        return { given, path, inside: path === ws || path.startsWith(`${ws}/`), guarded };
      });
      return { call: { tool, access, subject, paths }, places, roots };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A command line as the real shell service judges it, in a kernel that has one. */
export async function lineSubject(kernel: Harness, line: string): Promise<Subject> {
  const scope = { ...kernel.host, cwd: kernel.workspace, session: kernel.shell.session } as unknown as TurnScope;
  const call: ToolCall = { id: "", tool: "bash", input: {}, access: "execute", subject: line, paths: [] };
  const judged = await (await kernel.host.use(Shell)).judge(call, scope);
  return { call, places: [], roots: createRoots(kernel.workspace, kernel.home), ...(judged === undefined ? {} : { line: judged }) };
}

/** Whether the rule alone allows the call. */
export function covers(text: string, subject: Subject): boolean {
  return verdict("allow", text, subject) === "allow";
}
/** Whether the rule denies the call, or asks for it. */
export function touches(text: string, subject: Subject): boolean {
  return verdict("deny", text, subject) === "deny";
}
/** What a policy of this one rule says. */
export function verdict(effect: "allow" | "ask" | "deny", text: string, subject: Subject): string | undefined {
  const policy: Policy = { allow: [], ask: [], deny: [], warnings: [], [effect]: [parseRule(text, "test")] };
  return decide(policy, [], subject).decision?.verdict;
}

// --- internal ---

function realest(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = resolve(path, "..");
    return join(realest(parent), path.slice(parent === "/" ? 1 : parent.length + 1));
  }
}
