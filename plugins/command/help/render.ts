// The text of `claw help` and `claw help TOPIC`, from manifests and what is known of prompts. Pure and light.
import type { Json, Manifest, Option } from "claw";
import type { Prompt } from "claw/kit";

/** A command or an option, as its manifest lists it. */
export type Topic =
  | {
      readonly command: string;
      readonly summary: string;
      readonly usage: readonly string[];
      readonly aliases: readonly string[];
    }
  | { readonly option: string; readonly summary: string; readonly usage: readonly string[]; readonly env: readonly string[] };

/** A command as help shows it. */
export interface Doors {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly aliases: readonly string[];
  readonly category: string;
  readonly slash: boolean;
  readonly shell: boolean;
}

/** Everything: ways to run it, commands by category, prompts and skills, options, exit codes. */
export function renderHelp(manifests: readonly Manifest[], hostOptions: readonly Option[], prompts: readonly Prompt[] = []): string {
  const commands = commandsOf(manifests);
  const options = optionsOf(manifests, hostOptions).map((option) => [optionUsage(option), summaryOf(option)] as const);
  const sections = [`claw: an agent that works on code, in your terminal and in your scripts.`, table("Usage", WAYS)];
  for (const category of [...new Set(commands.map((command) => command.category))].sort()) {
    const rows = commands.filter((command) => command.category === category).map((command) => [nameOf(command), command.summary] as const);
    sections.push(table(`${category} commands`, rows));
  }
  sections.push("A command is `claw NAME` in a shell and `/NAME` in a session; one written with a slash is for sessions only.");
  const given = promptTables(prompts);
  if (given.length > 0) sections.push(...given, "These set the model to work: `claw /NAME` in a shell, `/NAME` in a session.");
  sections.push(table("Options", options), table("Exit codes", CODES));
  return `${sections.join("\n\n")}\n`;
}

/** The same for programs. */
export function listAll(manifests: readonly Manifest[], hostOptions: readonly Option[], prompts: readonly Prompt[] = []): Json {
  return {
    kind: "help",
    action: "show",
    status: "ok",
    message: renderHelp(manifests, hostOptions, prompts),
    commands: commandsOf(manifests).map(({ name, summary, usage, aliases, category, slash, shell }) => ({
      name,
      summary,
      usage,
      aliases,
      category,
      slash,
      shell,
    })),
    prompts: prompts.map(({ name, description, kind, source, hint = "" }) => ({ name, summary: description, kind, source, usage: hint })),
    options: optionsOf(manifests, hostOptions).map((option) => ({
      name: option.name,
      usage: optionUsage(option),
      summary: option.summary,
      env: option.env ?? [],
    })),
  };
}

/** One command, prompt or option by any of its names, with or without dashes or slash. */
export function describeTopic(
  word: string,
  manifests: readonly Manifest[],
  hostOptions: readonly Option[],
  prompts: readonly Prompt[] = [],
): Topic | undefined {
  const bare = word.replace(/^(--?|\/)/, "");
  const command = word.startsWith("-") ? undefined : commandsOf(manifests).find((one) => one.name === bare || one.aliases.includes(bare));
  if (command !== undefined) {
    const { name, summary, usage, aliases, slash, shell } = command;
    const doors = [...(shell ? [`claw ${name}`] : []), ...(slash ? [`/${name}`] : [])];
    return { command: name, summary, usage: doors.map((door) => `${door} ${usage}`.trimEnd()), aliases };
  }
  const prompt = word.startsWith("-") ? undefined : prompts.find(({ name }) => name.toLowerCase() === bare.toLowerCase());
  if (prompt !== undefined) {
    const { name, description, hint = "", path } = prompt;
    const usage = [`claw /${name}`, `/${name}`].map((door) => `${door} ${hint}`.trimEnd());
    return { command: name, summary: path === undefined ? description : `${description} (${path})`, usage, aliases: [] };
  }
  const option = optionsOf(manifests, hostOptions).find((one) => one.name === bare || one.short === bare || one.aliases?.includes(bare) === true);
  if (option === undefined) return undefined;
  return { option: option.name, summary: summaryOf(option), usage: [optionUsage(option).trim()], env: option.env ?? [] };
}

