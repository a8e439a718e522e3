// What one command does, by its program's table. Programs that run others are in `wrappers.ts`, what the shell does itself in `builtins.ts`, git in `git.ts`.
import { basename } from "node:path";
import type { ShellPart, Touched } from "claw/kit";
import { isFolder, isLink, type Machine, namedBy, type State, touchedBy } from "./ground.ts";
import { type Given, sortWords, tableOf } from "./options.ts";
import { type Program, programOf } from "./programs.ts";
import { faultOfAwk, faultOfJq, faultOfSed } from "./scripts.ts";
import { known, text, type Word } from "./words.ts";

/** What is found of a command. */
export interface Finding extends Pick<ShellPart, "does" | "reads" | "writes" | "why"> {
  /** The commands that it runs. With `keeps` they come beside it, else in its place; `here` they run in this very shell. */
  readonly runs?: readonly (readonly Word[])[];
  readonly keeps?: boolean;
  readonly here?: boolean;
  /** Commands that it may run in another way than they could be judged. */
  readonly also?: readonly (readonly Word[])[];
  /** The text that it runs as `shell` would. */
  readonly script?: { readonly source: string; readonly shell: "bash" | "sh" };
}
export interface At {
  readonly state: State;
  readonly machine: Machine;
}

export const NOTHING: Finding = { does: "read", reads: [], writes: [], why: "" };

export function unproven(why: string, more: Partial<Finding> = {}): Finding {
  return { does: "execute", reads: [], writes: [], why, ...more };
}

/** What the program `name` does with `words`; `undefined` when there is no table of it. */
export function judgeProgram(name: string, words: readonly Word[], at: At): Finding | undefined {
  const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
  if (special !== undefined) return special(words, at);
  const program = programOf(name);
  return program && byTable(name, program, words, at);
}

/** What is read and written by the options and operands of `program`. */
export function byTable(name: string, program: Program, words: readonly Word[], { state }: At): Finding {
  const given = sortWords(words, program.table);
  if (typeof given === "string") return unproven(`${name}: ${given}`);
  const used = (use: "read" | "write"): Word[] => given.values.filter((value) => value.use === use).map((value) => value.word);
  const [reads, tree, writes] = [used("read"), [] as Word[], used("write")];
  const { operands } = given;
  const pattern =
    program.operands === "pattern" && !["-e", "-f", "--regexp", "--file", "--files", "--type-list"].some((flag) => given.flags.has(flag));
  if (pattern && !simple(operands[0])) return unproven(`${name}: its pattern may be several words`);
  const files = pattern ? operands.slice(1) : operands;
  const deep =
    program.operands === "tree" ||
    (program.operands === "pattern" &&
      (program.here || (name.endsWith("grep") && ["-r", "--recursive", "-d"].some((flag) => given.flags.has(flag)))));
  const here = files.length === 0 && (program.here || deep) ? [text(".")] : [];
  switch (program.operands) {
    case "none":
      return operands.length === 0 ? NOTHING : unproven(`${name} with an operand may change something`);
    case "text":
      break;
    case "first":
      if (operands.length > 2 || operands.some((operand) => operand.kind !== "text")) return unproven(`${name}: what it writes is not known`);
      reads.push(...operands.slice(0, 1));
      writes.push(...operands.slice(1));
      break;
    case "copy":
    case "move":
      return carried(name, program.operands, operands, state);
    case "write":
    case "make":
      writes.push(...operands);
      break;
    case "remove":
      return removed(name, operands, state);
    default:
      (deep ? tree : reads).push(...files.filter((file) => known(file) !== "-"), ...here);
  }
  return finding(name, { reads, tree, writes }, state, program.operands === "files");
}

// --- internal ---

interface Words {
  readonly reads: readonly Word[];
  readonly tree?: readonly Word[];
  readonly writes: readonly Word[];
}

function finding(name: string, { reads, tree = [], writes }: Words, state: State, plain = false): Finding {
  const [read, below, written] = [touchedBy(reads, state, false), touchedBy(tree, state, true), namedBy(writes, state, true)];
  for (const found of [read, below, written]) if (typeof found === "string") return unproven(`${name}: ${found}`);
  const touched = [...(read as readonly Touched[]), ...(below as readonly Touched[])];
  if (plain && touched.some(({ path }) => isFolder(path))) return unproven(`${name} follows links out of a folder`);
  const paths = written as readonly string[];
  if (paths.length === 0) return { ...NOTHING, reads: touched };
  return { does: "write", reads: touched, writes: paths, why: `${name} writes` };
}

/** One word, whatever it is. */
function simple(word: Word | undefined): boolean {
  return word?.kind === "text" || (word?.kind === "any" && word.single);
}

