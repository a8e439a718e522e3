// The text of a Markdown command, taken apart once: arguments, `!`shell`` lines, `@file`s. What one of them gives is never read again.
import { ARGUMENT, argumentOf } from "claw/kit";

/** What the pieces of a template become. */
export interface Filling {
  readonly args: string;
  /** The folder of the command's plugin. */
  readonly root: string;
  /** The output of a line, as it stands between the backticks. */
  shell(line: string): Promise<string>;
  /** Announces a file that the text names. */
  file(path: string): void;
}

/** The prompt. Arguments that nothing in the text stands for are put below it. Lines run one after another, in their order. */
export async function fill(body: string, filling: Filling): Promise<string> {
  let filled = "";
  const { args } = filling;
  for (const { text, code } of fenced(body)) {
    filled += code ? text.replace(ARGUMENT, (_, name: string) => argumentOf(name, args)) : await piece(text, filling);
  }
  const placed = args === "" || body.search(ARGUMENT) !== -1;
  return (placed ? filled : `${filled.trimEnd()}\n\nARGUMENTS: ${args}`).trim();
}

/** Paths after `@` in what a user wrote. */
export function filesIn(text: string): readonly string[] {
  return [...text.matchAll(FILE)].map(([, path = ""]) => path.replaceAll("\\ ", " "));
}

/**
 * A shell line as rules see it: with the arguments' words where it names them. `plain` puts a stand-in for what is not one plain word, since the shell
 * gets arguments as parameters and never reads them as code.
 */
export function spelled(line: string, args: string, plain: boolean): string {
  return line.replace(/(")?\$\{?(ARGUMENTS|[1-9])\}?(?!\w)\1?/g, (_, _quote, name: string) => {
    const value = argumentOf(name, args);
    return plain && !/^[\w./@:+=-][\w./@:+=-]*(?: [\w./@:+=-]+)*$/.test(value) ? "_" : value;
  });
}

// --- internal ---

const FILE = /(?<=^|[\s(])@((?:\\ |[^\s`"'<>(),;])+)/g;
/** A line to run, a file, an argument, a folder. */
const TOKEN = new RegExp(`(?<=^|\\s)!\`([^\`\\n]+)\`|${FILE.source}|${ARGUMENT.source}|\\$\\{((?:CLAUDE_)?PLUGIN_ROOT)\\}`, "gm");

async function piece(text: string, { args, root, shell, file }: Filling): Promise<string> {
  let filled = "";
  let from = 0;
  for (const token of text.matchAll(TOKEN)) {
    const [whole, line, path, argument] = token;
    filled += text.slice(from, token.index);
    from = token.index + whole.length;
    if (argument !== undefined) filled += argumentOf(argument, args);
    else if (line !== undefined) filled += await shell(line.trim());
    else if (path !== undefined) {
      const named = path.replace(ARGUMENT, (_, name: string) => argumentOf(name, args));
      file(named.replaceAll("\\ ", " "));
      filled += `@${named}`;
    } else filled += root;
  }
  return filled + text.slice(from);
}

/** Fenced code apart from the rest: examples in it are shown, not run. */
function fenced(body: string): readonly { readonly text: string; readonly code: boolean }[] {
  const pieces: { text: string; code: boolean }[] = [];
  let fence: string | undefined;
  for (const line of body.split(/(?<=\n)/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const code: boolean = fence !== undefined || mark !== undefined;
    const last = pieces.at(-1);
    if (last?.code === code) last.text += line;
    else pieces.push({ text: line, code });
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) === true) fence = undefined;
  }
  return pieces;
}
