// Reads from the bytes of a git index the tree that it stands for, when git noted one there: the extension `TREE`, as git's index-format says.

/** The id of the whole index's tree; `undefined` when it is not noted, or something changed since. Only of indexes with SHA-1. */
export function treeOfIndex(index: Buffer): string | undefined {
  const end = index.length - CHECKSUM;
  for (let at = index.lastIndexOf("TREE"); at > 0; at = index.lastIndexOf("TREE", at - 1)) {
    // The entries before the extensions have no length of their own: what only looks like one does not lead to the end.
    if (!leadsTo(end, index, at)) continue;
    const start = at + HEADER;
    // The root has no name, then how many entries its tree covers (-1: none that is valid) and how many subtrees it has.
    const found = /^\0(\d+) \d+\n/.exec(index.toString("latin1", start, start + 40));
    return found === null ? undefined : index.toString("hex", start + found[0].length, start + found[0].length + ID);
  }
  return undefined;
}

// --- internal ---

const CHECKSUM = 20;
const ID = 20;
/** A signature and a length, four bytes each. */
const HEADER = 8;

/** Whether extension follows extension from `at` until exactly `end`. */
function leadsTo(end: number, index: Buffer, at: number): boolean {
  let next = at;
  while (next + HEADER <= end) next += HEADER + index.readUInt32BE(next + 4);
  return next === end;
}
