// One cell of a notebook changed inside the notebook's text: every other byte stays as it was, the numbers and the escapes of metadata too.
import { ClawError } from "claw";
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";

/** What to do. `cell` is an id or a number, the last cell when absent; `type` absent keeps a cell's own, or is `code`. */
export interface CellEdit {
  readonly mode: "replace" | "insert" | "delete";
  readonly cell: string | number | undefined;
  readonly type: "code" | "markdown" | undefined;
  readonly source: string;
}
/** `index`, `id` and `cellType` are the changed cell's, `cells` how many there are after the change. */
export interface NotebookChange {
  readonly text: string;
  readonly index: number;
  readonly id: string | null;
  readonly cellType: string;
  readonly cells: number;
}

/** Throws `CLAW_TOOL_FAILED` for what is no notebook of format 4, and for a cell that is not there. */
export function changeNotebook(text: string, given: string, edit: CellEdit): NotebookChange {
  const { root, cells } = open(text, given);
  const target = targetOf(cells, edit, given);
  const style = styleOf(text, root);
  const before = target < 0 ? undefined : cells[target];
  if (edit.mode === "delete") {
    return { ...about(before), text: removed(text, root, cells, target), index: target, cells: cells.length - 1 };
  }
  if (edit.mode === "insert") {
    const id = hasIds(root) ? freshId(cells) : undefined;
    const cellType = edit.type ?? "code";
    const cell = render(fresh(cellType, id, sourceValue(edit.source, listed(before ?? cells[0]))), style, 2);
    return { text: inserted(text, root, cells, target, cell, style), index: target + 1, id: id ?? null, cellType, cells: cells.length + 1 };
  }
  if (before === undefined) throw new ClawError("CLAW_TOOL_FAILED", `${given} has no cells.`, { hint: "Use edit_mode insert." });
  const changed = replaced(text, before, edit, style);
  return { ...about(before), ...(edit.type && { cellType: edit.type }), text: changed, index: target, cells: cells.length };
}

// --- internal ---

/** `unit` is one level of indentation, `undefined` for JSON on one line. */
type Style = Readonly<{ unit: string | undefined; end: string }>;

function open(text: string, given: string): { readonly root: Node; readonly cells: readonly Node[] } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const where = error === undefined ? "" : ` (line ${text.slice(0, error.offset).split("\n").length}: ${printParseErrorCode(error.error)})`;
    const hint = "Write the whole file with write_file if it is to become one.";
    throw new ClawError("CLAW_TOOL_FAILED", `${given} is no notebook: it is not valid JSON${where}. It was not changed.`, { hint });
  }
  const cells = entryOf(root, "cells");
  if (cells?.type === "array" && (cells.children ?? []).every((cell) => cell.type === "object")) return { root, cells: cells.children ?? [] };
  const old = entryOf(root, "worksheets") === undefined ? "it has no list of cells" : "its format is older than 4";
  throw new ClawError("CLAW_TOOL_FAILED", `${given} is no notebook that can be edited: ${old}. It was not changed.`);
}

function targetOf(cells: readonly Node[], { cell, mode }: CellEdit, given: string): number {
  if (cell === undefined) {
    if (cells.length > 0 || mode === "insert") return cells.length - 1;
    throw new ClawError("CLAW_TOOL_FAILED", `${given} has no cells.`, { hint: "Use edit_mode insert." });
  }
  const named = cells.flatMap((one, index) => (idOf(one) === cell ? [index] : []));
  if (named.length > 1) throw lost(`${named.length} cells of ${given} have the id "${cell}": give the number of one`, cells);
  const number = typeof cell === "number" ? cell : Number(/^(?:cell-)?(\d+)$/.exec(cell)?.[1] ?? Number.NaN);
  const index = named[0] ?? number;
  // A new cell before all others comes after number -1.
  if (index === -1 && mode === "insert") return -1;
  if (cells[index] === undefined) throw lost(`${given} has no cell ${JSON.stringify(cell)}`, cells);
  return index;
}

function lost(what: string, cells: readonly Node[]): ClawError {
  const shown = cells.slice(0, 30).map((cell, index) => `${index} ${about(cell).cellType}${idOf(cell) === undefined ? "" : ` id=${idOf(cell)}`}`);
  const more = cells.length > shown.length ? `, … up to ${cells.length - 1}` : "";
  return new ClawError("CLAW_TOOL_FAILED", `${what}.`, { hint: shown.length === 0 ? "It has no cells." : `Its cells: ${shown.join(", ")}${more}.` });
}

