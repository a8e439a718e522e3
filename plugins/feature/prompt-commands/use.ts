// Makes the prompt of one Markdown command: runs its lines, puts its files below, and takes its tools and model for the turn.
import { ClawError, type Input, type Route, type TurnScope, wrap } from "claw";
import { clip, decode, looksBinary, Processes, refuseInput, Skills, splitWords, Workspace } from "claw/kit";
import type { MarkdownCommand } from "./find.ts";
import { admit, type Line } from "./gate.ts";
import { filesIn, fill, spelled } from "./template.ts";

/** What becomes of `/name args`. Never throws: what goes wrong ends the turn, with nothing sent. */
export async function useCommand(command: MarkdownCommand, args: string, input: Input, scope: TurnScope): Promise<Route> {
  try {
    const { name, source, path, model } = command;
    if (!command.trusted) {
      const hint = "Look at what it says, then run with --trust.";
      throw new ClawError("CLAW_PLUGIN_UNTRUSTED", `the command /${name} belongs to this project (${path}), and nobody has trusted this folder`, {
        hint,
      });
    }
    if (command.problem !== undefined) throw new ClawError("CLAW_CONFIG_INVALID", `the command /${name} (${path}): ${command.problem}`);
    const text = await promptOf(command, args, scope);
    const skills = await scope.use(Skills);
    skills.allow(rulesOf(command), scope);
    if (model !== undefined && !(await skills.lend(model, scope))) {
      const told = `The command /${name} asks for the model ${model}, which there is not: ${scope.selection.model} goes on.`;
      scope.bus.emit("notice.raised", { level: "warn", text: told });
    }
    scope.bus.emit("prompt.used", { name, source, path });
    return { to: "prompt", input: { ...input, text } };
  } catch (thrown) {
    return refuseInput(command.name, wrap(thrown, "CLAW_TOOL_FAILED"), command.description);
  }
}

// --- internal ---

const LINE_MS = 60_000;
const LINE_BYTES = 30_000;
const FILE_CHARACTERS = 60_000;
const FILE_BYTES = 1_000_000;
const MOST_FILES = 10;
const MOST_LINES = 20;

/** A plugin's command may ask for nothing beyond what its plugin was allowed. */
function rulesOf({ source, tools }: MarkdownCommand): readonly string[] {
  return source === "plugin" ? [] : tools;
}

async function promptOf(command: MarkdownCommand, args: string, scope: TurnScope): Promise<string> {
  const files = new Set<string>(filesIn(args));
  let lines = 0;
  const shell = async (line: string): Promise<string> => {
    lines += 1;
    if (lines > MOST_LINES) throw new ClawError("CLAW_TOOL_FAILED", `/${command.name} has more than ${MOST_LINES} lines to run`);
    return output(command, line, args, scope);
  };
  const text = await fill(command.body, { args, root: command.root ?? "", shell, file: (path) => void files.add(path) });
  const blocks: string[] = [];
  for (const path of [...files].slice(0, MOST_FILES)) blocks.push(...(await block(path, scope)));
  return [text, ...blocks].join("\n\n");
}

/** Runs a line. Arguments are parameters of the shell (`$1`, `$ARGUMENTS`): they can be no code. */
async function output(command: MarkdownCommand, line: string, args: string, scope: TurnScope): Promise<string> {
  const { name, root = "" } = command;
  const rooted = line.replaceAll(/\$\{(?:CLAUDE_)?PLUGIN_ROOT\}/g, () => root);
  const asked: Line = { command: name, line: spelled(rooted, args, false), plain: spelled(rooted, args, true), rules: rulesOf(command) };
  if (command.source === "bundled") {
    // Its lines only look: where looking is not proven harmless, the model does it by calls of its own.
    const { ask: _, ...unasked } = scope;
    const refused = await admit(asked, unasked).then(
      () => false,
      () => true,
    );
    if (refused) return "[not run: look yourself]";
  } else await admit(asked, scope);
  const processes = await scope.use(Processes);
  const shell = Bun.which("bash", { PATH: scope.env["PATH"] ?? "" }) ?? Bun.which("sh", { PATH: scope.env["PATH"] ?? "" });
  if (shell === null) throw new ClawError("CLAW_TOOL_FAILED", "There is neither bash nor sh on PATH.", { hint: "Install a POSIX shell." });
  const extra = { GIT_OPTIONAL_LOCKS: "0", ARGUMENTS: args, ...(root === "" ? {} : { CLAUDE_PLUGIN_ROOT: root, PLUGIN_ROOT: root }) };
  const end = await processes.run(
    {
      argv: [shell, "-c", line, "claw", ...splitWords(args)],
      cwd: scope.session.cwd,
      env: { ...processes.environment(scope), ...extra },
      timeoutMs: LINE_MS,
      keep: LINE_BYTES,
      name: `/${name}`,
    },
    scope,
  );
  if (end.aborted) throw new ClawError("CLAW_ABORTED", "interrupted");
  const notes = end.timedOut ? [`[stopped at the time limit of ${LINE_MS} ms]`] : end.code === 0 ? [] : [`[exit code ${end.code ?? "unknown"}]`];
  return [end.output.trim(), ...notes].filter((part) => part !== "").join("\n");
}

/** A file of the workspace, to stand below the text; none for what is no text file there, so that an address or a name after `@` is left alone. */
async function block(path: string, scope: TurnScope): Promise<readonly string[]> {
  const workspace = await scope.use(Workspace);
  for (const name of new Set([path, path.replace(/[.:!?\]}*_]+$/, "")])) {
    try {
      const place = await workspace.locate(name, scope);
      const { bytes } = await workspace.read(place, scope, FILE_BYTES);
      const text = looksBinary(bytes) ? undefined : decode(bytes)?.text;
      if (text === undefined) return [];
      return [
        `<file path=${JSON.stringify(name)}>\n${clip(text.trimEnd(), FILE_CHARACTERS, "the rest is in the file").replaceAll("</file", "<\\/file")}\n</file>`,
      ];
    } catch {}
  }
  return [];
}
