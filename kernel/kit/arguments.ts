// The command line, parsed by the options that manifests declare. Says what was written, not what it means.
// By hand: `parseArgs` of `node:util` costs every start 1 ms and 2 MB, and knows no optional values.
import { ClawError, type OpenOptions, type Option, type Options } from "claw";
import { didYouMean } from "./nearest.ts";

/** `words` are what is no option, those after `--` too; `rest` says that there was a `--`, and `options["--"]` has the words after it. */
export interface Arguments {
  readonly options: Options;
  readonly words: readonly string[];
  readonly rest: boolean;
}

/**
 * Throws `CLAW_USAGE` for an unknown option or a missing value, unless not `strict`: then both are passed over. An option whose value stands in
 * brackets (`[REF]`) takes the next word only when that looks like a session; one in small letters (`low|high`) takes nothing else. A `LIST`, and a
 * `DIR` that may be repeated, go on over the words that can only be more of it. After a first word of `commands` (or `/` and one), unknown options
 * are words, for the command to judge; not after `--print`, whose words are a prompt.
 */
export function parseArguments(
  argv: readonly string[],
  options: readonly Option[],
  strict: boolean,
  commands: () => readonly string[] = () => [],
): Arguments {
  const known = lookup(options);
  const values = new Map<string, boolean | string | readonly string[]>();
  const words: string[] = [];
  const end = argv.indexOf("--");
  const last = end === -1 ? argv.length : end;
  let command = false;
  for (let at = 0; at < last; at++) {
    const arg = argv[at] ?? "";
    if (!arg.startsWith("-") || arg === "-") {
      command ||= words.length === 0 && !values.has("print") && commands().includes(arg.replace(/^\//, ""));
      words.push(arg);
      continue;
    }
    const written = split(arg, known);
    const strange = written.find(({ name }) => !known.has(name));
    if (strange !== undefined && command) words.push(arg);
    else if (strange !== undefined && strict) throw unknownOption(strange.name, known.keys());
    else {
      for (const { name, inline } of written) {
        const option = known.get(name);
        if (option === undefined) continue;
        const printed = values.has("print") && words.length > 0;
        const next =
          inline === undefined && at + 1 < last && takes(option, argv[at + 1] ?? "", argv.slice(at + 2, last), printed) ? argv[++at] : inline;
        const value = judge(option, name, next, strict, argv[at + 1]);
        if (value === undefined) continue;
        const given = typeof value === "string" ? [value] : [];
        const prompted = words.length > 0 || last < argv.length - 1;
        while (
          inline === undefined &&
          !command &&
          at + 1 < last &&
          furthers(option, argv[at + 1] ?? "", () => prompted || prompts(argv.slice(at + 2, last)))
        )
          given.push(argv[++at] ?? "");
        const earlier = values.get(option.name);
        values.set(option.name, option.many && given.length > 0 ? [...(Array.isArray(earlier) ? earlier : []), ...given] : given.join(",") || value);
      }
    }
  }
  if (end !== -1) {
    const tail = argv.slice(end + 1);
    words.push(...tail);
    values.set("--", tail);
  }
  const chosen: Record<string, Options[string]> = {};
  for (const [name, value] of values) chosen[name] = value;
  return { options: chosen, words, rest: end !== -1 };
}

/** Whether a word can only be meant as a session: `latest` and its like, an id or the start of one, a path to a session file. */
export function referring(word: string): boolean {
  if (word === "latest" || word === "last" || word === "recent") return true;
  if (word.endsWith(".jsonl")) return word.includes("/") || !/\s/.test(word);
  // A digit is asked for, since "add" and "face" are words too.
  return /^[0-9a-f]{4,}(-[0-9a-f]*)*$/i.test(word) && /\d/.test(word);
}

/** The words of one line, as a shell splits them: quotes group, a backslash takes the next character as it is. Nothing is expanded. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|\\$)+)/sy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    words.push((match[1] ?? "").replace(/"((?:[^"\\]|\\.)*)(?:"|$)|'([^']*)(?:'|$)|\\(.|$)/gs, unquote));
  }
  return words;
}

/** Which session the command line asks for. Throws `CLAW_USAGE` where its options contradict one another. */
export function openOptions(options: Options): OpenOptions {
  const { resume, fork, "session-id": id, "no-session": unkept } = options;
  const ref = typeof resume === "string" ? resume : resume === true || options["continue"] === true ? "latest" : undefined;
  const refuse = (message: string, hint: string): never => {
    throw new ClawError("CLAW_USAGE", message, { hint });
  };
  if (fork === true && ref === undefined) refuse("--fork copies a session, but none is named", "Add --continue or --resume REF.");
  if (typeof id === "string" && !UUID.test(id)) refuse(`--session-id is no UUID: ${id}`, "Make one with `uuidgen`.");
  if (typeof id === "string" && ref !== undefined && fork !== true)
    refuse("--session-id names a new session, but an old one is continued", "Add --fork to continue in a copy with this id.");
  if (unkept === true && ref !== undefined) refuse("--no-session keeps nothing, but a kept session is continued", "Leave one of them out.");
  return {
    ...(ref === undefined ? {} : { ref }),
    ...(fork === true ? { fork } : {}),
    ...(typeof id === "string" ? { id: id.toLowerCase() } : {}),
    ...(unkept === true ? { store: "memory" } : {}),
  };
}

// --- internal ---

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** One option of an argument: `-xyz` writes three, unless one takes the rest as its value. */
interface Written {
  readonly name: string;
  readonly inline?: string;
}

/** By every way to write it, dashes included. The first to declare a name has it. */
function lookup(options: readonly Option[]): ReadonlyMap<string, Option> {
  const known = new Map<string, Option>();
  for (const option of options) {
    const names = [option.name, ...(option.aliases ?? [])].map((name) => `--${name}`);
    if (option.short !== undefined) names.push(`-${option.short}`);
    for (const name of names) if (!known.has(name)) known.set(name, option);
  }
  return known;
}

function split(arg: string, known: ReadonlyMap<string, Option>): readonly Written[] {
  if (arg.startsWith("--")) {
    const equals = arg.indexOf("=");
    return [equals === -1 ? { name: arg } : { name: arg.slice(0, equals), inline: arg.slice(equals + 1) }];
  }
  const written: Written[] = [];
  for (let at = 1; at < arg.length; at++) {
    const name = `-${arg[at]}`;
    const rest = arg.slice(at + 1);
    const whole = rest.startsWith("=") || (rest !== "" && known.get(name)?.value !== undefined);
    written.push(whole ? { name, inline: rest.replace(/^=/, "") } : { name });
    if (whole) break;
  }
  return written;
}

/** Whether `option` takes `next` as its value. One that starts with a dash is more likely a forgotten value than meant. `printed`: there is a prompt. */
function takes(option: Option, next: string, after: readonly string[], printed: boolean): boolean {
  if (option.value === undefined) return false;
  const free = !next.startsWith("-") || next === "-";
  // Where the prompt has its own option behind it, or a word is spelled as a path, only the reference can be meant.
  const meant = /^[.~]?\.?\/\S*$/.test(next) || after.includes("-p") || after.includes("--print") || printed;
  const alike = option.value === "[REF]" ? referring(next) : /^[!@a-z][@a-z./-]*[.,!][@a-z.,!/-]*$/.test(next);
  return option.value.startsWith("[") ? alike || (free && meant) : free;
}

/** Whether a word goes on with the value before it, as other tools of the field have it. A bare name does only where the prompt stands elsewhere. */
function furthers({ value, many }: Option, next: string, prompted: () => boolean): boolean {
  if (value === "LIST") return /^[A-Za-z][\w-]*\(.*\)$/s.test(next) || (prompted() && /^[A-Za-z]\w*(?:,[\w(][^\s]*)*$/.test(next));
  return value === "DIR" && many === true && (/^(?:~|\.{1,2})(?:\/\S*)?$/.test(next) || (prompted() && /^\/\S+\/\S*$/.test(next)));
}

/** Whether a prompt comes behind its own option. */
function prompts(after: readonly string[]): boolean {
  const print = after.findIndex((word) => word === "-p" || word === "--print");
  return print !== -1 && after[print + 1]?.startsWith("-") === false;
}

function judge(option: Option, name: string, value: string | undefined, strict: boolean, next?: string): string | true | undefined {
  if (option.value === undefined) {
    if (value === undefined || !strict) return true;
    throw new ClawError("CLAW_USAGE", `${name} takes no value, but got "${value}"`, { hint: `Write ${name} alone.` });
  }
  if (value !== undefined) return strict ? choose(option.value, name, value) : value;
  if (option.value.startsWith("[")) return true;
  if (!strict) return undefined;
  const hint = next?.startsWith("-") ? `For a value that starts with a dash write ${name}=${next}` : `Write ${name} ${option.value}`;
  throw new ClawError("CLAW_USAGE", `${name} needs a value: ${option.value}`, { hint });
}

/** A value named in small letters is itself what may stand there, as in `low|medium|high`. */
function choose(choices: string, name: string, value: string): string {
  if (!/^[a-z][a-z0-9-]*(\|[a-z][a-z0-9-]*)*$/.test(choices)) return value;
  const known = choices.split("|");
  if (known.includes(value)) return value;
  const hint = didYouMean(value, known) || `Known: ${known.join(", ")}.`;
  throw new ClawError("CLAW_USAGE", `${name} cannot be "${value}"`, { hint });
}

function unknownOption(name: string, known: Iterable<string>): ClawError {
  const near = didYouMean(
    name,
    [...known].filter((other) => other.startsWith("--")),
  );
  const hint = [near, "`claw --help` lists every option; what follows `--` is prompt."].filter((part) => part !== "").join(" ");
  return new ClawError("CLAW_USAGE", `unknown option ${name}`, { hint });
}

function unquote(_whole: string, double?: string, single?: string, escaped?: string): string {
  if (double !== undefined) return double.replace(/\\(["\\$`])/g, "$1");
  return single ?? escaped ?? "";
}
