// Keys as a terminal brings them, and a theme without colours, for the tests beside this folder.
import type { Key, Theme } from "claw/kit";

export const theme: Theme = { name: "none", paint: (_, text) => text, sgr: () => ({ begin: "", end: "" }) };

export const key = (name: string, more: Partial<Key> = {}): Key => ({
  key: name,
  ctrl: false,
  alt: false,
  shift: false,
  ...(name.length === 1 ? { text: name } : {}),
  ...more,
});

/** The keys of somebody who types this. */
export const typed = (text: string): readonly Key[] => [...text].map((letter) => key(letter === " " ? "space" : letter, { text: letter }));
