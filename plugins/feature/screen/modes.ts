// What a terminal is told when claw takes it and when it gives it back, and what is known of terminals by their names. Pure.
import type { Env } from "claw";

/** What kind of terminal it is. */
export interface Traits {
  /** Which rows it wraps anew when it becomes narrower, as far as they move the cursor: none, those `above` it, or `all`. */
  readonly reflow: "none" | "above" | "all";
  /** Knows what it does not know: unknown sequences are not shown. */
  readonly modern: boolean;
  /** Shows OSC 9;4 as progress; others make a notification of it. */
  readonly progress: boolean;
  /** `TERM=dumb`: moves no cursor. */
  readonly dumb: boolean;
}

export function traitsOf(env: Env, platform: string = process.platform): Traits {
  const { TERM: term = "", TERM_PROGRAM: program = "", WT_SESSION: windows = "", TMUX: tmux = "" } = env;
  const dumb = term === "dumb" || (term === "" && platform !== "win32");
  const console_ = platform === "win32" && windows === "" && program === "";
  const rigid = console_ || term === "linux" || (env["XTERM_VERSION"] ?? "") !== "" || (term.startsWith("screen") && tmux === "");
  const reflow = rigid ? "none" : /^(vscode|Hyper)$/.test(program) && tmux === "" ? "all" : "above";
  const vte = Number(env["VTE_VERSION"] ?? 0) >= 7_900;
  const progress = windows !== "" || env["ConEmuANSI"] === "ON" || vte || /^(ghostty|WezTerm|vscode)$/i.test(program) || term === "xterm-ghostty";
  return { reflow, modern: term !== "linux", progress: progress && tmux === "", dumb };
}

/** Bracketed paste on, focus reports off, and keys told apart where the terminal can: the Kitty protocol, else xterm's `modifyOtherKeys`. */
export function entering({ modern }: Traits): string {
  return `\x1b[?2004h\x1b[?1004l${modern ? "\x1b[>4;1m\x1b[>5u" : ""}`;
}

/** All of it back, the cursor too. Harmless when it was never changed. */
export function leaving({ modern }: Traits, shaped: boolean): string {
  return `${modern ? "\x1b[<u\x1b[>4m" : ""}\x1b[?2004l${shaped ? "\x1b[0 q" : ""}\x1b[0m\x1b[?25h`;
}

/** Nothing in between is shown half done, by terminals that know this; the others do not mind. */
export function synchronised(text: string): string {
  return `\x1b[?2026h${text}\x1b[?2026l`;
}

export const PROGRESS = { none: "\x1b]9;4;0;\x07", busy: "\x1b]9;4;3;\x07", failed: "\x1b]9;4;2;100\x07" } as const;
