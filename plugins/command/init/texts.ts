// The texts that `init` writes, from what was found.
import type { Command, Stack } from "./stack.ts";

/** The instruction file: what a model cannot guess and would otherwise have to look for each time. */
export function instructions({ name, about, languages, commands, folders, others, workflows }: Stack, file: string): string {
  const parts = [
    `# ${line(name) || "This project"}`,
    line(about) || "What this project is, in one or two sentences. (Written by `claw init`; replace it.)",
    ...(languages.length === 0 ? [] : [`Made with ${languages.map(line).join(", ")}.`]),
    `## Commands\n\n${commands.length === 0 ? "None were found. Say here how to build, test and lint." : commands.map(({ what, command }) => `- ${WORDS[what]}: \`${line(command)}\``).join("\n")}`,
    ...(folders.length === 0
      ? []
      : [`## Layout\n\n${folders.map((folder) => `- \`${line(folder)}/\`${MEANINGS[folder.toLowerCase()] ?? ""}`).join("\n")}`]),
    `## Conventions\n\n${conventions(commands, workflows)}`,
    ...(others.length === 0 ? [] : [`## More\n\n${others.map((path) => `- @${path}`).join("\n")}`]),
  ];
  return `${parts.join("\n\n")}\n`.replaceAll("{file}", file);
}

/** Settings of the project: what it is tested with runs without asking, secrets are not read. */
export function settings({ commands, secrets }: Stack): string {
  const allow = commands
    .filter(({ what, command }) => SAFE.has(what) && !/[&|;<>$`*()]/.test(command))
    .flatMap(({ command }) => [`Bash(${command})`, `Bash(${command} *)`]);
  const deny = secrets.map((name) => `Read(./${name})`);
  return `${JSON.stringify({ permissions: { allow, deny } }, null, 2)}\n`;
}

// --- internal ---

const WORDS: Readonly<Record<Command["what"], string>> = {
  install: "Install dependencies",
  build: "Build",
  test: "Test",
  lint: "Lint",
  types: "Check types",
  format: "Format",
  run: "Run",
};
/** What changes nothing but caches and build output. */
const SAFE: ReadonlySet<string> = new Set(["test", "lint", "types"]);
const MEANINGS: Readonly<Record<string, string>> = {
  src: ": the source",
  lib: ": the library",
  app: ": the application",
  cmd: ": programs",
  internal: ": packages of this module only",
  pkg: ": packages",
  packages: ": packages of the workspace",
  apps: ": applications of the workspace",
  crates: ": crates of the workspace",
  test: ": tests",
  tests: ": tests",
  spec: ": tests",
  e2e: ": end-to-end tests",
  docs: ": documentation",
  doc: ": documentation",
  scripts: ": scripts for development",
  examples: ": examples",
  migrations: ": database migrations",
  public: ": files served as they are",
};

function conventions(commands: readonly Command[], workflows: readonly string[]): string {
  const checks = commands.filter(({ what }) => SAFE.has(what)).map(({ command }) => `\`${line(command)}\``);
  return [
    ...(checks.length === 0 ? [] : [`- Before a change is done, run ${checks.join(" and ")}.`]),
    ...(workflows.length === 0 ? [] : [`- CI runs ${workflows.map((name) => `\`.github/workflows/${line(name)}\``).join(", ")}.`]),
    "- Say here what is not plain from the code: style, what not to touch, how commits are written.",
  ].join("\n");
}

/** Text of the project's own files, as one line that is no heading and imports nothing. */
function line(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/(^|[\s(])@(?=\S)/g, "$1")
    .trim();
}
