// Insert and replace mode.
import { graphemeEnd, graphemeStart } from "claw/kit";
import { closeChange, here, type Insertion, joinTo, lineOf, moveTo, type Repeat, setLine, settle, splice, type Vim } from "./state.ts";
import { before, blank, classOf, colAt, columnOf, lineAt, type Spot } from "./text.ts";

/** Named keys that move while inserting, as characters of the private plane. */
export const ARROWS = { up: "\uf700", down: "\uf701", left: "\uf702", right: "\uf703", delete: "\uf728", home: "\uf729", end: "\uf72b" } as const;

/** Begins to insert at the cursor. */
export function startInsert(vim: Vim, begun: Partial<Insertion>, mode: "insert" | "replace" = "insert"): undefined {
  vim.s.mode = mode;
  vim.s.goal = undefined;
  vim.s.insertion = { count: 1, keys: [], from: here(vim), replaced: [], ...begun };
}

/** A key of insert mode. `undefined` for one that is none here. */
export function insertKey(vim: Vim, key: string): true | undefined {
  const { insertion } = vim.s;
  if (insertion === undefined) return undefined;
  if (key === "\x1b") {
    endInsert(vim, insertion);
    return true;
  }
  const moved = MOVES[key];
  if (moved !== undefined) {
    const spot = moved(vim);
    if (spot === undefined) return true;
    const { goal } = vim.s;
    rest(vim, insertion);
    moveTo(vim, spot);
    vim.s.goal = "\uf700\uf701".includes(key) ? (goal ?? spot.goal) : undefined;
    vim.s.insertion = {
      count: 1,
      keys: [],
      from: insertion.from,
      moved: true,
      replaced: [],
      repeat: { count: 1, keys: [vim.s.mode === "replace" ? "R" : "i"] },
    };
    return true;
  }
  if (insertion.moved === true) {
    const from = vim.col > insertion.from.col ? insertion.from : here(vim);
    vim.s.insertion = { ...insertion, from, moved: false };
  }
  const done = type(vim, key);
  if (done) vim.s.insertion = { ...vim.s.insertion!, keys: [...insertion.keys, key] };
  return done;
}

// --- internal ---

/** What is typed goes into the text; control keys take out of it. */
function type(vim: Vim, key: string): true | undefined {
  if (key === "\x7f" || key === "\b") return backspace(vim);
  if (key === ARROWS.delete) return deleteRight(vim);
  if (key === "\x17") return deleteTo(vim, wordStart(vim));
  if (key === "\x15") return deleteTo(vim, 0);
  if (key === "\n" || key === "\r") return breakLine(vim);
  if (key < " " && key !== "\t") return undefined;
  insertText(vim, key);
  return true;
}

function insertText(vim: Vim, text: string): undefined {
  const line = lineOf(vim);
  let end = vim.col;
  if (vim.s.mode === "replace") {
    end = graphemeEnd(line, vim.col);
    remember(vim, line.slice(vim.col, end));
  }
  setLine(vim, vim.row, line.slice(0, vim.col) + text + line.slice(end));
  vim.col += text.length;
}

function remember(vim: Vim, text: string): undefined {
  const { insertion } = vim.s;
  if (insertion !== undefined) vim.s.insertion = { ...insertion, replaced: [...insertion.replaced, text] };
}

function breakLine(vim: Vim): true {
  const line = lineOf(vim);
  if (vim.s.mode === "replace") remember(vim, "\n");
  splice(vim, vim.row, 1, [line.slice(0, vim.col), line.slice(vim.col)]);
  vim.row += 1;
  vim.col = 0;
  return true;
}

function backspace(vim: Vim): true {
  if (vim.s.mode === "replace") return unreplace(vim);
  if (vim.col === 0) return joinUp(vim);
  const line = lineOf(vim);
  const start = graphemeStart(line, vim.col);
  setLine(vim, vim.row, line.slice(0, start) + line.slice(vim.col));
  vim.col = start;
  moveFrom(vim);
  return true;
}

/** What was inserted now may begin further left than before. */
function moveFrom(vim: Vim): undefined {
  const { insertion } = vim.s;
  if (insertion !== undefined && before(here(vim), insertion.from)) vim.s.insertion = { ...insertion, from: here(vim) };
}

/** Backspace in replace mode brings back what was written over; before that it only moves. */
function unreplace(vim: Vim): true {
  const { insertion } = vim.s;
  const old = insertion?.replaced.at(-1);
  if (insertion === undefined || old === undefined) {
    if (vim.col > 0) vim.col = graphemeStart(lineOf(vim), vim.col);
    else if (vim.row > 0) moveTo(vim, { row: vim.row - 1, col: lineAt(vim.lines, vim.row - 1).length });
    return true;
  }
  vim.s.insertion = { ...insertion, replaced: insertion.replaced.slice(0, -1) };
  if (old === "\n") return joinUp(vim);
  const line = lineOf(vim);
  const start = graphemeStart(line, vim.col);
  setLine(vim, vim.row, line.slice(0, start) + old + line.slice(vim.col));
  vim.col = start;
  return true;
}

