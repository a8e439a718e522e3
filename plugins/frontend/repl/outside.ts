// The user's own editor, for the input.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "claw";
import { openOutside, type Screen } from "claw/kit";

/** Lets the user edit `text` in `$VISUAL`, `$EDITOR` or vi; gives what they saved, without the last line end. Throws `CLAW_TOOL_FAILED` when it failed. */
export async function editOutside(text: string, env: Env, screen: Screen): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "claw-input-"));
  const file = join(folder, "input.md");
  try {
    await writeFile(file, text, { mode: 0o600 });
    await screen.lend(() => openOutside(file, env));
    return (await readFile(file, "utf8")).replace(/\r\n/g, "\n").replace(/\n$/, "").toWellFormed();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
