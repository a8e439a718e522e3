// The text of `/help` for a person in a session: what can be typed there, by category. Options and exit codes are for the shell.
import type { Manifest } from "claw";
import type { Prompt } from "claw/kit";
import { commandsOf, table } from "./render.ts";

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
  const given = (["command", "skill"] as const).flatMap((kind) => {
    const rows = prompts
      .filter((one) => one.kind === kind)
      .map((one) => [`/${one.name} ${one.hint ?? ""}`.trimEnd(), short(one.description)] as const);
    return rows.length === 0 ? [] : [table(kind === "command" ? "Prompts" : "Skills", rows)];
  });
  return `${[...groups, ...given, table("While you type", TYPING), "`/help NAME` says more of one; `claw --help` in a shell lists options."].join("\n\n")}\n`;
}

// --- internal ---

const TYPING = [
  ["/", "a command, prompt or skill"],
  ["@", "a file"],
  ["!", "a line for the shell; the model sees what it printed"],
  ["#", "a line to remember"],
  ["esc", "stops what runs; twice: go back to an earlier message"],
  ["shift-tab", "the next permission mode"],
  ["ctrl-o", "calls in full"],
  ["ctrl-g", "edit the input in your editor"],
  ["ctrl-c", "clears the input; twice quits"],
] as const;
const LONGEST = 90;

function short(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length <= LONGEST ? line : `${[...line].slice(0, LONGEST - 1).join("")}…`;
}
