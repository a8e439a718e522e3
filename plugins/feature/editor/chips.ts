// Chips: large pastes and images, one character of the text each. Knows what they stand for, not where they are.
import type { EditorImage } from "claw/kit";

export interface Chip {
  /** What is shown for it. */
  readonly shown: string;
  /** What it stands for in a text without chips. */
  readonly text: string;
  readonly image?: EditorImage;
  /** A character of the user's own that only lies where chips do. */
  readonly own?: boolean;
}

/** Whether a text may hold chips: they are characters of the last private plane. */
export const holdsChips = (text: string): boolean => HIGH.test(text);

/** The chips of one line editor. They stay when their character is gone from the text: it may come back by undoing or yanking. */
export class Chips {
  #chips = new Map<string, Chip>();
  #next = FIRST;
  #pastes = 0;
  #images = 0;
  /** Paths of images that cannot be sent, by label. */
  #refused = new Map<string, string>();

  /** The character of a new chip for a large paste. */
  paste(text: string): string {
    this.#pastes += 1;
    const lines = text.replace(/\n$/, "").split("\n").length;
    const size = lines > 1 ? `${lines} lines` : `${text.length} characters`;
    return this.#add({ shown: `[Pasted text #${this.#pastes}: ${size}]`, text });
  }

  image(image: Omit<EditorImage, "label">): string {
    this.#images += 1;
    const label = `Image #${this.#images}`;
    return this.#add({ shown: `[${label}]`, text: `[${label}]`, image: { ...image, label } });
  }

  /** An image that cannot be sent: wherever it still stands, it is its path. Gives that. */
  refuse(character: string, { label, path = "" }: EditorImage): string {
    this.#refused.set(`[${label}]`, path);
    this.#chips.set(character, { shown: path, text: path });
    return path;
  }

  /** The chip that a character, or the first one of a cluster, is. */
  get(character: string): Chip | undefined {
    return HIGH.test(character) ? this.#chips.get(String.fromCodePoint(character.codePointAt(0) ?? 0)) : undefined;
  }

  /** Text from outside as the editor can hold it. With `images`, labels of images that were put in here are these again, or the path of one that cannot be sent. */
  adopt(text: string, images = false): string {
    const clean = text.toWellFormed().replace(/\r\n?/g, "\n").replace(CONTROLS, "");
    const safe = HIGH.test(clean) ? clean.replace(CHIP, (own) => this.#add({ shown: own, text: own, own: true })) : clean;
    if (!images || this.#images === 0) return safe;
    const known = new Map([...this.#chips].flatMap(([character, { image, text: label }]) => (image === undefined ? [] : [[label, character]])));
    return safe.replace(/\[Image #\d+\]/g, (label) => known.get(label) ?? this.#refused.get(label) ?? label);
  }

  /** A text with all chips as what they stand for. */
  expand(text: string): string {
    return HIGH.test(text) ? text.replace(CHIP, (character) => this.#chips.get(character)?.text ?? "") : text;
  }

  /** The images of a text, in its order. */
  images(text: string): readonly EditorImage[] {
    if (!HIGH.test(text)) return [];
    return [...new Set(text.match(CHIP))].flatMap((character) => this.#chips.get(character)?.image ?? []);
  }

  // --- internal ---

  #add(chip: Chip): string {
    const character = String.fromCodePoint(this.#next);
    // After so many the oldest are long gone.
    this.#next = this.#next === LAST ? FIRST : this.#next + 1;
    this.#chips.delete(character);
    this.#chips.set(character, chip);
    let held = 0;
    for (const [old, { text, image }] of [...this.#chips].toReversed()) {
      held += text.length + (image?.bytes?.length ?? 0);
      if (held > MOST_HELD && old !== character) this.#chips.delete(old);
    }
    return character;
  }
}

// --- internal ---

const FIRST = 0x10_0000;
const LAST = 0x10_fffd;
const HIGH = /[\udbc0-\udbff]/;
const CHIP = /[\u{100000}-\u{10fffd}]/gu;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
/** Characters and bytes that all chips together may hold; then the oldest go. */
const MOST_HELD = 64_000_000;
