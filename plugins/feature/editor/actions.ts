// What editing actions do to the text. Those that ask something of others (history, completion, the frontend) are not here.
import { type EditorAction, graphemes } from "claw/kit";
import type { Line } from "./line.ts";
import { blankWordStart, lineEnd, lineStart, wordEnd, wordStart } from "./words.ts";

/** Runs an editing action. `undefined` for one that is none; `false` when there was nothing for it to do, as moving up in the first row. */
export function edit(action: EditorAction, line: Line): boolean | undefined {
  const run = EDITS[action];
  if (run === undefined) return undefined;
  const { goal, yanked } = line;
  line.goal = undefined;
  line.yanked = undefined;
  if (action === "up" || action === "down") line.goal = goal;
  if (action === "yank-pop") line.yanked = yanked;
  const done = run(line);
  line.cutting = action.startsWith("kill-");
  return done !== false;
}

// --- internal ---

type Run = (line: Line) => boolean | undefined;

const moving =
  (to: (line: Line) => number): Run =>
  (line) => {
    const place = to(line);
    if (place === line.cursor) return false;
    line.doc.move(place);
    return undefined;
  };

/** Cuts up to a place, on either side of the cursor. */
const killing =
  (to: (line: Line) => number): Run =>
  (line) => {
    const place = to(line);
    if (place < line.cursor) line.kill(place, line.cursor, true);
    else line.kill(line.cursor, place, false);
    return undefined;
  };

const vertical =
  (by: 1 | -1): Run =>
  (line) => {
    line.goal ??= line.layout.measure(line.cursor).column;
    const place = line.layout.vertical(line.cursor, by, line.goal);
    if (place === undefined) return false;
    line.doc.move(place);
    return undefined;
  };

/** Changes the word from the cursor on. */
const changing =
  (change: (word: string) => string): Run =>
  (line) => {
    const end = wordEnd(line.text, line.cursor);
    line.doc.part();
    line.doc.change(line.cursor, end, change(line.text.slice(line.cursor, end)));
    return undefined;
  };

function deleteLeft(line: Line): undefined {
  line.doc.change(line.previous(), line.cursor, "", { group: "delete" });
}
function deleteRight(line: Line): undefined {
  line.doc.change(line.cursor, line.next(), "", { group: "delete" });
}

function yank(line: Line): boolean | undefined {
  const text = line.ring.first();
  if (text === undefined) return false;
  const from = line.cursor;
  line.put(text);
  line.yanked = { from, to: line.cursor };
  return undefined;
}

function yankPop(line: Line): boolean | undefined {
  const { yanked } = line;
  const text = yanked === undefined ? undefined : line.ring.next();
  if (yanked === undefined || text === undefined) return false;
  line.doc.change(yanked.from, yanked.to, text);
  line.yanked = { from: yanked.from, to: line.cursor };
  return undefined;
}

/** The characters around the cursor change places; at a line's end the two before it. */
function transposeChars(line: Line): boolean | undefined {
  const { text } = line;
  const at = line.cursor === lineEnd(text, line.cursor) ? line.previous() : line.cursor;
  const from = line.previous(at);
  if (at === 0 || from < lineStart(text, at)) return false;
  const end = line.next(at);
  line.doc.part();
  line.doc.change(from, end, text.slice(at, end) + text.slice(from, at));
  return undefined;
}

function transposeWords(line: Line): boolean | undefined {
  const { text } = line;
  const end = wordEnd(text, line.cursor);
  const second = wordStart(text, end);
  const first = wordStart(text, second);
  const firstEnd = wordEnd(text, first);
  if (first >= second || firstEnd > second) return false;
  line.doc.part();
  line.doc.change(first, end, text.slice(second, end) + text.slice(firstEnd, second) + text.slice(first, firstEnd));
  return undefined;
}

function capitalize(word: string): string {
  let done = false;
  let changed = "";
  for (const character of graphemes(word)) {
    const letter = /^\p{L}/u.test(character);
    changed += letter && !done ? character.toUpperCase() : character.toLowerCase();
    done ||= letter;
  }
  return changed;
}

const EDITS: Readonly<Partial<Record<EditorAction, Run>>> = {
  newline: (line) => void line.type("\n"),
  left: moving((line) => line.previous()),
  right: moving((line) => line.next()),
  up: vertical(-1),
  down: vertical(1),
  "word-left": moving(({ text, cursor }) => wordStart(text, cursor)),
  "word-right": moving(({ text, cursor }) => wordEnd(text, cursor)),
  "line-start": moving(({ text, cursor }) => lineStart(text, cursor)),
  "line-end": moving(({ text, cursor }) => lineEnd(text, cursor)),
  "text-start": moving(() => 0),
  "text-end": moving(({ text }) => text.length),
  "delete-left": deleteLeft,
  "delete-right": deleteRight,
  "kill-blank-word-left": killing(({ text, cursor }) => blankWordStart(text, cursor)),
  "kill-word-left": killing(({ text, cursor }) => wordStart(text, cursor)),
  "kill-word-right": killing(({ text, cursor }) => wordEnd(text, cursor)),
  "kill-line-start": killing((line) => {
    const start = lineStart(line.text, line.cursor);
    return start === line.cursor ? line.previous() : start;
  }),
  "kill-line-end": killing((line) => {
    const end = lineEnd(line.text, line.cursor);
    return end === line.cursor ? line.next() : end;
  }),
  yank,
  "yank-pop": yankPop,
  "transpose-chars": transposeChars,
  "transpose-words": transposeWords,
  "uppercase-word": changing((word) => word.toUpperCase()),
  "lowercase-word": changing((word) => word.toLowerCase()),
  "capitalize-word": changing(capitalize),
  undo: (line) => line.doc.undo(),
  redo: (line) => line.doc.redo(),
};
