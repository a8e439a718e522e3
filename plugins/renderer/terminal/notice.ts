// What commands say, fitted to the screen: long lines are wrapped where their last column stands, a diff has its colours. Pure.
import { expandTabs, plain, safeLines, type Theme } from "claw/kit";
import { diffLines } from "./diff.ts";

export function noticeLines(text: string, columns: number, theme: Theme): string[] {
  const at = text.search(/^diff --git /m);
  const said = at === 0 ? [] : safeLines((at < 0 ? text : text.slice(0, at)).replace(/\n$/, "")).flatMap((line) => hung(expandTabs(line), columns));
  if (at < 0) return said;
  const files = text.slice(at).split(/^(?=diff --git )/m);
  return [...said, ...files.flatMap((file, index) => [...(index === 0 ? [] : [""]), ...fileLines(file, columns, theme)])];
}

// --- internal ---

const MOST_ROWS = 5_000;
/** A word that is wider than a row stays whole: the terminal wraps it, and it can be copied as it is. */
function hung(line: string, columns: number): string[] {
  if (Bun.stringWidth(line) <= columns) return [line];
  const [lead = ""] = /^\s*(?:[-•*❯]\s+)?/.exec(line) ?? [];
  const gaps = [...line.slice(0, columns * 4).matchAll(/\S {2,}(?=\S)/g)].map((gap) => Bun.stringWidth(line.slice(0, gap.index + gap[0].length)));
  const hang = gaps.findLast((gap) => gap <= columns * 0.6) ?? lead.length;
  const rows: string[] = [];
  let row = lead;
  let empty = true;
  for (const [word] of line.slice(lead.length).matchAll(/\s*\S+/g)) {
    if (!empty && Bun.stringWidth(row + word) > columns) {
      rows.push(row);
      [row, empty] = [" ".repeat(hang), true];
    }
    row += empty && rows.length > 0 ? word.trimStart() : word;
    empty = false;
  }
  return [...rows, row];
}

function fileLines(file: string, columns: number, theme: Theme): readonly string[] {
  const hunks = file.search(/^@@ /m);
  const head = plain(hunks < 0 ? file : file.slice(0, hunks)).split("\n");
  const side = (mark: string): string | undefined => {
    const path = head
      .find((line) => line.startsWith(`${mark} `))
      ?.slice(4)
      .trimEnd();
    return path === "/dev/null" ? undefined : path?.replace(/^"?[abciw]\//, "").replace(/"$/, "");
  };
  const from = head.find((line) => line.startsWith("rename from "))?.slice(12);
  const name = side("+++") ?? side("---") ?? head[0]?.replace(/^diff --git .*? "?b\//, "") ?? "";
  const state = head.some((line) => line.startsWith("new file")) ? " (new)" : head.some((line) => line.startsWith("deleted file")) ? " (gone)" : "";
  const title = theme.paint("strong", `${from === undefined ? "" : `${from} → `}${name}`) + theme.paint("dim", state);
  const notes = head.filter((line) => /^(Binary files|old mode|new mode)/.test(line)).map((line) => theme.paint("dim", `  ${line}`));
  if (hunks < 0) return [title, ...notes];
  const body = file.slice(hunks);
  return [title, ...notes, ...(/^[-+]/m.test(body) ? diffLines(body, columns, MOST_ROWS, theme, true) : wordLines(body, columns, theme))];
}

/** A diff by words has no signs at the start of lines. */
function wordLines(body: string, columns: number, theme: Theme): string[] {
  return safeLines(body.replace(/\n$/, ""))
    .flatMap((line) => (line.startsWith("@@ ") ? [theme.paint("dim", "⋮")] : hung(expandTabs(line), columns)))
    .map((line) =>
      line
        .replace(/\[-(.*?)-\]/g, (_, gone: string) => theme.paint("removed", `[-${gone}-]`))
        .replace(/\{\+(.*?)\+\}/g, (_, fresh: string) => theme.paint("added", `{+${fresh}+}`)),
    );
}
