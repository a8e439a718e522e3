// What the marks of Markdown look like, wherever they are found. Pure.
import { plain, type Theme } from "claw/kit";

/** What a block is shown with. */
export interface Look {
  readonly width: number;
  readonly theme: Theme;
  /** Links can be clicked. */
  readonly links: boolean;
}

/** The sign of an item that is not counted, in a list within so many others. */
export const bulletOf = (depth: number): string => BULLETS[depth % BULLETS.length] ?? "•";

/** A line of a heading. */
export function headingOf(line: string, level: number, { paint }: Theme): string {
  return paint("heading", level > 2 ? line : paint("strong", line));
}

/** Where a link leads is shown when its text does not say so: a text can lie. */
export function linkTo(text: string, given: string, { theme, links }: Look): string {
  const href = plain(given);
  const shown = theme.paint("link", text);
  const bare = text.includes("\x1b") ? Bun.stripANSI(text) : text;
  const target = bare === href || bare === href.replace(/^(mailto:|https?:\/\/)/, "") ? "" : ` ${theme.paint("dim", `(${href})`)}`;
  if (!links || !/^(https?|file|mailto):[!-~]+$/.test(href)) return shown + target;
  return `\x1b]8;;${href}\x07${shown}\x1b]8;;\x07${target}`;
}

/** The bar left of a quote. */
export const barOf = ({ paint }: Theme): string => `${paint("border", "│")} `;

// --- internal ---

const BULLETS = ["•", "◦", "▪"];
