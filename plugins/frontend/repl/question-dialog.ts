// What every kind of question on the screen is made from and does. Only types.
import type { Answer } from "claw";
import type { Key, Painted, Theme } from "claw/kit";
import type { Asked } from "./choices.ts";

export interface DialogOptions extends Asked {
  /** What it is about, its first line in the accent's colour: lines with styles, safe for a screen. */
  readonly heading: readonly string[];
  /** What there is to judge, below the heading: lines with styles, safe for a screen. */
  readonly body: readonly string[];
  /** Free text is not shown as it is written. */
  readonly secret?: boolean;
}
/** What a key did: `taken` changed something or nothing, `strange` is text that means nothing here, the others end the question. */
export type Pressed = "taken" | "strange" | "cancelled" | Answer;
export interface Dialog {
  press(key: Key): Pressed;
  paint(columns: number, rows: number, theme: Theme): Painted;
}
