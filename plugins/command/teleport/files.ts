// Which files of a folder a few typed letters mean. Pure, but for walking the folder.
import type { TurnScope } from "claw";
import { Tree } from "claw/kit";

/** Every file of the session's folder that is not ignored, at most `MOST`. */
export async function filesOf(scope: TurnScope): Promise<readonly string[]> {
  const tree = await scope.use(Tree);
  const found: string[] = [];
  for await (const batch of tree.walk(scope.session.cwd, { most: MOST, signal: scope.signal })) found.push(...batch);
  return found;
}

/** The best `most` of `paths`, best first. `close` says that the first is meant for sure: by its path, its name, or its name without the ending. */
export function meantFiles(query: string, paths: readonly string[], most: number): { readonly found: readonly string[]; readonly close: boolean } {
  const wanted = query.toLowerCase().replace(/^\.\//, "");
  const scored = paths.flatMap((path) => {
    const score = scoreOf(wanted, path.toLowerCase());
    return score === undefined ? [] : [{ path, score: score + path.length / 1_000 }];
  });
  scored.sort((a, b) => a.score - b.score || (a.path < b.path ? -1 : 1));
  // Letters strewn over a path are only a guess, and worth showing where there is nothing better.
  const sure = scored.filter(({ score }) => score < STREWN);
  const shown = sure.length > 0 ? sure : scored;
  return { found: shown.slice(0, most).map(({ path }) => path), close: (shown[0]?.score ?? STREWN) < CLOSE };
}

// --- internal ---

const MOST = 200_000;
const CLOSE = 10;
const STREWN = 100;

/** Less is better: the path, its name, its name without ending, its end, the name's start, a part of the name, of the path, letters in order. */
function scoreOf(wanted: string, path: string): number | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.indexOf(".", 1);
  if (path === wanted) return 0;
  if (name === wanted) return 2;
  if (dot > 0 && name.slice(0, dot) === wanted) return 4;
  if (path.endsWith(`/${wanted}`)) return 5;
  if (name.startsWith(wanted)) return 20;
  if (name.includes(wanted)) return 30;
  if (path.includes(wanted)) return 40;
  const inName = gapsOf(wanted, name);
  if (inName !== undefined) return STREWN + inName;
  const inPath = gapsOf(wanted, path);
  return inPath === undefined ? undefined : STREWN * 2 + inPath;
}

/** How many characters lie between the letters; `undefined` when one is missing. */
function gapsOf(wanted: string, text: string): number | undefined {
  let at = -1;
  let gaps = 0;
  for (const letter of wanted.replaceAll(/[\s/]/g, "")) {
    const next = text.indexOf(letter, at + 1);
    if (next === -1) return undefined;
    gaps += at === -1 ? 0 : next - at - 1;
    at = next;
  }
  return gaps;
}
