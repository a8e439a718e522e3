// The shell service: what a command line would do, judged before it runs. Provided by feature/shell. Judging asks nobody and runs nothing.
import { defineService, type ServiceToken, type ToolCall, type TurnScope } from "claw";
import type { Place } from "./workspace.ts";

/** The words of a command as its program gets them; `undefined` for one that is known only when it runs. */
export type Argv = readonly (string | undefined)[];
/** A file or folder that a command reads, absolute, as the command spells it. `tree`: with all that is below it. */
export type Touched = Readonly<{ path: string; tree?: boolean }>;
/** One part of a command line: a simple command, a redirection, or something that no rule can name. */
export interface ShellPart {
  /** As it stands in the line. */
  readonly text: string;
  /** The command itself, without wrappers that only run it (`timeout 5`, `nice`, …). Empty for what is no command. */
  readonly argv: Argv;
  /** With its wrappers, or what it may run itself: deny and ask rules look at these too, allow rules do not. */
  readonly also: readonly Argv[];
  /** The most it does. `execute` also means that nobody can tell. */
  readonly does: "read" | "write" | "network" | "execute";
  readonly reads: readonly Touched[];
  readonly writes: readonly string[];
  /** Why it is not known to only read, in a few words; empty when it is. */
  readonly why: string;
}
/** What a command line would do. With a `problem` it is not understood as a whole, and `parts` are only what could be found in it. */
export interface ShellAnalysis {
  readonly parts: readonly ShellPart[];
  readonly problem?: string;
  /** Whether the folder that the next command starts in may be another one. */
  readonly moves: boolean;
}
/** A part with where its files really are. `allowed`: by a rule, so that no mode need judge it. */
export interface JudgedPart extends ShellPart {
  readonly from: readonly Place[];
  readonly to: readonly Place[];
  readonly allowed: boolean;
}
/** An analysis with places. */
export interface JudgedLine extends ShellAnalysis {
  readonly parts: readonly JudgedPart[];
}
export interface Shell {
  /** What `line` would do in the folder where the session's next command starts. */
  analyse(line: string, scope: TurnScope): Promise<ShellAnalysis>;
  /** The same with places, remembered for the call; `undefined` when the call is no command line. What an earlier call of the step may change is not known. A call without an id is only looked at. */
  judge(call: ToolCall, scope: TurnScope): Promise<JudgedLine | undefined>;
  /** From now on `judge` of this call says that these of its parts are allowed. */
  allow(call: ToolCall, parts: ReadonlySet<ShellPart>): void;
}
/** Provided by `@claw/feature-shell`. */
export const Shell: ServiceToken<Shell> = defineService<Shell>("claw.shell@1");

/** Whether the subject of this tool is a command line for bash. */
export function takesLine(tool: string): boolean {
  return tool === "bash";
}

/** Whether the call asks to run outside the sandbox. Only a person can allow that. */
export function leavesSandbox({ input }: Pick<ToolCall, "input">): boolean {
  return typeof input === "object" && input !== null && "dangerouslyDisableSandbox" in input && input.dangerouslyDisableSandbox === true;
}

/** A command as one would type it: every word that holds more than plain characters in quotes, `undefined` as `…`. */
export function typed(argv: Argv): string {
  return argv.map((word) => (word === undefined ? "…" : /^[\w@%+=:,./^~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** `text` for a person to judge: one line, whole up to a length that anybody would read, with every character that cannot be seen written out. */
export function shownWhole(text: string): string {
  const visible = text.replace(UNSEEN, (char) => (char === "\n" ? "⏎ " : `\\u{${char.codePointAt(0)?.toString(16)}}`));
  if (visible.length <= MOST) return visible.toWellFormed();
  const [head, tail] = [visible.slice(0, MOST / 2), visible.slice(-MOST / 2)];
  return `${head} … [${visible.length - MOST} of ${visible.length} characters left out] … ${tail}`.toWellFormed();
}

// --- internal ---

const MOST = 4_000;
/** Control and format characters, blanks that are no blank, line ends, and what Unicode keeps for tags. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}|[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}\u{115f}\u{1160}\u{3164}\u{ffa0}]/gu;
