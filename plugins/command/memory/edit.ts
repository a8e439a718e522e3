// Opens an instruction file in the person's own editor.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { MemoryFiles, outsideEditor, type PickItem, pick, projectRoot } from "claw/kit";
import { nameOf, placeOf } from "./run.ts";

export async function edit(name: string | undefined, scope: TurnScope): Promise<CommandOutcome> {
  const path = name === undefined ? await choose(scope) : await meant(name, scope);
  const about = { kind: "memory", action: "edit" } as const;
  if (path === undefined) return { kind: "done", notice: "Nothing was opened.", data: { ...about, status: "cancelled" } };
  const editFile = await outsideEditor(scope);
  if (editFile === undefined) throw new ClawError("CLAW_USAGE", "there is no terminal to open an editor in", { hint: `Edit ${path} yourself.` });
  const fresh = !existsSync(path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await editFile(path);
  const notice = existsSync(path)
    ? `${path} is saved${fresh ? ", and new" : ""}. What changed in it is told with the next input.`
    : "Nothing was written.";
  return { kind: "done", notice, data: { ...about, status: "ok", path } };
}

// --- internal ---

/** One in force, or any by its name as an instruction file. */
async function meant(name: string, scope: TurnScope): Promise<string> {
  const { named } = await import("./run.ts");
  const path = resolve(scope.session.cwd, name);
  return /(?:^|\/)(?:CLAUDE|CLAW|AGENTS)(?:\.local)?\.md$/.test(path) ? path : (await named(name, scope)).path;
}

/** Those in force, then those that could be. */
async function choose(scope: TurnScope): Promise<string | undefined> {
  if (scope.ask === undefined) throw new ClawError("CLAW_USAGE", "which file?", { hint: "Write memory edit FILE." });
  const { files } = await (await scope.use(MemoryFiles)).list(placeOf(scope));
  const there: PickItem<string>[] = files.map(({ path, level, text }) => ({
    label: nameOf(path, scope),
    detail: `${level}, ${text.length} characters`,
    value: path,
  }));
  const could = [join(projectRoot(scope.session.cwd), "CLAUDE.md"), join(scope.home, "CLAUDE.md")].filter((path) => !existsSync(path));
  const items = [...there, ...could.map((path) => ({ label: nameOf(path, scope), detail: "new", value: path }))];
  return pick(scope.ask, "Edit which instruction file?", items, scope.signal);
}
