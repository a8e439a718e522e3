// What a command line asks for. Pure: knows words, options and what is installed, and runs nothing.
import type { Manifest, Options } from "claw";
import { type Connection, didYouMean, nearest, splitWords } from "claw/kit";

/** What there is to decide by. */
export interface Given {
  readonly words: readonly string[];
  readonly options: Options;
  readonly manifests: readonly Manifest[];
  /** Names of installed frontends. */
  readonly frontends: readonly string[];
  /** What can be called as `/name` besides commands, in small letters. Asked for only where no command has the name. */
  readonly prompts?: ReadonlySet<string>;
  readonly stdin: Connection;
  readonly stdout: Connection;
}
export type Decided =
  | { readonly run: "command"; readonly name: string; readonly words: readonly string[] }
  | { readonly run: "frontend"; readonly name: string; readonly words: readonly string[] }
  /** With `slash`, unless a prompt is called so. */
  | { readonly run: "usage"; readonly message: string; readonly hint: string; readonly slash?: true };

export function decide(given: Given): Decided {
  const { words, options } = given;
  const commands = commandsOf(given.manifests);
  const tail = Array.isArray(options["--"]) ? options["--"].length : 0;
  const first = words.length > tail ? words[0] : undefined;
  const rest = words.slice(1);
  if (options["help"] === true) return { run: "command", name: "help", words: first === undefined || options["print"] === true ? [] : topic(first) };
  if (options["version"] === true) return { run: "command", name: "version", words: [] };
  if (options["print"] === true) return { run: "frontend", name: "print", words };
  if (first === undefined) return prompt(given, words);
  if (first === "prompt") return { run: "frontend", name: "print", words: rest };
  if (first === "help" && rest.length === 1) return { run: "command", name: "help", words: topic(rest[0] ?? "") };
  const command = commands.find((one) => one.shell && one.names.includes(first));
  if (command !== undefined) return { run: "command", name: command.name, words: rest };
  if (slashed(first)) return slash(first, rest, commands, given);
  return mistyped(first, rest, commands, given) ?? prompt(given, words);
}

/** Whether a text starts as a slash command does: a path, with a second slash in its first word, is none. */
export function slashed(text: string): boolean {
  return /^\/[a-z][\w:.-]*(\s|$)/i.test(text);
}

// --- internal ---

interface Doors {
  readonly name: string;
  readonly names: readonly string[];
  readonly slash: boolean;
  readonly shell: boolean;
}

function commandsOf(manifests: readonly Manifest[]): readonly Doors[] {
  const listed = manifests.flatMap((manifest) => manifest.contributes?.command ?? []);
  return listed.map((one) =>
    typeof one === "string"
      ? { name: one, names: [one], slash: true, shell: true }
      : { name: one.name, names: [one.name, ...(one.aliases ?? [])], slash: one.slash === true, shell: one.shell === true },
  );
}

/** Options that only a one-shot run can heed. */
const ONE_SHOT = ["output-format", "input-format", "json-schema"];

/** Whether a person sits at both ends, and there is a frontend for a session. */
function seated({ options, frontends, stdin, stdout }: Given): boolean {
  return stdin === "terminal" && stdout === "terminal" && frontends.includes("repl") && ONE_SHOT.every((name) => options[name] === undefined);
}

/** A session where a person sits; else one-shot. */
function prompt(at: Given, given: readonly string[]): Decided {
  const { words, stdin } = at;
  if (seated(at)) return { run: "frontend", name: "repl", words: given };
  if (words.length > 0 || stdin === "piped") return { run: "frontend", name: "print", words: given };
  const hint = 'Write claw -p "TEXT", or pipe text in. `claw --help` shows every way.';
  return { run: "usage", message: "there is no prompt", hint };
}

function slash(first: string, rest: readonly string[], commands: readonly Doors[], given: Given): Decided {
  const [name = "", ...inner] = splitWords(first.slice(1));
  const known = commands.filter((one) => one.slash);
  const found = known.find((one) => one.names.includes(name)) ?? known.find((one) => one.names.includes(name.toLowerCase()));
  if (found !== undefined) return { run: "command", name: found.name, words: [...inner, ...rest] };
  if (given.prompts?.has(name.toLowerCase()) === true) return prompt(given, [first, ...rest.map(quoted)]);
  const near = didYouMean(
    `/${name}`,
    [...known.flatMap((one) => one.names), ...(given.prompts ?? [])].map((other) => `/${other}`),
  );
  return { run: "usage", message: `unknown command: /${name}`, hint: near || "`claw help` lists all; after `--` it is prompt.", slash: true };
}

/** A word as it is written in one line with others. */
function quoted(word: string): string {
  return word !== "" && !/[\s"'\\]/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`;
}

/** A bare word that is no command is more likely a slip than a prompt, unless text is piped in for it to be about, or a session can begin with it. */
function mistyped(first: string, rest: readonly string[], commands: readonly Doors[], given: Given): Decided | undefined {
  const { stdin, options } = given;
  // "yes" and "continue" are what one says to a session.
  if (options["continue"] !== undefined || options["resume"] !== undefined) return undefined;
  if (!/^[a-z][a-z-]*$/i.test(first)) return undefined;
  const inside = commands.some((one) => one.slash && !one.shell && one.names.includes(first));
  if (inside && rest.length === 0 && stdin !== "piped") {
    const hint = `Write /${first} there. If it is a prompt: claw -p "${first}"`;
    return { run: "usage", message: `${first} is a command of a session`, hint };
  }
  if (rest.length === 0 && stdin !== "piped" && given.prompts?.has(first.toLowerCase()) === true) {
    const hint = `Write claw /${first}. If it is a prompt: claw -p "${first}"`;
    return { run: "usage", message: `${first} is called with a slash`, hint };
  }
  const names = [...commands.filter((one) => one.shell).flatMap((one) => one.names), "prompt"];
  // Among other words only a slip of the pen counts: "add" is not "add-dir".
  const near = nearest(first, names).filter((name) => rest.length === 0 || Math.abs(name.length - first.length) <= 1);
  if (rest.length === 0) near.push(...nearest(first, [...(given.prompts ?? [])]).map((name) => `/${name}`));
  if (near.length === 0 && (rest.length > 0 || stdin === "piped" || seated(given))) return undefined;
  const hint = near.length > 0 ? `Did you mean ${near.map((name) => `"${name}"`).join(" or ")}?` : "`claw help` lists all commands.";
  const usage = {
    run: "usage",
    message: `unknown command: ${first}`,
    hint: `${hint} If it is a prompt: claw -p "${[first, ...rest].join(" ")}"`,
  } as const;
  return rest.length === 0 ? { ...usage, slash: true } : usage;
}

/** `prompt` is a way to write `--print`, no command of its own. */
function topic(word: string): readonly string[] {
  return [word === "prompt" ? "--print" : word.replace(/^\//, "")];
}