export function renderTopic(topic: Topic): string {
  const lines = [...topic.usage, `    ${topic.summary}`];
  if ("aliases" in topic && topic.aliases.length > 0) lines.push(`    Also: ${topic.aliases.join(", ")}`);
  if ("env" in topic && topic.env.length > 0) lines.push(`    From the environment: ${topic.env.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** Every word that `describeTopic` knows. */
export function topics(manifests: readonly Manifest[], hostOptions: readonly Option[], prompts: readonly Prompt[] = []): string[] {
  return [
    ...prompts.map(({ name }) => name),
    ...commandsOf(manifests).flatMap((command) => [command.name, ...command.aliases]),
    ...optionsOf(manifests, hostOptions).map((option) => `--${option.name}`),
  ];
}

/** What can be run, by name. */
export function commandsOf(manifests: readonly Manifest[]): readonly Doors[] {
  const listed = manifests.flatMap((manifest) => manifest.contributes?.command ?? []);
  const commands = listed.map((one): Doors => {
    const { name, summary = "", usage = "", aliases = [], category = "Other", slash, shell } = typeof one === "string" ? { name: one } : one;
    const group = category.charAt(0).toUpperCase() + category.slice(1);
    return { name, summary, usage, aliases, category: group, slash: slash === true, shell: shell === true };
  });
  return commands.filter((one) => one.slash || one.shell).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Markdown commands, then skills, each as it is called. */
export function promptTables(prompts: readonly Prompt[]): readonly string[] {
  return (["command", "skill"] as const).flatMap((kind) => {
    const rows = prompts
      .filter((one) => one.kind === kind)
      .map((one) => [`/${one.name} ${one.hint ?? ""}`.trimEnd(), short(one.description)] as const);
    return rows.length === 0 ? [] : [table(kind === "command" ? "Prompts" : "Skills", rows)];
  });
}

/** Two columns; a long left side has its line to itself. */
export function table(title: string, rows: readonly Row[]): string {
  const width = Math.min(WIDEST, Math.max(...rows.map(([left]) => left.length)));
  const lines = rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
  return [title, ...lines].join("\n");
}

// --- internal ---

type Row = readonly [string, string];

const WAYS: readonly Row[] = [
  ["claw", "a session; with piped stdin, one-shot with that as the prompt"],
  ['claw "TEXT"', "a session that starts with TEXT; without a terminal, one-shot"],
  ['claw -p "TEXT"', "one-shot: print the answer and exit; piped stdin is appended (also: claw prompt)"],
  ['claw -c ["TEXT"]', "continue this folder's latest session"],
  ['claw -r [REF] ["TEXT"]', "continue a session: an id, the start of one, a path, or latest"],
  ["claw NAME [ARGS]", "run a command (also: claw /NAME)"],
  ['claw -- "TEXT"', "everything after -- is prompt"],
];
const CODES: readonly Row[] = [
  ["0", "done"],
  ["1", "the turn failed"],
  ["2", "usage"],
  ["3", "no or bad credentials, bad config"],
  ["4", "a permission was refused and nobody could be asked"],
  ["5", "turn, budget or time limit reached"],
  ["7", "a plugin that was asked for could not load"],
  ["70", "a bug of claw"],
  ["124, 130, 143", "timed out, interrupted, terminated"],
];
const WIDEST = 34;
const LONGEST = 90;

function short(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length <= LONGEST ? line : `${[...line].slice(0, LONGEST - 1).join("")}…`;
}

/** Of one name, the first: as on the command line. */
function optionsOf(manifests: readonly Manifest[], hostOptions: readonly Option[]): readonly Option[] {
  const known = new Map<string, Option>();
  for (const option of [...hostOptions, ...manifests.flatMap((manifest) => manifest.options ?? [])]) {
    if (!known.has(option.name)) known.set(option.name, option);
  }
  return [...known.values()].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

function nameOf({ name, usage, shell }: Doors): string {
  return `${shell ? "" : "/"}${name} ${usage}`.trimEnd();
}

function optionUsage({ name, short, value }: Option): string {
  return `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}

function summaryOf({ summary, aliases = [], env = [], many }: Option): string {
  const also = [
    ...(many === true ? ["may be repeated"] : []),
    ...aliases.map((alias) => `also --${alias}`),
    ...(env.length > 0 ? [`or ${env.join(", ")}`] : []),
  ];
  return also.length === 0 ? summary : `${summary} (${also.join("; ")})`;
}
