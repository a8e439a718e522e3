// Where a glob pattern leads: the folder that its plain beginning names, and what is left to match below it.

export interface Search {
  /** The folder to walk, as the model named it: `path` and the segments of the pattern before its first wildcard. */
  readonly folder: string;
  /** The pattern for paths below `folder`. */
  readonly rest: string;
  /** Why nothing can match. */
  readonly problem?: string;
}

/** Every pattern has exactly one folder: what the gate judges is all that is searched. */
export function searchOf(pattern: string, path = "."): Search {
  const segments = segmentsOf(process.platform === "win32" ? pattern.replaceAll("\\", "/") : pattern);
  const absolute = segments[0] === "" || /^[A-Za-z]:$/.test(segments[0] ?? "");
  const wanted = segments.filter((segment, index) => segment !== "." && (segment !== "" || (index === 0 && absolute)));
  // `src/` means all that is in it.
  if (segments.length > 1 && segments.at(-1) === "") wanted.push("**");
  let plain = 0;
  while (plain < wanted.length - 1 && !MAGIC.test(wanted[plain] ?? "")) plain++;
  if (wanted[plain] === ".." && plain === wanted.length - 1) plain++;
  const prefix = wanted.slice(0, plain).map(unescaped).join("/");
  const rest = wanted.slice(plain).join("/").replace(/^!/, "\\!");
  return { folder: folderOf(path, prefix, absolute), rest: rest === "" ? "**" : rest, ...fault(rest) };
}

/** How many levels of folders below the search's folder can hold a match. */
export function depthOf(rest: string): number {
  return /\*\*|\{[^}]*\//.test(rest) ? Number.POSITIVE_INFINITY : segmentsOf(rest).length - 1;
}

// --- internal ---

const MAGIC = /(?:^|[^\\])(?:\\\\)*[*?[{]/;
/** `..`, or a path that starts anew, behind the first wildcard. */
const AWAY = /(?:^|[/{,])\.\.(?=[/},]|$)|[{,]\//;

function fault(rest: string): Pick<Search, "problem"> {
  if (!AWAY.test(rest)) return {};
  return {
    problem: "behind a wildcard or in a {group}, a pattern can only lead down: name the folder in `path`, or call once for each folder",
  };
}

function folderOf(path: string, prefix: string, absolute: boolean): string {
  if (absolute) return /^[A-Za-z]:$/.test(prefix) || prefix === "" ? `${prefix}/` : prefix;
  if (prefix === "") return path;
  return path === "." ? prefix : `${path.replace(/\/+$/, "")}/${prefix}`;
}

/** Split at slashes, those inside of braces left alone. */
function segmentsOf(pattern: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === "\\") at++;
    else if (char === "{" && pattern.includes("}", at)) depth++;
    else if (char === "}" && depth > 0) depth--;
    else if (char === "/" && depth === 0) {
      segments.push(pattern.slice(start, at));
      start = at + 1;
    }
  }
  return [...segments, pattern.slice(start)];
}

function unescaped(segment: string): string {
  return segment.replace(/\\(.)/g, "$1");
}
