// The text being edited: every change goes through here, and can be undone. Knows no keys and no screen.

/** Text that was replaced, with where the cursor was before and is after. */
interface Edit {
  readonly from: number;
  readonly removed: string;
  readonly inserted: string;
  readonly before: number;
  readonly after: number;
}
export interface ChangeOptions {
  /** Where the cursor goes; by default behind what was inserted. */
  readonly cursor?: number;
  /** Changes that follow each other with the same group are undone together. */
  readonly group?: string;
}

export class Document {
  #text = "";
  #cursor = 0;
  #undo: Edit[][] = [];
  #redo: Edit[][] = [];
  #group: string | undefined;
  readonly #listen: (from: number, removed: number, inserted: string) => void;

  /** `listen` hears of every change of the text, before anybody sees it. */
  constructor(listen: (from: number, removed: number, inserted: string) => void) {
    this.#listen = listen;
  }

  get text(): string {
    return this.#text;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Moves the cursor; what is typed from here on is undone by itself. */
  move(cursor: number): void {
    const to = Math.max(0, Math.min(cursor, this.#text.length));
    if (to !== this.#cursor) this.#group = undefined;
    this.#cursor = to;
  }

  change(from: number, to: number, inserted: string, { cursor = from + inserted.length, group }: ChangeOptions = {}): void {
    const removed = this.#text.slice(from, to);
    if (removed === inserted) {
      this.move(cursor);
      return;
    }
    const edit: Edit = { from, removed, inserted, before: this.#cursor, after: cursor };
    const unit = this.#undo.at(-1);
    if (group !== undefined && group === this.#group && unit !== undefined) merge(unit, edit);
    else {
      this.#undo.push([edit]);
      if (this.#undo.length > MOST_UNDONE) this.#undo.shift();
    }
    this.#group = group;
    this.#redo = [];
    this.#splice(from, to, inserted, cursor);
  }

  /** Puts `text` in place of all there is, as one change of only what differs. */
  replace(text: string, cursor: number): void {
    const old = this.#text;
    if (text === old) {
      this.move(cursor);
      return;
    }
    const most = Math.min(text.length, old.length);
    const head = alike(most, (at, size) => text.slice(at, at + size) === old.slice(at, at + size));
    const tail = alike(
      most - head,
      (at, size) => text.slice(text.length - at - size, text.length - at) === old.slice(old.length - at - size, old.length - at),
    );
    this.change(head, old.length - tail, text.slice(head, text.length - tail), { cursor });
  }

  /** Gives `false` when there is nothing to undo. */
  undo(): boolean {
    const unit = this.#undo.pop();
    if (unit === undefined) return false;
    for (const { from, removed, inserted, before } of unit.toReversed()) this.#splice(from, from + inserted.length, removed, before);
    this.#redo.push(unit);
    this.#group = undefined;
    return true;
  }

  redo(): boolean {
    const unit = this.#redo.pop();
    if (unit === undefined) return false;
    for (const { from, removed, inserted, after } of unit) this.#splice(from, from + removed.length, inserted, after);
    this.#undo.push(unit);
    this.#group = undefined;
    return true;
  }

  /** What comes next is undone by itself. */
  part(): void {
    this.#group = undefined;
  }

  /** Shows another text without any change: the one before must be shown again before there is one. */
  show(text: string, cursor: number): void {
    this.#splice(0, this.#text.length, text, cursor);
  }

  /** Begins anew. */
  reset(): void {
    this.#splice(0, this.#text.length, "", 0);
    [this.#undo, this.#redo, this.#group] = [[], [], undefined];
  }

  // --- internal ---

  #splice(from: number, to: number, inserted: string, cursor: number): void {
    this.#text = this.#text.slice(0, from) + inserted + this.#text.slice(to);
    this.#cursor = Math.max(0, Math.min(cursor, this.#text.length));
    this.#listen(from, to - from, inserted);
  }
}

// --- internal ---

const MOST_UNDONE = 1_000;

/** What is typed on at the same place is one edit, so that a long text is not kept as thousands. */
function merge(unit: Edit[], edit: Edit): void {
  const last = unit.at(-1);
  if (last !== undefined && edit.removed === "" && edit.from === last.from + last.inserted.length) {
    unit[unit.length - 1] = { ...last, inserted: last.inserted + edit.inserted, after: edit.after };
  } else unit.push(edit);
}

/** How many units are the same, up to `most`: in large steps first. Never ends inside a surrogate pair's half that differs. */
function alike(most: number, same: (at: number, size: number) => boolean): number {
  let at = 0;
  for (let size = 4_096; size >= 1; size >>= 3) while (at + size <= most && same(at, size)) at += size;
  return at;
}
