// A walk through one source, as its steps share it: the parts found so far and what is wrong with the line. The steps are in `walk.ts`.
import type { ShellPart } from "claw/kit";
import type { Machine, State } from "./ground.ts";
import type { ParsedScript } from "./parse.ts";

/** A walk through one source. `depth` counts texts that run as scripts in others. */
export interface Walk {
  readonly machine: Machine;
  readonly source: string;
  readonly depth: number;
  readonly parts: ShellPart[];
  readonly problems: string[];
  /** Walks a script of this source. */
  script(script: ParsedScript, walk: Walk, state: State): void;
  /** Walks a text that runs as a script of `shell`. */
  text(source: string, walk: Walk, state: State, shell: Machine["shell"]): void;
}

/** Past this many parts a line is asked about; they are still found, for the rules that deny. */
export const MOST_PARTS = 300;

/** Says of a piece of the line that nobody can tell what it does. */
export function odd(walk: Walk, node: { readonly pos: number; readonly end: number }, why: string): void {
  const text = walk.source.slice(node.pos, node.end);
  walk.parts.push({ text, argv: [], also: [], does: "execute", reads: [], writes: [], why });
}
