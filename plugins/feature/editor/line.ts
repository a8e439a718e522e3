// The text with its cursor, chips, rows and cuts: all that editing actions work on. Knows no keys.
import { type EditorImage, graphemeEnd, graphemeStart } from "claw/kit";
import { Chips } from "./chips.ts";
import { Document } from "./document.ts";
import { droppedImages } from "./images.ts";
import { KillRing } from "./kill-ring.ts";
import { Layout } from "./layout.ts";

export class Line {
  readonly chips = new Chips();
  readonly layout = new Layout(this.chips);
  readonly ring = new KillRing();
  readonly doc = new Document((from, removed, inserted) => this.layout.edit(from, removed, inserted));
  readonly cwd: string;
  /** Hears of every image that is dropped, with the character of its chip. */
  dropped: (character: string) => void = () => {};
  /** The column that moving up and down keeps. */
  goal: number | undefined;
  /** The action before was a cut, or one that put back what was cut, at these places. */
  cutting = false;
  yanked: Readonly<{ from: number; to: number }> | undefined;

  constructor(cwd: string) {
    this.cwd = cwd;
  }

  get text(): string {
    return this.doc.text;
  }

  get cursor(): number {
    return this.doc.cursor;
  }

  /** The text with pastes in full. */
  get full(): string {
    return this.chips.expand(this.doc.text);
  }

  /** The offset one character on or back. */
  next(at = this.cursor): number {
    return graphemeEnd(this.text, at);
  }

  previous(at = this.cursor): number {
    return graphemeStart(this.text, at);
  }

  /** What a key types. */
  write(text: string): void {
    this.goal = undefined;
    this.cutting = false;
    this.yanked = undefined;
    this.type(text);
  }

  /** Text as if it was typed: a word is undone at once. */
  type(text: string): void {
    const { cursor } = this;
    if (/\s/.test(text) !== /\s/.test(this.text[cursor - 1] ?? " ")) this.doc.part();
    this.doc.change(cursor, cursor, this.chips.adopt(text), { group: "type" });
  }

  /** What comes from outside in one piece: images and long texts become chips. */
  insert(given: string): void {
    const images = droppedImages(given, this.cwd);
    const text = images === undefined ? this.chips.adopt(given) : images.map((path) => `${this.#drop(path)} `).join("");
    const long = images === undefined && (text.length > LONG || lines(text) > TALL);
    this.put(long ? this.chips.paste(this.chips.expand(text)) : text);
  }

  /** Puts its path in the place of an image that cannot be sent. Gives `false` when it is not in the text any more. */
  refuse(character: string, image: EditorImage): boolean {
    const path = this.chips.adopt(this.chips.refuse(character, image));
    const at = this.text.indexOf(character);
    if (at === -1) return false;
    const { cursor } = this;
    this.doc.part();
    this.doc.change(at, at + character.length, path, { cursor: cursor <= at ? cursor : cursor + path.length - character.length });
    this.doc.part();
    return true;
  }

  image(bytes: Uint8Array): void {
    this.put(`${this.chips.image({ bytes })} `);
  }

  /** In place of all there is. With `images`, their labels are these again. */
  replace(text: string, images: boolean): void {
    const adopted = this.chips.adopt(text, images);
    this.doc.part();
    this.doc.replace(adopted, adopted.length);
    this.doc.part();
  }

  /** Cuts out a piece. `before`: it stood left of the cursor. */
  kill(from: number, to: number, before: boolean): void {
    this.ring.add(this.text.slice(from, to), before, this.cutting);
    this.doc.change(from, to, "", { group: "kill" });
  }

  /** Puts text in as a change of its own. */
  put(text: string): void {
    this.doc.part();
    this.doc.change(this.cursor, this.cursor, text);
    this.doc.part();
  }

  // --- internal ---

  #drop(path: string): string {
    const character = this.chips.image({ path });
    this.dropped(character);
    return character;
  }
}

// --- internal ---

/** Pastes of more lines or characters become a chip. */
const TALL = 10;
const LONG = 2_000;

function lines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1 && count <= TALL; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
