// The user's own editor, for the input.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClawError, type Env } from "claw";
import type { Screen } from "claw/kit";

/** Lets the user edit `text` in `$VISUAL`, `$EDITOR` or vi; gives what they saved, without the last line end. Throws `CLAW_TOOL_FAILED` when it failed. */
export async function editOutside(text: string, env: Env, screen: Screen): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "claw-input-"));
  const file = join(folder, "input.md");
  try {
    await writeFile(file, text, { mode: 0o600 });
    const editor = env["VISUAL"] || env["EDITOR"] || (process.platform === "win32" ? "notepad" : "vi");
    const code = await screen.lend(async () => {
      // A variable may hold options too: the shell takes it apart.
      const argv = process.platform === "win32" ? [editor, file] : ["/bin/sh", "-c", `${editor} "$1"`, "sh", file];
      return Bun.spawn(argv, { stdio: ["inherit", "inherit", "inherit"], env: { ...env } as Record<string, string> }).exited;
    });
    if (code !== 0)
      throw new ClawError("CLAW_TOOL_FAILED", `the editor \`${editor}\` ended with exit code ${code}`, { hint: "Set VISUAL or EDITOR." });
    return (await readFile(file, "utf8")).replace(/\r\n/g, "\n").replace(/\n$/, "").toWellFormed();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
