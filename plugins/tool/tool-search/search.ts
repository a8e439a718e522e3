// Which tools a query means: by name, or by words over names and descriptions. Pure.
import { foldedTool } from "claw/kit";

/** What a search can see of a tool. */
export interface Candidate {
  readonly name: string;
  readonly description: string;
}
export type Query = Readonly<{ select: readonly string[] } | { required: readonly string[]; words: readonly string[] }>;

export function readQuery(query: string): Query {
  const [, names] = /^\s*select:(.*)$/is.exec(query) ?? [];
  if (names !== undefined) return { select: names.split(/[,\s]+/).filter((name) => name !== "") };
  const all = query.toLowerCase().split(/[\s,;]+/);
  const clean = (word: string): string => word.replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, "");
  const required = all.filter((word) => word.startsWith("+")).map(clean);
  return { required: required.filter(Boolean), words: [...new Set(all.map(clean))].filter(Boolean) };
}

/** The one that a name means: exactly, or but for case, `_` and `-`, or as the only one that ends so behind its server's name. */
export function pick(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  const folded = foldedTool(name);
  const same = names.find((one) => foldedTool(one) === folded);
  if (same !== undefined) return same;
  const ends = names.filter((one) => one.toLowerCase().endsWith(`__${name.toLowerCase()}`));
  return ends.length === 1 ? ends[0] : undefined;
}

/** Best first; equals in the order given. A word that few tools have counts for more. */
export function rank(candidates: readonly Candidate[], { required, words }: Extract<Query, { words: unknown }>): readonly string[] {
  const rows = candidates.map((candidate) => ({ name: candidate.name, scores: words.map((word) => score(candidate, word)) }));
  const weights = words.map((_, index) => {
    const having = rows.filter(({ scores }) => (scores[index] ?? 0) > 0).length;
    return having === 0 ? 0 : Math.log(1 + rows.length / having);
  });
  const must = required.map((word) => words.indexOf(word));
  return rows
    .filter(({ scores }) => must.every((index) => (scores[index] ?? 0) > 0))
    .map(({ name, scores }) => ({ name, total: scores.reduce((sum, one, index) => sum + one * (weights[index] ?? 0), 0) }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total)
    .map(({ name }) => name);
}

// --- internal ---

function score({ name, description }: Candidate, word: string): number {
  const flat = word.replace(/[_-]/g, "");
  const lower = name.toLowerCase();
  const whole = lower.replace(/[_-]/g, "");
  if (whole === flat || lower === word) return 12;
  const said = within(wordsOf(description), word);
  const parts = wordsOf(name);
  if (parts.includes(word)) return 8 + said;
  if (parts.includes(singular(word))) return 7 + said;
  if (flat.length >= 3 && whole.includes(flat)) return 4 + said;
  return said;
}

function within(words: readonly string[], word: string): number {
  if (words.includes(word) || words.includes(singular(word))) return 2;
  return word.length >= 3 && words.some((one) => one.startsWith(word)) ? 1 : 0;
}

/** `NotebookEdit` and `notebook_edit` are notebook and edit. */
function wordsOf(text: string): readonly string[] {
  const apart = text.replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2").toLowerCase();
  return apart.split(/[^\p{L}\p{N}]+/u).flatMap((word) => [word, singular(word)]);
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
}
