// A session file as it is continued: the whole file is looked through, but only what its view needs is parsed and kept.
import { closeSync, openSync, readSync } from "node:fs";
import { decodeEntry, type Entry, REWIND, type Stand } from "claw/kit";

/** What the view of a session's branch needs, and where the session stands. */
export interface Scanned {
  readonly entries: readonly Entry[];
  readonly stand: Stand;
  /** Where the file's last line ends: all of it was whole. */
  readonly size: number;
}

/**
 * Looks through a file of `size` bytes whose records begin at `start`. `undefined` when anything is out of the ordinary: then the file must be loaded whole,
 * which finds out what.
 */
export function scan(path: string, start: number, size: number): Scanned | undefined {
  const fd = openSync(path, "r");
  try {
    const lines = index(fd, start, size);
    if (lines === undefined) return undefined;
    const read = reader(fd, lines);
    const links = lines.rewound ? linksOf(fd, lines) : undefined;
    if (lines.rewound && links === undefined) return undefined;
    // Where nobody went back each record follows the one before it, and no more need be known of most of them.
    const way = links === undefined ? [...lines.starts.keys()] : branch(links);
    const found = needed(lines, way, read);
    const last = lines.starts.length === 0 ? undefined : read(lines.starts.length - 1);
    if (found === undefined || (last === undefined && lines.starts.length > 0) || (links === undefined && !chained(found))) return undefined;
    const count = links === undefined ? numberOf(last?.id ?? "0") : links.ids.reduce((most, id) => Math.max(most, id), 0);
    return count < 0 ? undefined : { entries: found.map(({ entry }) => entry), stand: { last: last?.id ?? null, count }, size };
  } finally {
    closeSync(fd);
  }
}

// --- internal ---

/** Every line, as numbers: a long session has tens of thousands, and what is made of each is never more than that. */
interface Lines {
  readonly types: number[];
  readonly starts: number[];
  readonly lengths: number[];
  /** Whether the session ever went back in its record. */
  rewound: boolean;
}
/** Ids and parents of the lines; -1 for no parent. */
interface Links {
  readonly ids: number[];
  readonly parents: number[];
}
/** A line that the view needs. */
interface Needed {
  readonly line: number;
  readonly entry: Entry;
}
type Read = (line: number) => Entry | undefined;

