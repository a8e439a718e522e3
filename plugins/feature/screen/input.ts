// Keys from bytes to whoever listens: the newest first, and nothing typed before anybody listened is lost.
import type { Key } from "claw/kit";
import { createKeyDecoder } from "./keys.ts";

export interface InputQueue {
  feed(bytes: Uint8Array): void;
  press(key: Key): void;
  listen(listener: (key: Key) => boolean | undefined): Disposable;
  close(): void;
}

/** `failed` is told of a listener that threw. With `lines` the terminal edits them itself, and a line feed is Return. */
export function createInput(failed: (error: unknown) => void, lines: boolean): InputQueue {
  const listeners: ((key: Key) => boolean | undefined)[] = [];
  const early: Key[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const press = (key: Key): void => {
    if (listeners.length === 0) {
      if (early.length < MOST_EARLY) early.push(key);
      return;
    }
    for (const listener of listeners.toReversed()) {
      try {
        if (listener(key) === true) return;
      } catch (error) {
        failed(error);
      }
    }
  };
  const decoder = createKeyDecoder((key) =>
    press(lines && key.ctrl && key.key === "j" ? { key: "enter", ctrl: false, alt: key.alt, shift: false } : key),
  );
  return {
    feed(bytes) {
      clearTimeout(timer);
      decoder.feed(bytes);
      if (decoder.waiting !== undefined) timer = setTimeout(decoder.expire, decoder.waiting);
    },
    press,
    listen(listener) {
      listeners.push(listener);
      // After the code that listens has got what it needs to answer.
      if (early.length > 0) queueMicrotask(() => early.splice(0).forEach(press));
      return {
        [Symbol.dispose]: () => {
          const at = listeners.lastIndexOf(listener);
          if (at >= 0) listeners.splice(at, 1);
        },
      };
    },
    close: () => clearTimeout(timer),
  };
}

// --- internal ---

const MOST_EARLY = 1_000;
