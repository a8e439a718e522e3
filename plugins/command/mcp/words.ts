// The words of `mcp add`, taken apart. Pure.
import { ClawError, type Json } from "claw";
import { didYouMean } from "claw/kit";

/** What to add, and where: to the user's settings or the project's `.mcp.json`. */
export interface Adding {
  readonly name: string;
  readonly entry: { readonly [key: string]: Json };
  readonly project: boolean;
}

/**
 * `NAME [options] COMMAND ARGS…`, `NAME [options] -- COMMAND ARGS…` or `NAME URL [options]`. What follows a command is its own. `tail` are the words
 * after `--` that the command line has taken out already. Throws `CLAW_USAGE`.
 */
export function readAdding(words: readonly string[], tail: readonly string[]): Adding {
  const cut = words.indexOf("--");
  const dashed = cut !== -1 || (tail.length > 0 && tail.every((word, index) => words[words.length - tail.length + index] === word));
  const rest = cut !== -1 ? words.slice(cut + 1) : dashed ? tail : [];
  const front = cut !== -1 ? words.slice(0, cut) : words.slice(0, words.length - rest.length);
  const given: Record<string, string[]> = {};
  const free: string[] = [];
  for (let at = 0; at < front.length; at++) {
    const word = front[at] ?? "";
    const command = !dashed && free.length >= 2 && !address(free[1]);
    if (!word.startsWith("-") || command) {
      free.push(word);
      continue;
    }
    const [flag = "", inline] = word.startsWith("--") ? splitAt(word, "=") : [word];
    const name = FLAGS[flag];
    if (name === undefined)
      throw usage(`unknown option ${flag}`, didYouMean(flag, Object.keys(FLAGS)) || "What belongs to the command goes after `--`.");
    const value = name === "project" ? "project" : (inline ?? front[++at]);
    if (value === undefined) throw usage(`${flag} needs a value`);
    given[name] = [...(given[name] ?? []), value];
  }
  const [name = "", ...line] = [...free, ...rest];
  return { name: checkedName(name), entry: entryOf(line, given), project: scoped(given) };
}

/** `NAME JSON [--project]`. Throws `CLAW_USAGE`. */
export function readJson(words: readonly string[]): Adding {
  const { free, project } = readWhere(words);
  const [name = "", text = "", ...more] = free;
  if (more.length > 0 || text === "") throw usage("say a name and one JSON object, in quotes");
  let entry: unknown;
  try {
    entry = Bun.JSONC.parse(text);
  } catch (thrown) {
    throw usage(`that is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) throw usage("the JSON of a server is an object");
  return { name: checkedName(name), entry: entry as Adding["entry"], project };
}

/** Words, and whether the project is meant; `undefined` when nothing was said of it. */
export function readWhere(words: readonly string[]): { readonly free: readonly string[]; readonly project: boolean; readonly said: boolean } {
  const free: string[] = [];
  const given: Record<string, string[]> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [flag = "", inline] = splitAt(word, "=");
    if (flag === "--project") given["project"] = [""];
    else if (flag === "--scope" || flag === "-s") given["scope"] = [inline ?? words[++at] ?? ""];
    else if (/^--?[a-z]/i.test(word)) throw usage(`unknown option ${flag}`, "Known: --project, --scope user|project.");
    else free.push(word);
  }
  return { free, project: scoped(given), said: Object.keys(given).length > 0 };
}

export function usage(message: string, hint = "See `claw help mcp`."): ClawError {
  return new ClawError("CLAW_USAGE", `mcp: ${message}`, { hint });
}

// --- internal ---

const FLAGS: Readonly<Record<string, string>> = {
  "--env": "env",
  "-e": "env",
  "--header": "header",
  "-H": "header",
  "--transport": "transport",
  "-t": "transport",
  "--scope": "scope",
  "-s": "scope",
  "--project": "project",
};

function splitAt(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

function address(word = ""): boolean {
  return /^https?:\/\//i.test(word);
}

function checkedName(name: string): string {
  if (/^[A-Za-z0-9][\w. -]{0,63}$/.test(name)) return name;
  throw usage(`${JSON.stringify(name)} cannot be a server's name`, "A name has letters, digits, dots, - and _, at most 64.");
}

function scoped(given: Readonly<Record<string, readonly string[]>>): boolean {
  const scope = given["scope"]?.at(-1);
  if (scope !== undefined && scope !== "user" && scope !== "project")
    throw usage(`--scope cannot be ${JSON.stringify(scope)}`, "It is user or project.");
  return given["project"] !== undefined || scope === "project";
}

function entryOf([first = "", ...args]: readonly string[], given: Readonly<Record<string, readonly string[]>>): Adding["entry"] {
  const transport = given["transport"]?.at(-1) ?? (address(first) ? "http" : "stdio");
  if (!["stdio", "http", "sse"].includes(transport)) throw usage(`--transport cannot be ${JSON.stringify(transport)}`, "It is stdio, http or sse.");
  if (first === "") throw usage(transport === "stdio" ? "say the server's command" : "say the server's URL");
  if (transport === "stdio") {
    if (given["header"] !== undefined) throw usage("--header is for servers with a URL");
    const env = pairs(given["env"], "=", "--env NAME=VALUE");
    return { command: first, ...(args.length === 0 ? {} : { args }), ...(env === undefined ? {} : { env }) };
  }
  if (!address(first)) throw usage(`${JSON.stringify(first)} is no URL`, "It begins with http:// or https://");
  if (args.length > 0) throw usage(`a server with a URL takes no more words: ${args.join(" ")}`);
  if (given["env"] !== undefined) throw usage("--env is for servers with a command");
  const headers = pairs(given["header"], ":", '--header "Name: value"');
  return { type: transport, url: first, ...(headers === undefined ? {} : { headers }) };
}

function pairs(given: readonly string[] | undefined, mark: string, form: string): { readonly [key: string]: string } | undefined {
  if (given === undefined) return undefined;
  return Object.fromEntries(
    given.map((one) => {
      const [key, value] = splitAt(one, mark);
      if (value === undefined || key.trim() === "") throw usage(`write ${form}, not ${JSON.stringify(key)}`);
      return [key.trim(), mark === ":" ? value.trim() : value];
    }),
  );
}
