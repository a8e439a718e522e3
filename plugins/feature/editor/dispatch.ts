// Every key to whom it belongs: a search, offers, the keymap, the bindings, or the text. Shows nothing.
import {
  type EditorAction,
  type EditorEffect,
  type FrontendAction,
  type InputHistory,
  type Key,
  type Keymap,
  type KeymapLook,
  keyName,
} from "claw/kit";
import { edit } from "./actions.ts";
import type { Keys } from "./bindings.ts";
import { kindOf } from "./frame.ts";
import type { Line } from "./line.ts";
import type { Offers } from "./offers.ts";
import { Past } from "./past.ts";
import { Search } from "./search.ts";

export interface DispatchOptions {
  readonly line: Line;
  readonly offers: Offers | undefined;
  readonly keymap: Keymap;
  /** The user's own bindings, asked before the keymap. */
  readonly own: Keys;
  /** All bindings. */
  readonly keys: Keys;
  /** Puts in what is on the clipboard, when it is there. */
  pasteClipboard(): void;
}

export class Dispatch {
  /** An incremental search of the history, while it is open. */
  search: Search | undefined;
  /** Keys of a binding that is not complete. */
  chord = "";
  /** The last key brought back an older input: nobody has typed it, so nothing is offered for it. */
  recalled = false;
  readonly #past = new Past();
  readonly #at: DispatchOptions;
  #keymap: Keymap;
  #keys: Keys;
  #state: unknown;
  #before = { name: "", used: false };

  constructor(at: DispatchOptions) {
    this.#at = at;
    this.#keymap = at.keymap;
    this.#keys = at.keys;
    this.#state = at.keymap.start();
  }

  set history(history: InputHistory) {
    this.#past.history = history;
  }

  get look(): KeymapLook {
    const { text, cursor } = this.#at.line;
    return this.#keymap.look(this.#state, { text, cursor });
  }

  use(keymap: Keymap, keys: Keys): void {
    this.#keymap = keymap;
    this.#keys = keys;
    this.#state = keymap.start();
    this.chord = "";
  }

  press(key: Key): readonly EditorEffect[] {
    this.recalled = false;
    if (key.paste !== undefined) {
      this.leaveSearch();
      this.chord = "";
      this.#before = { name: "paste", used: false };
      this.#at.line.insert(key.paste);
      return [];
    }
    const name = keyName(key);
    const effects = this.#take(key, name, name === this.#before.name && !this.#before.used);
    this.#before = { name, used: effects.some((effect) => effect.kind === "escape" && effect.used) };
    return effects;
  }

  /** Ends a search with what it found. */
  leaveSearch(): void {
    const { search } = this;
    this.search = undefined;
    search?.choose();
  }

  // --- internal ---

