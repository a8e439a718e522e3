// What was cut, newest last: cuts in a row become one, and can be put back one after the other.

export class KillRing {
  #entries: string[] = [];
  #turned = 0;

  /** `joined`: the action before was a cut too. */
  add(text: string, before: boolean, joined: boolean): void {
    if (text === "") return;
    const last = joined ? this.#entries.pop() : undefined;
    this.#entries.push(last === undefined ? text : before ? text + last : last + text);
    if (this.#entries.length > MOST) this.#entries.shift();
    this.#turned = 0;
  }

  /** What was cut last. */
  first(): string | undefined {
    this.#turned = 0;
    return this.#entries.at(-1);
  }

  /** What was cut before what was given last; after the oldest, the newest again. */
  next(): string | undefined {
    if (this.#entries.length === 0) return undefined;
    this.#turned = (this.#turned + 1) % this.#entries.length;
    return this.#entries[this.#entries.length - 1 - this.#turned];
  }
}

// --- internal ---

const MOST = 60;
