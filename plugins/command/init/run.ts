// Plans the files, shows them, asks, and writes what is not there yet. Never replaces a file.
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { connection, plain, projectRoot } from "claw/kit";
import { findStack } from "./stack.ts";
import { instructions, settings } from "./texts.ts";

export interface Order {
  readonly name: "CLAUDE.md" | "AGENTS.md";
  readonly sure: boolean;
}

export async function run({ name, sure }: Order, scope: TurnScope): Promise<CommandOutcome> {
  const root = projectRoot(scope.session.cwd);
  const stack = findStack(root);
  const files: File[] = [
    { path: join(root, name), text: instructions(stack, name), instead: NAMES.map((one) => join(root, one)).find((path) => existsSync(path)) },
    { path: join(root, ".claw", "settings.json"), text: settings(stack) },
    ...(existsSync(join(root, ".git")) ? [{ path: join(root, ".claw", ".gitignore"), text: "settings.local.json\n" }] : []),
  ];
  const there = files.filter(({ path, instead }) => instead !== undefined || existsSync(path));
  const fresh = files.filter((file) => !there.includes(file));
  const short = (path: string): string => relative(root, path);
  const kept = there.map(({ path, instead = path }) => `${short(instead)} is there already and stays as it is.`);
  const tell = (status: string, said: string, written: readonly File[]): { readonly notice: string; readonly data: Json } => {
    const state = (file: File): string => (there.includes(file) ? "exists" : written.includes(file) ? "created" : "planned");
    const list = files.map((file) => ({
      path: short(file.instead ?? file.path),
      state: state(file),
      ...(there.includes(file) ? {} : { text: file.text }),
    }));
    const data = {
      kind: "init",
      action: "init",
      status,
      root,
      stack: stack.languages,
      commands: stack.commands.map((one) => ({ ...one })),
      files: list,
    };
    return { notice: [...kept, said].join("\n"), data };
  };
  if (fresh.length === 0) return { kind: "done", ...tell("ok", "Nothing was written.", []) };
  const preview = fresh.map(({ path, text }) => `--- ${short(path)}\n${plain(text).trimEnd()}\n`).join("\n");
  if (!sure) {
    const answer = await asked(`In ${root}:\n\n${preview}`, `Write ${fresh.map(({ path }) => short(path)).join(", ")}?`, scope);
    if (answer === undefined)
      return { kind: "exit", code: 2, ...tell("preview", `${preview}\nNothing was written: nobody can be asked. Add --yes to write this.`, []) };
    if (!answer) return { kind: "done", ...tell("cancelled", "Nothing was written.", []) };
  }
  for (const { path, text } of fresh) await write(path, text);
  const names = fresh.map(({ path }) => short(path)).join(", ");
  return { kind: "done", ...tell("ok", `${sure ? `${preview}\n` : ""}Wrote ${names}. Read them, and correct what does not fit.`, fresh) };
}

// --- internal ---

interface File {
  readonly path: string;
  readonly text: string;
  /** The file that is there in its place. */
  readonly instead?: string | undefined;
}
/** One of these is enough. */
const NAMES = ["CLAUDE.md", "CLAW.md", "AGENTS.md"];

/** Whether to write; `undefined` when nobody can be asked. A long text is shown above the question, where it can be scrolled to. */
async function asked(preview: string, question: string, scope: TurnScope): Promise<boolean | undefined> {
  if (scope.ask !== undefined) {
    scope.bus.emit("notice.raised", { level: "info", text: preview });
    return (await scope.ask.choose({ text: question, choices: ["yes", "no"] }, scope.signal)).choice === "yes";
  }
  if (connection(0) !== "terminal" || connection(1) !== "terminal") return undefined;
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await lines.question(`${preview}\n${question} [y/N] `, { signal: scope.signal });
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ClawError("CLAW_STORE_FAILED", `${path} could not be written: ${why}`, { hint: "Nothing that was there was changed.", cause });
  }
}
