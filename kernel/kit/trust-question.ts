// The question whether to trust a folder, on a plain terminal and before claw has read anything of the folder that could act.
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { type Env, wrap } from "claw";
import { contentChanges } from "./folder-items.ts";
import { safeLines } from "./safe.ts";
import { shownWhole } from "./shell.ts";
import { type TrustView, viewTrust, writeTrust } from "./trust.ts";

/** What a terminal is to the question. `read` gives one line, `undefined` at the end of input. */
export interface TrustConsole {
  write(text: string): void;
  read(): string | undefined;
}

/** Whether to go on. Asks only about content that was not asked about before, and keeps the answer. */
export function askTrust(cwd: string, home: string, env: Env, console: TrustConsole = terminal): boolean {
  const view = viewTrust(cwd, home, env);
  if (view.state !== "unknown" && view.state !== "changed") return true;
  console.write(`${questionOf(view).join("\n")}\n`);
  for (;;) {
    console.write("Trust it? [y] yes  [n] no, go on without them  [q] quit: ");
    const answer = console.read()?.trim().toLowerCase();
    if (answer === undefined || answer === "q" || answer === "quit") return false;
    if (!["y", "yes", "n", "no"].includes(answer)) continue;
    try {
      writeTrust(home, { ...view.content, answer: answer.startsWith("y") ? "trusted" : "refused", at: Date.now() });
    } catch (thrown) {
      console.write(`${wrap(thrown, "CLAW_BUG").message}\nNothing of this folder acts now.\n`);
    }
    return true;
  }
}

// --- internal ---

/** The whole of the question: what the folder would do, or what of it is another than when it was asked about. */
function questionOf({ content, state, entry }: TrustView): readonly string[] {
  const folder = safeLines(shownWhole(content.folder)).join(" ");
  const changed = state === "changed" && entry !== undefined;
  const lines = changed ? contentChanges(entry, content) : content.items;
  const about = changed
    ? `What ${folder} would do has changed since you ${entry.answer === "trusted" ? "trusted" : "refused to trust"} it:`
    : `${folder} has settings of its own. If you trust this folder, it`;
  return [
    "",
    about,
    ...lines.map((line) => `  ${changed ? "" : "• "}${shownWhole(line)}`),
    "",
    "Who wrote these files decides what runs on your machine.",
  ];
}

const terminal: TrustConsole = {
  write: (text) => void writeSync(1, text),
  read() {
    const name = process.platform === "win32" ? undefined : "/dev/tty";
    if (name !== undefined) drain(name);
    const fd = name === undefined ? 0 : openSync(name, "r");
    try {
      return readLine(fd);
    } finally {
      if (name !== undefined) closeSync(fd);
    }
  },
};

/** What was typed before the question stood there answers nothing. */
function drain(name: string): void {
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    while (readSync(fd, Buffer.alloc(4_096)) > 0);
  } catch {
    // Nothing waits.
  } finally {
    closeSync(fd);
  }
}

function readLine(fd: number): string | undefined {
  const bytes = Buffer.alloc(1_024);
  const count = readSync(fd, bytes);
  return count === 0 ? undefined : bytes.subarray(0, count).toString("utf8");
}
