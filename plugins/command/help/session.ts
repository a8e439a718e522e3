// The text of `/help` for a person in a session: what can be typed there, by category. Options and exit codes are for the shell.
import type { Manifest } from "claw";
import type { Prompt } from "claw/kit";
import { commandsOf, promptTables, table } from "./render.ts";

export function renderSession(manifests: readonly Manifest[], prompts: readonly Prompt[]): string {
  const commands = commandsOf(manifests).filter((one) => one.slash);
  const categories = [...new Set(commands.map((one) => one.category))].sort();
  const groups = categories.map((category) => {
    const rows = commands.filter((one) => one.category === category);
    return table(
      category,
      rows.map((one) => [`/${one.name} ${one.usage}`.trimEnd(), one.summary] as const),
    );
  });
  const given = promptTables(prompts);
  return `${[...groups, ...given, table("While you type", TYPING), "`/help NAME` says more of one, `/help keys` lists all keys and how to bind others; `claw --help` in a shell lists options."].join("\n\n")}\n`;
}

// --- internal ---

const TYPING = [
  ["/", "a command, prompt or skill"],
  ["@", "a file"],
  ["!", "a line for the shell; the model sees what it printed"],
  ["#", "a line to remember"],
  ["tab", "completes"],
  ["shift-enter, ctrl-j", "breaks the line; so does \\ before enter"],
  ["up, ctrl-r", "what you typed before, and a search of it; up takes back what waits"],
  ["ctrl-v", "pastes an image; a file dropped on the terminal is one too"],
  ["ctrl-g", "edit the input in your editor"],
  ["ctrl-_, alt-_", "undo, redo"],
  ["enter", "while claw works: the input waits, or steers"],
  ["esc", "stops what runs; twice: go back to an earlier message"],
  ["shift-tab", "the next permission mode"],
  ["ctrl-o", "the last call in full; again, the one before it"],
  ["alt-o, ctrl-t", "shows or hides thinking, todos"],
  ["ctrl-l, ctrl-z", "scrolls away what is in sight, suspends"],
  ["ctrl-c", "clears the input; twice quits"],
] as const;