/** Plain files, each to a name that is known. A folder takes along names that nobody has looked at. */
function carried(name: string, kind: "copy" | "move", operands: readonly Word[], state: State): Finding {
  const last = operands.at(-1);
  const from = namedBy(operands.slice(0, -1), state);
  const to = last === undefined || operands.length < 2 ? "it lacks a word" : namedBy([last], state);
  if (typeof from === "string" || typeof to === "string") return unproven(`${name}: ${typeof from === "string" ? from : to}`);
  if (from.some(isFolder)) return unproven(`${name} takes a whole folder along`);
  if (kind === "move" && from.some(isLink)) return unproven(`${name} takes a link elsewhere`);
  // Whether the last word is a folder may change before this runs: both are judged.
  const inner = to.flatMap((folder) => from.map((path) => `${folder}/${basename(path)}`));
  const written = [...to.filter((path) => !isFolder(path)), ...inner];
  return { does: "write", reads: from.map((path) => ({ path })), writes: kind === "move" ? [...from, ...written] : written, why: `${name} writes` };
}

function removed(name: string, operands: readonly Word[], state: State): Finding {
  const found = namedBy(operands, state);
  if (typeof found === "string") return unproven(`${name}: ${found}`);
  return { does: "write", reads: [], writes: found, why: `${name} removes` };
}

type Special = (words: readonly Word[], at: At) => Finding;

const SED = tableOf(
  "nErsuz -e: -l: -i? --quiet --silent --regexp-extended --separate --unbuffered --null-data --posix --debug --expression= --line-length= --in-place?",
);
const AWK = tableOf("-F: -v: --field-separator= --assign= --posix --traditional --re-interval");

/** Texts of options of that name. `undefined` among them: one is not known. */
function textsOf(given: Given, names: readonly string[]): readonly (string | undefined)[] {
  return given.values.filter((value) => names.includes(value.name)).map((value) => known(value.word));
}

const SPECIAL: Readonly<Record<string, Special>> = {
  sed(words, { state }) {
    const given = sortWords(words, SED);
    if (typeof given === "string") return unproven(`sed: ${given}`);
    const named = textsOf(given, ["-e", "--expression"]);
    const [scripts, files] = named.length > 0 ? [named, given.operands] : [[known(given.operands[0])], given.operands.slice(1)];
    for (const script of scripts) {
      const fault = script === undefined ? "its script is known only when it runs" : faultOfSed(script);
      if (fault !== undefined) return unproven(`sed: ${fault}`);
    }
    if (!given.flags.has("-i") && !given.flags.has("--in-place")) return finding("sed", { reads: files, writes: [] }, state);
    const suffix = textsOf(given, ["-i", "--in-place"])[0] ?? "";
    if (process.platform !== "linux" || suffix !== "") return unproven("sed -i keeps a copy under another name");
    return finding("sed -i", { reads: files, writes: files }, state);
  },
  awk(words, { state }) {
    const given = sortWords(words, AWK);
    if (typeof given === "string") return unproven(`awk: ${given}`);
    const program = known(given.operands[0]);
    const fault = program === undefined ? "its program is known only when it runs" : faultOfAwk(program);
    if (fault !== undefined) return unproven(`awk: ${fault}`);
    return finding("awk", { reads: given.operands.slice(1).filter((file) => !/^[A-Za-z_]\w*=/.test(known(file) ?? "")), writes: [] }, state);
  },
  jq(words, at) {
    const program = programOf("jq") as Program;
    const given = sortWords(words, program.table);
    const filter = typeof given === "string" ? "." : known(given.operands[0]);
    const fault = filter === undefined ? "its filter is known only when it runs" : faultOfJq(filter);
    return fault === undefined ? byTable("jq", program, words, at) : unproven(`jq: ${fault}`);
  },
  tar(words, at) {
    // The first word may do without its dash.
    const first = known(words[0]);
    const dashes = first !== undefined && /^[a-zA-Z]+$/.test(first) ? [text(`-${first}`), ...words.slice(1)] : words;
    const given = sortWords(dashes, (programOf("tar") as Program).table);
    if (typeof given === "string") return unproven(`tar: ${given}`);
    if (!given.flags.has("-t") && !given.flags.has("--list")) return unproven("tar writes files");
    const archives = given.values.filter((value) => value.use === "read").map((value) => value.word);
    if (archives.some((archive) => known(archive)?.includes(":") !== false)) return unproven("tar: an archive of another machine");
    return finding("tar", { reads: archives, writes: [] }, at.state);
  },
  unzip(words, at) {
    const listing = words.some((word) => /^-[a-zA-Z]*[lvZ]/.test(known(word) ?? ""));
    return listing ? byTable("unzip", programOf("unzip") as Program, words, at) : unproven("unzip writes files");
  },
  ps(words) {
    const program = programOf("ps") as Program;
    const given = sortWords(words, program.table);
    if (typeof given === "string") return unproven(`ps: ${given}`);
    const plain = given.operands.every((word) => /^(aux?w*|ax[uw]*)$/.test(known(word) ?? ""));
    return plain ? NOTHING : unproven("ps may show the environment of programs");
  },
  date(words, at) {
    const sets = words.some((word, index) => !/^[-+]/.test(known(word) ?? "") && !/^-[dv]$|^--(date|rfc-3339)$/.test(known(words[index - 1]) ?? ""));
    return sets ? unproven("date may set the clock") : byTable("date", programOf("date") as Program, words, at);
  },
};