/** The cell's text with another source, and where its type changes, with the keys of that type. Outputs stay as they are until it is run again. */
function replaced(text: string, cell: Node, { type, source }: CellEdit, style: Style): string {
  const value = render(sourceValue(source, listed(cell)), style, 3);
  const old = entryOf(cell, "source");
  if (old !== undefined && (type === undefined || type === about(cell).cellType)) return splice(text, old.offset, old.length, value);
  const kept = (cell.children ?? []).map((property): [string, string] => {
    const [key, node] = property.children ?? [];
    return [String(key?.value), node === undefined ? "null" : text.slice(node.offset, node.offset + node.length)];
  });
  const entries = new Map([...kept, ["source", value]]);
  if (type !== undefined) entries.set("cell_type", JSON.stringify(type));
  if (type === "markdown") for (const key of ["execution_count", "outputs"]) entries.delete(key);
  if (type === "code")
    for (const [key, none] of [
      ["execution_count", "null"],
      ["outputs", "[]"],
    ] as const)
      if (!entries.has(key)) entries.set(key, none);
  return splice(text, cell.offset, cell.length, object([...entries].sort(byName), style, 2));
}

function removed(text: string, root: Node, cells: readonly Node[], target: number): string {
  const cell = cells[target]!;
  const [before, after] = [cells[target - 1], cells[target + 1]];
  if (before !== undefined) return splice(text, endOf(before), endOf(cell) - endOf(before), "");
  if (after !== undefined) return splice(text, cell.offset, after.offset - cell.offset, "");
  const list = entryOf(root, "cells")!;
  return splice(text, list.offset, list.length, "[]");
}

function inserted(text: string, root: Node, cells: readonly Node[], target: number, cell: string, style: Style): string {
  const [before, after] = [cells[target], cells[target + 1]];
  if (before !== undefined) return splice(text, endOf(before), 0, `,${line(style, 2)}${cell}`);
  if (after !== undefined) return splice(text, after.offset, 0, `${cell},${line(style, 2)}`);
  const list = entryOf(root, "cells")!;
  return splice(text, list.offset, list.length, `[${line(style, 2)}${cell}${line(style, 1)}]`);
}

/** A new cell, its keys in the order that Jupyter writes them. */
function fresh(type: string, id: string | undefined, source: unknown): object {
  const named = id === undefined ? {} : { id };
  if (type === "code") return { cell_type: type, execution_count: null, ...named, metadata: {}, outputs: [], source };
  return { cell_type: type, ...named, metadata: {}, source };
}

/** A source as the format has it: a list of lines, each with its end, or one text. */
function sourceValue(source: string, list: boolean): unknown {
  return list ? source.split(/(?<=\n)/).filter((part) => part !== "") : source;
}

/** Whether a cell's source is a list of lines, as Jupyter writes it. */
function listed(cell: Node | undefined): boolean {
  return cell === undefined || entryOf(cell, "source")?.type !== "string";
}

/** Ids came with format 4.5. */
function hasIds(root: Node): boolean {
  const [major, minor] = [numberOf(root, "nbformat"), numberOf(root, "nbformat_minor")];
  return major > 4 || (major === 4 && minor >= 5);
}

function freshId(cells: readonly Node[]): string {
  const taken = new Set(cells.map(idOf));
  for (;;) {
    const id = crypto.randomUUID().slice(0, 8);
    if (!taken.has(id)) return id;
  }
}

function about(cell: Node | undefined): { readonly id: string | null; readonly cellType: string } {
  const type = cell && entryOf(cell, "cell_type")?.value;
  return { id: (cell && idOf(cell)) ?? null, cellType: typeof type === "string" ? type : "code" };
}

function idOf(cell: Node): string | undefined {
  const id = entryOf(cell, "id")?.value;
  return typeof id === "string" ? id : undefined;
}

function numberOf(node: Node, key: string): number {
  const found = entryOf(node, key);
  return found === undefined ? 0 : Number(getNodeValue(found));
}

/** The value of a key; of one that is there twice the last, which is the one that counts. */
function entryOf(node: Node, key: string): Node | undefined {
  if (node.type !== "object") return undefined;
  return node.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
}

function styleOf(text: string, root: Node): Style {
  const first = root.children?.[0];
  const lead = first === undefined ? "" : text.slice(root.offset + 1, first.offset);
  const end = lead.includes("\r\n") ? "\r\n" : "\n";
  return { unit: lead.includes("\n") ? lead.slice(lead.lastIndexOf("\n") + 1) : undefined, end };
}

function line({ unit, end }: Style, depth: number): string {
  return unit === undefined ? " " : `${end}${unit.repeat(depth)}`;
}

function render(value: unknown, style: Style, depth: number): string {
  if (style.unit === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, style.unit).replaceAll("\n", line(style, depth));
}

/** An object of rendered values. */
function object(entries: readonly (readonly [string, string])[], style: Style, depth: number): string {
  const inner = entries.map(([key, value]) => `${line(style, depth + 1)}${JSON.stringify(key)}: ${value}`);
  return `{${inner.join(",").replace(/^ /, "")}${style.unit === undefined ? "" : line(style, depth)}}`;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function splice(text: string, offset: number, length: number, fresh: string): string {
  return text.slice(0, offset) + fresh + text.slice(offset + length);
}

function endOf(node: Node): number {
  return node.offset + node.length;
}