  #take(key: Key, name: string, again: boolean): readonly EditorEffect[] {
    if (this.chord !== "") return this.#goOnWith(name, again);
    const meaning = this.#keys.find(name);
    const action = meaning !== undefined && "action" in meaning ? meaning.action : undefined;
    if (this.search !== undefined) return this.#searchOn(key, name, action, again);
    const offered = this.#at.offers?.open === true && this.look.typing ? this.#offer(this.#at.offers, action) : undefined;
    if (offered !== undefined) return offered;
    const pressed = this.#at.own.find(name) === undefined ? this.#pressKeymap(key, name, again) : undefined;
    if (pressed !== undefined) return pressed;
    if (meaning === undefined) {
      if (key.text !== undefined && this.look.typing) this.#at.line.write(key.text);
      return [];
    }
    if ("more" in meaning) {
      this.chord = name;
      return [];
    }
    return meaning.action === null ? [] : this.#act(meaning.action, again);
  }

  #goOnWith(name: string, again: boolean): readonly EditorEffect[] {
    const keys = `${this.chord} ${name}`;
    const meaning = this.#keys.find(keys);
    this.chord = meaning !== undefined && "more" in meaning ? keys : "";
    if (meaning !== undefined && "action" in meaning && meaning.action !== null) return this.#act(meaning.action, again);
    return name === "escape" ? [{ kind: "escape", again: false, used: true }] : [];
  }

  #searchOn(key: Key, name: string, action: EditorAction | null | undefined, again: boolean): readonly EditorEffect[] {
    const became = this.search?.press(key, name, action);
    if (became === "taken") return [];
    this.search = undefined;
    this.recalled = true;
    if (action === "interrupt") return [{ kind: "interrupt", again: false, used: true }];
    if (action === "escape") return [{ kind: "escape", again: false, used: true }];
    return became === "chosen-and-on" ? this.#take(key, name, again) : [];
  }

  /** A key while offers are shown; `undefined` for one that is not theirs. */
  #offer(offers: Offers, action: EditorAction | null | undefined): readonly EditorEffect[] | undefined {
    if (action === "up" || action === "history-back") offers.select(-1);
    else if (action === "down" || action === "history-forward") offers.select(1);
    else if (action === "complete") offers.accept();
    else if (action === "submit") {
      const what = offers.enter();
      if (what !== "submit") offers.accept();
      if (what !== "accept") return this.#submit();
    } else return undefined;
    return [];
  }

  /** `undefined` when the keymap leaves the key to the bindings. */
  #pressKeymap(key: Key, name: string, again: boolean): readonly EditorEffect[] | undefined {
    if (this.#keymap.press === undefined) return undefined;
    const { line, offers } = this.#at;
    const { text, cursor } = line;
    const before = this.look;
    const pressed = this.#keymap.press(key, this.#state, { text, cursor });
    if (pressed === undefined) return undefined;
    this.#state = pressed.state;
    const effects: EditorEffect[] = [];
    for (const command of pressed.commands) {
      if (command.do === "copy") effects.push({ kind: "copy", text: line.chips.expand(command.text) });
      else if (command.do === "action") effects.push(...this.#act(command.action, again));
      else line.doc.replace(command.text, command.cursor);
    }
    if (name !== "escape") return effects;
    const closed = offers?.popup !== undefined;
    offers?.rest();
    const used = closed || before.mode !== this.look.mode || line.text !== text;
    return [...effects, { kind: "escape", again: again && !used, used }];
  }

  #act(action: EditorAction, again: boolean): readonly EditorEffect[] {
    const { line, offers } = this.#at;
    const done = edit(action, line);
    if (done === false && action === "up") this.#recall(-1);
    if (done === false && action === "down") this.#recall(1);
    if (done !== undefined) return [];
    switch (action) {
      case "submit":
        return this.#submit();
      case "history-back":
      case "history-forward":
        this.#recall(action === "history-back" ? -1 : 1);
        return [];
      case "history-search":
        offers?.close();
        this.search = new Search(this.#past.entries, line);
        return [];
      case "complete":
        if (this.look.typing) offers?.follow(true);
        return [];
      case "paste-image":
        this.#at.pasteClipboard();
        return [];
      case "open-editor":
        return [{ kind: "open-editor", text: line.full }];
      case "escape": {
        const used = offers?.close() ?? false;
        return [{ kind: "escape", again: again && !used, used }];
      }
      case "interrupt":
        return this.#interrupt(again);
      case "exit":
        if (line.text === "") return [{ kind: "exit" }];
        edit("delete-right", line);
        return [];
      default:
        return [{ kind: "act", action: action as FrontendAction }];
    }
  }

  #recall(by: 1 | -1): void {
    this.recalled = this.#past.step(by, this.#at.line);
  }

  #interrupt(again: boolean): readonly EditorEffect[] {
    const { line, offers } = this.#at;
    const used = line.text !== "";
    offers?.close();
    this.#past.reset();
    if (used) {
      // What was cleared by mistake can be had back by undoing.
      line.doc.part();
      line.doc.replace("", 0);
      this.#state = this.#keymap.start(this.#state);
    }
    return [{ kind: "interrupt", again, used }];
  }

  #submit(): readonly EditorEffect[] {
    const { line, offers } = this.#at;
    const { doc, full: text } = line;
    offers?.close();
    // A backslash before Enter breaks the line, where terminals have no other key for it.
    if (doc.text[doc.cursor - 1] === "\\" && doc.cursor === doc.text.length) {
      doc.part();
      doc.change(doc.cursor - 1, doc.cursor, "\n");
      return [];
    }
    if (text.trim() === "") return [];
    const kind = kindOf(text);
    const body = kind === "shell" || kind === "memory" ? text.slice(1).trim() : text;
    const images = line.chips.images(doc.text);
    this.#past.keep(text);
    doc.reset();
    this.#state = this.#keymap.start(this.#state);
    return [{ kind: "submit", input: { kind, text, body, images } }];
  }
}
