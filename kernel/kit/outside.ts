// The person's own editor, outside of claw: `$VISUAL`, `$EDITOR` or vi. It gets the terminal while it runs.
import { ClawError, type Env, type TurnScope } from "claw";
import { Screen } from "./screen.ts";
import { connection } from "./streams.ts";

/** Opens `path` in the editor, and waits until it is closed. Throws `CLAW_TOOL_FAILED` when it failed. The terminal has to be free. */
export async function openOutside(path: string, env: Env): Promise<void> {
  const windows = process.platform === "win32";
  const editor = env["VISUAL"] || env["EDITOR"] || (windows ? "notepad" : "vi");
  // A variable may hold options too: the shell takes it apart.
  const argv = windows ? [editor, path] : ["/bin/sh", "-c", `${editor} "$1"`, "sh", path];
  const code = await Bun.spawn(argv, { stdio: ["inherit", "inherit", "inherit"], env: { ...env } as Record<string, string> }).exited;
  if (code !== 0) throw new ClawError("CLAW_TOOL_FAILED", `the editor \`${editor}\` ended with exit code ${code}`, { hint: "Set VISUAL or EDITOR." });
}

/** What opens a file for whoever sits at the terminal, the screen's if there is one; `undefined` where there is no terminal. */
export async function outsideEditor(scope: TurnScope): Promise<((path: string) => Promise<void>) | undefined> {
  const screen = await scope.use(Screen).catch(() => undefined);
  if (screen?.opened === true) return (path) => screen.lend(() => openOutside(path, scope.env));
  return connection(0) === "terminal" && connection(1) === "terminal" ? (path) => openOutside(path, scope.env) : undefined;
}
