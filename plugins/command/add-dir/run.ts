// Adds folders to a session, takes them away, lists them, and tells the model.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { plain, Workspace } from "claw/kit";

/** What was added to a session. `part` is what its system prompt has of it. */
export interface Folders {
  readonly added: Set<string>;
  part?: string;
}

export async function run(words: readonly string[], folders: Folders, scope: TurnScope): Promise<CommandOutcome> {
  if (words[0] === "--remove") return remove(words.slice(1), folders, scope);
  if (words.length === 0) return list(folders, scope);
  const lines: string[] = [];
  const fresh: string[] = [];
  for (const word of words) {
    const { path, inside } = await folderOf(word, scope);
    const had = inside || folders.added.has(path);
    lines.push(had ? `${plain(path)} is part of the workspace already.` : `${plain(path)} is part of the workspace for the rest of this session.`);
    if (!had) fresh.push(path);
  }
  for (const path of fresh) {
    folders.added.add(path);
    scope.bus.emit("folder.added", { path });
  }
  await tell(fresh, "has added to the workspace", "Files there can be read and changed as those of your own folder.", folders, scope);
  if (fresh.length > 0) lines.push("For every session: `--add-dir`, or permissions.additionalDirectories in settings.");
  return {
    kind: "done",
    notice: lines.join("\n"),
    data: { kind: "add-dir", action: "add", status: "ok", added: fresh, folders: [...folders.added] },
  };
}

// --- internal ---

async function remove(words: readonly string[], folders: Folders, scope: TurnScope): Promise<CommandOutcome> {
  const gone: string[] = [];
  for (const word of words) {
    const { path } = await (await scope.use(Workspace)).locate(word, scope);
    if (!folders.added.has(path)) {
      const hint = folders.added.size === 0 ? "None was." : `Added were: ${[...folders.added].join(", ")}.`;
      throw new ClawError("CLAW_USAGE", `${plain(path)} was not added in this session`, { hint });
    }
    gone.push(path);
  }
  for (const path of gone) {
    folders.added.delete(path);
    scope.bus.emit("folder.removed", { path });
  }
  await tell(gone, "has taken out of the workspace", "Stay out of there.", folders, scope);
  const notice = gone.map((path) => `${plain(path)} is no longer part of the workspace.`).join("\n");
  return { kind: "done", notice, data: { kind: "add-dir", action: "remove", status: "ok", removed: gone, folders: [...folders.added] } };
}

function list(folders: Folders, scope: TurnScope): CommandOutcome {
  const given = [scope.options["add-dir"] ?? []].flat().filter((one) => typeof one === "string");
  const settings = scope.settings("permissions").flatMap(({ value, trusted }): readonly string[] => {
    const listed = (value as { readonly additionalDirectories?: unknown } | null)?.additionalDirectories;
    return trusted && Array.isArray(listed) ? listed.filter((one) => typeof one === "string") : [];
  });
  const rows: readonly (readonly [string, string])[] = [
    [scope.session.cwd, "the session's folder"],
    ...given.map((path) => [path, "--add-dir"] as const),
    ...settings.map((path) => [path, "permissions.additionalDirectories"] as const),
    ...[...folders.added].map((path) => [path, "this session"] as const),
  ];
  const width = Math.min(60, Math.max(...rows.map(([path]) => path.length)));
  const data = { kind: "add-dir", action: "list", status: "ok", folders: rows.map(([path, by]) => ({ path, by })) };
  return { kind: "done", notice: rows.map(([path, by]) => `${plain(path).padEnd(width)}  ${by}`).join("\n"), data };
}

/** The real folder that a name leads to. Throws `CLAW_USAGE` for what is none. */
async function folderOf(name: string, scope: TurnScope): Promise<{ readonly path: string; readonly inside: boolean }> {
  const { path, inside } = await (await scope.use(Workspace)).locate(name, scope);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return { path, inside };
  const hint = found === undefined ? "Name a folder that is there." : `Its folder is ${dirname(path)}.`;
  throw new ClawError("CLAW_USAGE", found === undefined ? `there is no folder ${plain(path)}` : `${plain(path)} is no folder`, { hint });
}

/** Before the first request the system prompt will say it. */
async function tell(paths: readonly string[], what: string, more: string, folders: Folders, { session }: TurnScope): Promise<void> {
  if (paths.length === 0 || (folders.part === undefined && session.messages.length === 0)) return;
  await session.append({ role: "user", content: [{ type: "text", text: `The user ${what}: ${paths.join(", ")}. ${more}` }] });
}
