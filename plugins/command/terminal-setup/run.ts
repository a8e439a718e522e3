// Says what the terminal can do, and adds what it needs to its settings where the user wants that.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { colorsOf } from "claw/kit";
import { type Setup, setupOf } from "./setups.ts";

export async function setUp(wanted: boolean, scope: TurnScope): Promise<CommandOutcome> {
  const setup = setupOf(scope.env);
  const { file, add } = setup;
  const done = file === undefined || add === undefined ? undefined : await plan(file, add);
  let state: "fine" | "by hand" | "there already" | "offered" | "added" =
    done === undefined ? (setup.advice === undefined ? "fine" : "by hand") : done.after === done.before ? "there already" : "offered";
  if (file !== undefined && done !== undefined && state === "offered" && (wanted || (await agreed(file, shown(setup), scope)))) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, done.after);
    state = "added";
  }
  const colors = colorsOf(scope.env, scope.options);
  const data = { kind: "terminal-setup", action: "show", status: "ok", terminal: setup.terminal, colors, state, file: file ?? null };
  return { kind: "done", notice: told(setup, state, colors), data };
}

// --- internal ---

const BREAKS = "Ctrl-J, or a backslash before Enter, breaks the line in every terminal.";

function told(setup: Setup, state: string, colors: number): string {
  const { terminal, needed, advice, file } = setup;
  const lines = [`Terminal: ${terminal}, ${colors === 0 ? "no colours" : `${colors} colours`}`];
  if (state === "added") lines.push(`Added to ${file}:`, ...shown(setup), "Start the terminal's program again, or have it read the file.");
  else if (state === "there already") lines.push(`Shift-Enter breaks the line: ${file} says so.`);
  else if (state === "offered")
    lines.push("For Shift-Enter to break the line, this is to be added", `to ${file}:`, ...shown(setup), "`claw terminal-setup apply` does it.");
  else if (advice !== undefined) lines.push("For a key that breaks the line:", advice);
  else
    lines.push(needed === "no" ? "Shift-Enter breaks the line: nothing to set up." : "Whether Shift-Enter breaks the line is not known of it: try.");
  return [...lines, BREAKS].join("\n");
}

function shown({ add }: Setup): readonly string[] {
  const text = typeof add === "string" ? add.trimEnd() : JSON.stringify(add);
  return text.split("\n").map((line) => `  ${line}`);
}

async function agreed(file: string, lines: readonly string[], { ask, signal }: TurnScope): Promise<boolean> {
  if (ask === undefined) return false;
  const text = ["So that Shift-Enter breaks the line, this would be added", `to ${file}:`, ...lines].join("\n");
  return (await ask.choose({ text, choices: ["Add it", "Leave it"] }, signal)).choice === "Add it";
}

/** The file as it is, and as it would be: what is there stays, comments too. */
async function plan(file: string, add: NonNullable<Setup["add"]>): Promise<{ readonly before: string; readonly after: string }> {
  const before = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (typeof add === "string") {
    if (/^[^#\n]*extended-keys\s+(on|always)\b/m.test(before)) return { before, after: before };
    return { before, after: `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${add}` };
  }
  const { applyEdits, modify, parse } = await import("jsonc-parser");
  const errors: import("jsonc-parser").ParseError[] = [];
  const list: unknown = before.trim() === "" ? [] : parse(before, errors, { allowTrailingComma: true });
  if (errors.length > 0 || !Array.isArray(list)) {
    throw new ClawError("CLAW_CONFIG_INVALID", `${file} is no list of keys; it was left alone`, { hint: "Mend the file, then try again." });
  }
  if (
    list.some(
      (one: { readonly key?: unknown; readonly when?: unknown } | null) =>
        one?.key === add["key"] && String(one?.when ?? "terminal").includes("terminal"),
    )
  ) {
    return { before, after: before };
  }
  const text = before.trim() === "" ? "[]\n" : before;
  const edits = modify(text, [-1], add, { formattingOptions: { insertSpaces: true, tabSize: 2 }, isArrayInsertion: true });
  return { before, after: applyEdits(text, edits) };
}
