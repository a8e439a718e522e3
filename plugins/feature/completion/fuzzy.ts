// Which of many names a few typed letters mean. Pure, and made for lists of hundreds of thousands.

/** A name that is searched: in small letters, with which letters are in it at all. */
export interface Searched {
  readonly text: string;
  readonly lower: string;
  readonly mask: number;
  /** Where its last part begins, behind the last slash. */
  readonly base: number;
}
/** `score` is better when it is less; `marks` are the places that matched. */
export interface Match {
  readonly score: number;
  readonly marks: readonly number[];
}

export function searched(text: string): Searched {
  const lower = text.toLowerCase();
  return { text, lower, mask: maskOf(lower), base: lower.lastIndexOf("/", lower.length - 2) + 1 };
}

/** Which letters a text has, 32 sorts of them. */
export function maskOf(lower: string): number {
  let mask = 0;
  for (let at = 0; at < lower.length; at++) mask |= 1 << (lower.charCodeAt(at) & 31);
  return mask;
}

/** How well letters (in small letters, with their mask) mean a name; `undefined` when one of them is missing. Nothing means everything, short names first. */
export function match(query: string, mask: number, { text, lower, mask: has, base }: Searched): Match | undefined {
  if ((has & mask) !== mask) return undefined;
  if (query === "") return { score: lower.length, marks: [] };
  const whole = wholeMatch(query, lower, base);
  if (whole !== undefined && !whole.inside) return { score: whole.score + lower.length / 100, marks: range(whole.at, query.length) };
  // In the last part when all of it is there, as that is what one remembers.
  const marks = scattered(query, text, lower, base) ?? (base > 0 ? scattered(query, text, lower, 0) : undefined);
  const far = (marks?.[0] ?? 0) >= base ? 0 : 20;
  // The first letters of words mean more than what stands in the middle of one.
  if (marks?.every((mark) => starts(text, mark)) === true) return { score: 22 + far + lower.length / 100, marks };
  if (whole !== undefined) return { score: whole.score + lower.length / 100, marks: range(whole.at, query.length) };
  if (marks === undefined) return undefined;
  let gaps = 0;
  for (let index = 1; index < marks.length; index++)
    if (marks[index] !== (marks[index - 1] ?? 0) + 1) gaps += starts(text, marks[index] ?? 0) ? 1 : 3;
  return { score: 100 + far + gaps * 4 + (starts(text, marks[0] ?? 0) ? 0 : 4) + lower.length / 100, marks };
}

// --- internal ---

/** The query in one piece: the name itself, its start, the start of a word, `inside` one; in the last part rather than before. */
function wholeMatch(
  query: string,
  lower: string,
  base: number,
): { readonly at: number; readonly score: number; readonly inside: boolean } | undefined {
  const near = lower.indexOf(query, base);
  if (near === base) return { at: near, score: lower.length - base === query.length ? 0 : 10, inside: false };
  if (lower.startsWith(query)) return { at: 0, score: 15, inside: false };
  const at = near === -1 ? lower.lastIndexOf(query) : near;
  if (at === -1) return undefined;
  const inside = !starts(lower, at);
  return { at, score: (near === -1 ? 40 : 20) + (inside ? 10 : 0), inside };
}

/** The places of the letters in order, at starts of words where that can be. */
function scattered(query: string, text: string, lower: string, from: number): readonly number[] | undefined {
  // From the back it is known how late each letter may come at the latest.
  const latest: number[] = [];
  let at = lower.length;
  for (let index = query.length - 1; index >= 0; index--) {
    at = lower.lastIndexOf(query[index] ?? "", at - 1);
    if (at < from || (index > 0 && at === 0)) return undefined;
    latest[index] = at;
  }
  const marks: number[] = [];
  let next = from;
  for (let index = 0; index < query.length; index++) {
    const letter = query[index] ?? "";
    const last = latest[index] ?? 0;
    let place = lower.indexOf(letter, next);
    const after = index > 0 && place === next;
    if (!after)
      for (let seen = place; seen !== -1 && seen <= last; seen = lower.indexOf(letter, seen + 1))
        if (starts(text, seen)) {
          place = seen;
          break;
        }
    marks.push(place);
    next = place + 1;
  }
  return marks;
}

/** A letter that begins a word, behind a separator or as a capital. */
function starts(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  const here = text.charCodeAt(at);
  if (before === 47 || before === 46 || before === 45 || before === 95 || before === 32 || before === 58) return true;
  return here >= 65 && here <= 90 && !(before >= 65 && before <= 90);
}

const range = (from: number, length: number): readonly number[] => Array.from({ length }, (_, index) => from + index);
