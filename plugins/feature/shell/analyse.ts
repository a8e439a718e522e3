// A line of text in, its parts out. The only way into the analysis; loaded with the parser when the first command line is judged.
import type { ShellAnalysis } from "claw/kit";
import { createState, type Machine } from "./ground.ts";
import { parse } from "./parse.ts";
import { MOST_PARTS, type Walk } from "./trail.ts";
import { walkScript, walkText } from "./walk.ts";

/** What `line` would do in `folder`. Never throws: what goes wrong is a problem of the line. */
export function analyse(line: string, folder: string | undefined, machine: Machine): ShellAnalysis {
  const state = createState(folder);
  const walk: Walk = { machine, source: line, depth: 0, parts: [], problems: [], script: walkScript, text: walkText };
  try {
    // These make patterns match other names than they do without.
    if (machine.env["BASHOPTS"] !== undefined || machine.env["GLOBIGNORE"] !== undefined)
      walk.problems.push("BASHOPTS or GLOBIGNORE change how it is read");
    const script = parse(line);
    if (typeof script === "string") walk.problems.push(script);
    else walkScript(script, walk, state);
  } catch (thrown) {
    walk.problems.push(`it could not be followed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (walk.parts.length > MOST_PARTS) walk.problems.push(`it has more than ${MOST_PARTS} parts`);
  const [problem] = walk.problems;
  const moves = state.folders?.length !== 1 || state.folders[0] !== folder;
  return { parts: walk.parts, moves: moves || problem !== undefined, ...(problem === undefined ? {} : { problem }) };
}