function joinUp(vim: Vim): true {
  if (vim.row === 0) return true;
  const above = lineAt(vim.lines, vim.row - 1);
  joinTo(vim, vim.row - 1, above + lineOf(vim), above.length);
  vim.row -= 1;
  vim.col = above.length;
  moveFrom(vim);
  return true;
}

function deleteRight(vim: Vim): true {
  const line = lineOf(vim);
  if (vim.col < line.length) setLine(vim, vim.row, line.slice(0, vim.col) + line.slice(graphemeEnd(line, vim.col)));
  else if (vim.row + 1 < vim.lines.length) joinTo(vim, vim.row, line + lineAt(vim.lines, vim.row + 1), line.length);
  return true;
}

/** Where Ctrl-W goes to: the start of the word before the cursor, blanks behind it included. */
function wordStart(vim: Vim): number {
  const line = lineOf(vim);
  let { col } = vim;
  while (col > 0 && blank(line[col - 1] ?? "")) col -= 1;
  const sort = col === 0 ? 0 : classOf(line.slice(graphemeStart(line, col), col), false);
  while (col > 0 && sort !== 0 && classOf(line.slice(graphemeStart(line, col), col), false) === sort) col = graphemeStart(line, col);
  return col;
}

/** Takes out what is between `start` and the cursor; stops once where the insertion began. */
function deleteTo(vim: Vim, start: number): true {
  const from = vim.s.insertion?.from;
  const stop = from !== undefined && from.row === vim.row && from.col < vim.col ? Math.max(start, from.col) : start;
  if (vim.s.mode === "replace") {
    unreplace(vim);
    while (vim.col > stop) unreplace(vim);
    return true;
  }
  if (vim.col === 0) return joinUp(vim);
  const line = lineOf(vim);
  setLine(vim, vim.row, line.slice(0, stop) + line.slice(vim.col));
  vim.col = stop;
  moveFrom(vim);
  return true;
}

/** Where an arrow leads; nowhere when it cannot move. */
const MOVES: Readonly<Record<string, (vim: Vim) => (Spot & { readonly goal?: number }) | undefined>> = {
  [ARROWS.left]: ({ row, col, lines }) => (col > 0 ? { row, col: graphemeStart(lineAt(lines, row), col) } : undefined),
  [ARROWS.right]: ({ row, col, lines }) => (col < lineAt(lines, row).length ? { row, col: graphemeEnd(lineAt(lines, row), col) } : undefined),
  [ARROWS.home]: ({ row }) => ({ row, col: 0 }),
  [ARROWS.end]: ({ row, lines }) => ({ row, col: lineAt(lines, row).length }),
  [ARROWS.up]: (vim) => upOrDown(vim, -1),
  [ARROWS.down]: (vim) => upOrDown(vim, 1),
};

function upOrDown(vim: Vim, by: number): (Spot & { readonly goal: number }) | undefined {
  const row = vim.row + by;
  if (row < 0 || row >= vim.lines.length) return undefined;
  const goal = vim.s.goal ?? columnOf(lineOf(vim), vim.col);
  return { row, col: colAt(lineAt(vim.lines, row), goal), goal };
}

/** What was inserted so far is one change, and what `.` does. */
function rest(vim: Vim, insertion: Insertion): undefined {
  closeChange(vim);
  if (insertion.repeat === undefined || vim.repeating) return;
  const moved = insertion.repeat.keys.length === 1 && insertion.keys.length === 0 && insertion.repeat.keys[0] === "i" && vim.s.last !== undefined;
  if (!moved) vim.s.last = { ...insertion.repeat, keys: [...insertion.repeat.keys, ...insertion.keys, "\x1b"] } satisfies Repeat;
}

function endInsert(vim: Vim, insertion: Insertion): undefined {
  for (let n = insertion.count; n > 1; n--) {
    if (insertion.line === true) breakLine(vim);
    for (const key of insertion.keys) type(vim, key);
  }
  if (insertion.block !== undefined) intoBlock(vim, insertion, insertion.block);
  rest(vim, insertion);
  vim.s.marks = { ...vim.s.marks, "^": here(vim) };
  vim.s.insertion = undefined;
  vim.s.mode = "normal";
  vim.s.goal = undefined;
  const home = insertion.block?.home;
  if (home !== undefined && insertion.keys.length > 0) moveTo(vim, home);
  else if (vim.col > 0) vim.col = graphemeStart(lineOf(vim), vim.col);
  settle(vim);
}

/** What was typed in a block's first row goes into the others, when it stayed in that row. */
function intoBlock(vim: Vim, { from, keys }: Insertion, block: NonNullable<Insertion["block"]>): undefined {
  if (vim.row !== from.row || keys.some((key) => key === "\n" || key === "\r")) return;
  const text = lineOf(vim).slice(from.col, vim.col);
  if (text === "") return;
  const top = from.row + 1;
  const now = vim.lines.slice(top, top + block.rows).map((line) => {
    const width = columnOf(line, line.length);
    if (block.rest) return line + text;
    if (width < block.column && !block.pad) return line;
    const filled = line + " ".repeat(Math.max(0, block.column - width));
    const col = colAt(filled, block.column);
    return filled.slice(0, col) + text + filled.slice(col);
  });
  splice(vim, top, now.length, now);
}
