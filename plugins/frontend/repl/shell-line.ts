// `!command`: a line that the person runs in a shell. Nobody is asked, since they asked; the model hears of it with the next input.
import { type Block, type CommandOutcome, defineCommand, type Host, type Shell, type TurnScope } from "claw";
import { clip, Permissions, type ProcessEnd, Processes, type Screen, safeLines, type Themes } from "claw/kit";
import { unknown } from "valibot";

/** What the model is told begins so. */
export const SHELL_MARK = "<shell-line>";

export interface ShellLineOptions {
  readonly host: Host;
  readonly screen: Screen;
  readonly themes: Themes;
}

/** Runs `line` in the session's folder, shows what it says as it says it, and gives what the model is to know of it. */
export async function runShellLine(line: string, shell: Shell, { host, screen, themes }: ShellLineOptions): Promise<readonly Block[]> {
  const processes = await host.use(Processes);
  const { paint } = themes.current;
  const printer = createPrinter(screen, (text) => paint("dim", text));
  screen.print(["", `${paint("warning", "!")} ${safeLines(line).join(" ")}`]);
  screen.live("activity", ["", paint("dim", "running · esc to stop")]);
  const ended: { end?: ProcessEnd; denied?: string | undefined } = {};
  const command = defineCommand({
    name: "shell-line",
    summary: "A line for the shell",
    args: unknown(),
    async run(_, scope): Promise<CommandOutcome> {
      ended.denied = await ruleAgainst(line, scope);
      if (ended.denied !== undefined) return { kind: "done" };
      const argv = [scope.env["SHELL"] || "/bin/sh", "-c", line];
      ended.end = await processes.run({ argv, cwd: shell.session.cwd, name: line, onOutput: printer.write }, scope);
      return { kind: "done" };
    },
  });
  try {
    await shell.run(command, []);
  } finally {
    screen.live("activity", []);
    printer.end();
  }
  const { end } = ended;
  if (ended.denied !== undefined) screen.print([`  ${paint("error", `the rule ${safeLines(ended.denied).join(" ")} denies it`)}`]);
  if (end === undefined) return [];
  const how = end.aborted ? "stopped" : end.signal !== null ? `ended by ${end.signal}` : end.code === 0 ? "" : `exit code ${end.code}`;
  if (how !== "") screen.print([`  ${paint("error", how)}`]);
  const said = clip(end.output.replace(/\n+$/, ""), MOST_TOLD, end.spill === undefined ? "" : `all of it is in ${end.spill}`);
  const lines = [SHELL_MARK, "The user ran this themselves:", `$ ${line}`, said, ...(how === "" ? [] : [`[${how}]`]), "</shell-line>"];
  return [
    {
      type: "text",
      text: lines
        .filter((one) => one !== "")
        .join("\n")
        .toWellFormed(),
    },
  ];
}

// --- internal ---

/** Modes are for the model, and nobody has to be asked; but what a rule denies, nobody does here. */
async function ruleAgainst(line: string, scope: TurnScope): Promise<string | undefined> {
  const permissions = await scope.use(Permissions).catch(() => undefined);
  if (permissions === undefined) return undefined;
  const call = { id: "shell-line", tool: "bash", input: { command: line }, access: "execute", subject: line, paths: [] } as const;
  const { decision, rule } = await permissions.explain(call, scope);
  return decision.verdict === "deny" ? rule : undefined;
}

const MOST_TOLD = 30_000;
const MOST_LINES = 2_000;

/** Whole lines go to the scrollback as they come, until there are too many. */
function createPrinter(screen: Screen, faint: (text: string) => string): { write(text: string): void; end(): void } {
  let open = "";
  let count = 0;
  const print = (text: string): void => {
    const lines = safeLines(text);
    const room = Math.max(0, MOST_LINES - count);
    count += lines.length;
    if (room > 0) screen.print(lines.slice(0, room).map((line) => `  ${line}`));
  };
  return {
    write(text) {
      open += text;
      const end = open.lastIndexOf("\n");
      if (end < 0 && open.length < LONGEST) return;
      print(end < 0 ? open : open.slice(0, end));
      open = end < 0 ? "" : open.slice(end + 1);
    },
    end() {
      if (open !== "") print(open);
      if (count > MOST_LINES) screen.print([faint(`  … ${count - MOST_LINES} more lines`)]);
    },
  };
}
const LONGEST = 20_000;