const CHUNK = 1 << 18;
/** More than what stands before a record's content takes. */
const PREFIX = 112;
const [LINE_END, OPENING, CLOSING] = [10, 123, 125];
/** The first letters of the types, where they stand in a line. */
const [TYPE_AT, MESSAGE, FOLD, NOTE] = [9, 109, 102, 110];
const BEGINNING = /^\{"type":"(?:message|fold|note)","id":"(\d+)","parent":(?:null|"(\d+)"),"at":\d/;
const WENT_BACK = `"kind":"${REWIND}"`;

/** `undefined` when one begins or ends as no record of ours does. */
function index(fd: number, start: number, size: number): Lines | undefined {
  const lines: Lines = { types: [], starts: [], lengths: [], rewound: false };
  let bytes = Buffer.allocUnsafe(CHUNK);
  /** Where `bytes` begins in the file, and how much of it is filled. */
  let [base, filled] = [start, 0];
  while (base + filled < size) {
    const got = readSync(fd, bytes, filled, Math.min(bytes.length - filled, size - base - filled), base + filled);
    if (got === 0) return undefined;
    filled += got;
    let at = 0;
    for (let end = bytes.indexOf(LINE_END, at); end >= 0 && end < filled; end = bytes.indexOf(LINE_END, at)) {
      const type = bytes[at + TYPE_AT];
      if (bytes[at] !== OPENING || bytes[end - 1] !== CLOSING || (type !== MESSAGE && type !== NOTE && type !== FOLD)) return undefined;
      if (type === NOTE) lines.rewound ||= bytes.toString("latin1", at, Math.min(end, at + PREFIX)).includes(WENT_BACK);
      lines.types.push(type);
      lines.starts.push(base + at);
      lines.lengths.push(end - at);
      at = end + 1;
    }
    if (at === 0 && filled === bytes.length) bytes = grown(bytes);
    else bytes.copyWithin(0, at, filled);
    [base, filled] = [base + at, filled - at];
  }
  return filled === 0 ? lines : undefined;
}

function grown(bytes: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(bytes.length * 2);
  bytes.copy(larger);
  return larger;
}

/** `undefined` when one has none, or its numbers are no numbers. */
function linksOf(fd: number, { starts, lengths }: Lines): Links | undefined {
  const links: Links = { ids: [], parents: [] };
  const bytes = Buffer.allocUnsafe(PREFIX);
  for (let line = 0; line < starts.length; line++) {
    const got = readSync(fd, bytes, 0, Math.min(PREFIX, lengths[line] ?? 0), starts[line] ?? 0);
    const [, id, parent] = BEGINNING.exec(bytes.toString("latin1", 0, got)) ?? [];
    const [own, before] = [numberOf(id ?? ""), parent === undefined ? -1 : numberOf(parent)];
    if (own < 0 || (parent !== undefined && before < 0)) return undefined;
    links.ids.push(own);
    links.parents.push(before);
  }
  return links;
}

/** -1 for what is not written as a number is. */
function numberOf(text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 && String(value) === text ? value : -1;
}

/** Parses single lines. */
function reader(fd: number, { starts, lengths }: Lines): Read {
  let bytes = Buffer.allocUnsafe(CHUNK);
  return (line) => {
    const length = lengths[line] ?? 0;
    if (length > bytes.length) bytes = Buffer.allocUnsafe(length * 2);
    return readSync(fd, bytes, 0, length, starts[line] ?? 0) === length ? decodeEntry(bytes.toString("utf8", 0, length)) : undefined;
  };
}

/** The lines from the first to the last one, leaving out branches, as `branchOf` finds them. */
function branch({ ids, parents }: Links): readonly number[] {
  const way: number[] = [];
  const byId = new Map(ids.map((id, at) => [id, at]));
  for (let line = ids.length - 1; line >= 0; ) {
    way.push(line);
    const parent = parents[line] ?? -1;
    if (parent < 0) break;
    let before = line - 1;
    if (ids[before] !== parent) {
      const found = byId.get(parent);
      if (found !== undefined && found < line) before = found;
    }
    line = before;
  }
  return way.reverse();
}

/** Notes, and what is left since the last fold that says what it left. */
function needed({ types }: Lines, way: readonly number[], read: Read): Needed[] | undefined {
  const [from, base] = lastFold(types, way, read);
  const found: Needed[] = [];
  for (const [index, line] of way.entries()) {
    const type = types[line];
    if (type !== NOTE && (index < from || (type === FOLD && index < base))) continue;
    const entry = read(line);
    if (entry === undefined) return undefined;
    found.push({ line, entry });
  }
  return found;
}

/** Where on the way the messages begin that the last such fold left, and where it stands itself. */
function lastFold(types: readonly number[], way: readonly number[], read: Read): readonly [from: number, base: number] {
  for (let base = way.length - 1; base >= 0; base--) {
    const line = way[base] ?? -1;
    if (types[line] !== FOLD) continue;
    const fold = read(line);
    if (fold?.type !== "fold") break;
    if (fold.all === true) return [base, base];
    if (fold.kept === undefined) continue;
    let from = base - 1;
    while (from >= 0 && read(way[from] ?? -1)?.id !== fold.kept) from--;
    if (from >= 0 && types[way[from] ?? -1] === MESSAGE) return [from, base];
  }
  return [0, 0];
}

/** Whether each that is needed follows the one before it, where they are neighbours; the first line follows none. */
function chained(found: readonly Needed[]): boolean {
  return found.every(({ line, entry }, index) => {
    const before = found[index - 1];
    if (line === 0) return entry.parent === null;
    return before?.line !== line - 1 || entry.parent === before.entry.id;
  });
}
