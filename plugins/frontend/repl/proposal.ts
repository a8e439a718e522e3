// What a call would do, in full, for the person who is asked: the command line, the change as a diff, or the whole input. Reads files, changes nothing.
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { ToolCall } from "claw";
import { decode, expandTabs, shownWhole, type Theme, takesLine } from "claw/kit";

/** Lines with styles, safe for a screen. Every character that cannot be seen is written out. */
export async function proposalLines(call: Pick<ToolCall, "tool" | "input" | "subject">, cwd: string, theme: Theme): Promise<readonly string[]> {
  const input = (typeof call.input === "object" && call.input !== null ? call.input : {}) as Input;
  if (takesLine(call.tool)) return capped(visible(call.subject).map((line, index) => `${theme.paint("tool", index === 0 ? "$" : " ")} ${line}`));
  const change = await changeOf(input, cwd).catch(() => undefined);
  if (change !== undefined) return capped([...visible(change.path).map((line) => theme.paint("strong", line)), ...(await diffOf(change, theme))]);
  const subject = call.subject === "" ? [] : visible(call.subject);
  const rest = Object.values(input).some((value) => value !== call.subject) ? visible(JSON.stringify(input, null, 2) ?? "") : [];
  return capped([...subject, ...rest.map((line) => theme.paint("dim", line))]);
}

// --- internal ---

type Input = Readonly<Record<string, unknown>>;
interface Change {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}
const MOST_LINES = 2_000;
const LARGEST = 2_000_000;

function visible(text: string): readonly string[] {
  return text.split("\n").map((line) => shownWhole(expandTabs(line.replace(/\r$/, ""))));
}

function capped(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more lines, not shown`];
}

/** What a file would become, for a call that names a path and what to put there; `undefined` for any other. */
async function changeOf(input: Input, cwd: string): Promise<Change | undefined> {
  const { path, content, old_string: old, new_string: fresh, replace_all: all } = input;
  if (typeof path !== "string") return undefined;
  const there = await textOf(resolve(cwd, path));
  if (typeof content === "string") return { path, before: there ?? "", after: content };
  if (typeof old !== "string" || typeof fresh !== "string") return undefined;
  if (there === undefined || !there.includes(old)) return { path, before: old, after: fresh };
  return { path, before: there, after: all === true ? there.replaceAll(old, () => fresh) : there.replace(old, () => fresh) };
}

async function textOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size > LARGEST) return undefined;
  return decode(await Bun.file(path).bytes())?.text;
}

async function diffOf({ before, after }: Change, theme: Theme): Promise<readonly string[]> {
  const { structuredPatch } = await import("diff");
  const patch = structuredPatch("a", "b", before, after, "", "", { context: 3, timeout: 500 });
  const whole = (): readonly string[] => [...before.split("\n").map((line) => `-${line}`), ...after.split("\n").map((line) => `+${line}`)];
  const hunks = patch?.hunks ?? [{ oldStart: 1, newStart: 1, lines: whole() }];
  const digits = String(Math.max(1, ...hunks.map(({ newStart, lines }) => newStart + lines.length))).length;
  return hunks.flatMap(({ oldStart, newStart, lines }, index) => {
    let [old, now] = [oldStart, newStart];
    const rows = lines.flatMap((line) => {
      const sign = line[0] ?? " ";
      if (sign === "\\") return [];
      const number = String(sign === "-" ? old : now).padStart(digits);
      if (sign !== "+") old += 1;
      if (sign !== "-") now += 1;
      const style = sign === "+" ? "added" : sign === "-" ? "removed" : "context";
      const [text = ""] = visible(line.slice(1));
      return [`${theme.paint("dim", number)} ${theme.paint(style, `${sign} ${text}`)}`];
    });
    return index === 0 ? rows : [theme.paint("dim", "⋮".padStart(digits)), ...rows];
  });
}
