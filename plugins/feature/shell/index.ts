// The shell service: command lines judged before they run, where the session's next one starts. The analysis itself is loaded for the first line.
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { definePlugin, type Env, Inspecting, type PluginScope, type ToolCall, type TurnScope } from "claw";
import { type JudgedLine, Shell, type ShellAnalysis, type ShellPart, takesLine, Workspace } from "claw/kit";
import { createFolders, type Patience } from "./folders.ts";
import type { Machine } from "./ground.ts";

export default definePlugin({
  setup(ctx) {
    const folders = createFolders(ctx.bus);
    const judged = new WeakMap<ToolCall, Promise<JudgedLine>>();
    const machines = new Map<string, Promise<Machine>>();
    ctx.bus.on("session.closed", ({ session }) => void machines.delete(session ?? ""));

    const machineOf = (scope: TurnScope): Promise<Machine> => {
      const known = machines.get(scope.session.id) ?? machine(scope, ctx.env);
      machines.set(scope.session.id, known);
      return known;
    };
    const analysed = async (line: string, folder: string | undefined, scope: TurnScope): Promise<ShellAnalysis> => {
      const [{ analyse }, at] = await Promise.all([import("./analyse.ts"), machineOf(scope)]);
      return analyse(line, folder, at);
    };
    const judge = async (call: ToolCall, scope: TurnScope): Promise<JudgedLine> => {
      // Whatever an earlier call of this step will have changed is not there yet. Nothing is lost by waiting: the call itself would wait for that one.
      const waiting = call.id !== "" && (await folders.begin(scope.session.id, call.id, await patience(scope)));
      const found = await analysed(call.subject, folders.of(scope.session), scope);
      const line = await placed(waiting ? { ...found, problem: found.problem ?? "an earlier command of this step has not run yet" } : found, scope);
      const still = !line.moves && line.problem === undefined && line.parts.every((part) => part.does === "read");
      if (still) folders.end(scope.session.id, call.id);
      return line;
    };
    ctx.provide(Shell, {
      analyse: (line, scope) => analysed(line, folders.of(scope.session), scope),
      async judge(call, scope) {
        if (!takesLine(call.tool)) return undefined;
        const known = judged.get(call) ?? judge(call, scope);
        judged.set(call, known);
        return known;
      },
      allow(call, parts) {
        const known = judged.get(call);
        if (known !== undefined)
          judged.set(
            call,
            known.then((line) => ({ ...line, parts: line.parts.map((part) => (parts.has(part) ? { ...part, allowed: true } : part)) })),
          );
      },
    });
  },
});

// --- internal ---

/** As long as a hook may take, and a little less: the rest of the judging takes its time too. While nothing runs, a person may still be thinking. */
async function patience({ use, signal, ask }: TurnScope): Promise<Patience> {
  const { limits } = (await use(Inspecting)).config;
  return { most: (limits.hookMs ?? HOOK_MS) - MARGIN_MS, idle: ask === undefined ? IDLE_MS : THINKING_MS, signal };
}

const IDLE_MS = 2_000;
const THINKING_MS = 60_000;

const HOOK_MS = 120_000;
const MARGIN_MS = 10_000;

/** The same with the places of all files. What has no place cannot be judged. */
async function placed(analysis: ShellAnalysis, scope: TurnScope): Promise<JudgedLine> {
  const workspace = await scope.use(Workspace);
  const parts = analysis.parts.map(async (part: ShellPart) => {
    try {
      const paths = [...part.reads.map((one) => one.path), ...part.writes];
      const places = paths.length === 0 ? [] : await workspace.places({ paths }, scope);
      return { ...part, from: places.slice(0, part.reads.length), to: places.slice(part.reads.length), allowed: false };
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      return { ...part, does: "execute" as const, why, from: [], to: [], allowed: false };
    }
  });
  return { ...analysis, parts: await Promise.all(parts) };
}

/** Programs in folders of the search path that are not absolute, or in the workspace, may be anybody's. */
async function machine(scope: TurnScope, env: Env): Promise<Machine> {
  const path = (env["PATH"] ?? "").split(process.platform === "win32" ? ";" : ":");
  const user = env["HOME"] ?? env["USERPROFILE"];
  // A folder that may not be looked into has nothing that could be run.
  const shell = path.some((folder) => isAbsolute(folder) && existsSync(`${folder}/bash`)) ? "bash" : "sh";
  return { env, user, shell, own: await ownFolders(path, scope) };
}

async function ownFolders(path: readonly string[], scope: Pick<PluginScope, "use"> & TurnScope): Promise<readonly string[]> {
  const workspace = await scope.use(Workspace);
  const own = path.map(async (folder) => {
    if (!isAbsolute(folder)) return [`${scope.session.cwd}/${folder}`];
    const place = await workspace.places({ paths: [folder] }, scope).catch(() => []);
    return place[0]?.inside === true ? [folder] : [];
  });
  return (await Promise.all(own)).flat();
}
