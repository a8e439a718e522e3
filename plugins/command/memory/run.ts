// The instruction files for people and programs.
import { isAbsolute, relative, resolve } from "node:path";
import { ClawError, type CommandOutcome, type Json, type TurnScope } from "claw";
import { calledHere, clipLine, didYouMean, type InstructionFile, MemoryFiles, plain, tokensOf } from "claw/kit";

export async function list(scope: TurnScope): Promise<CommandOutcome> {
  const service = await scope.use(MemoryFiles);
  const { files, warnings } = await service.list(placeOf(scope));
  const facts = files.map(factsOf);
  const about = { kind: "memory", action: "list", status: "ok", cwd: scope.session.cwd, instruction_files: files.length };
  const sum = (key: "characters" | "bytes" | "estimated_tokens"): number => facts.reduce((total, one) => total + one[key], 0);
  const totals = { characters: sum("characters"), bytes: sum("bytes"), estimated_tokens: sum("estimated_tokens") };
  const data: Json = { ...about, totals, files: facts, warnings };
  if (files.length === 0) {
    const none =
      scope.options["bare"] === true
        ? "--bare leaves instruction files out."
        : `There are no instruction files here. \`${await calledHere("init", scope)}\` writes one.`;
    return { kind: "done", notice: [none, ...warnings].join("\n"), data };
  }
  const rows = facts.map(({ path, level, source, lines, characters, estimated_tokens: tokens }) => [
    nameOf(path, scope),
    level,
    source,
    String(lines),
    String(characters),
    `~${tokens}`,
  ]);
  const table = [["File", "Level", "Source", "Lines", "Characters", "Tokens"], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const drawn = table.map((row) =>
    row.map((cell, column) => (column > 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join("  "),
  );
  const told = files.flatMap((file) => detailOf(file, scope));
  const notice = [
    ...drawn,
    "",
    `${files.length} ${files.length === 1 ? "file" : "files"}, ${totals.characters} characters, about ${totals.estimated_tokens} tokens. Where two disagree, the later one holds.`,
    ...told,
    ...warnings.map((text) => `warning: ${plain(text)}`),
    `\`${await calledHere("memory show FILE", scope)}\` shows one, \`edit FILE\` opens it; in a session, a line that begins with # is remembered.`,
  ].join("\n");
  return { kind: "done", notice, data };
}

export async function show(name: string, scope: TurnScope): Promise<CommandOutcome> {
  const file = await named(name, scope);
  const data: Json = { kind: "memory", action: "show", status: "ok", file: { ...factsOf(file), text: file.text } };
  return { kind: "done", notice: `${nameOf(file.path, scope)}\n\n${plain(file.text)}`, data };
}

/** The file in force that `name` means: a path, or the end of one. Throws `CLAW_USAGE`. */
export async function named(name: string, scope: TurnScope): Promise<InstructionFile> {
  const { files } = await (await scope.use(MemoryFiles)).list(placeOf(scope));
  const path = resolve(scope.session.cwd, name);
  const found = files.find((file) => file.path === path) ?? files.filter((file) => file.path.endsWith(`/${name}`)).at(-1);
  if (found !== undefined) return found;
  const names = files.map((file) => nameOf(file.path, scope));
  throw new ClawError("CLAW_USAGE", `${JSON.stringify(name)} is no instruction file in force`, {
    hint: didYouMean(name, names) || "`claw memory` lists them.",
  });
}

/** Short below the session's folder, else as it is. */
export function nameOf(path: string, { session }: Pick<TurnScope, "session">): string {
  const short = relative(session.cwd, path);
  return plain(short.startsWith("..") || isAbsolute(short) ? path : short);
}

export function placeOf({ session, home, env, options }: TurnScope) {
  return { cwd: session.cwd, home, env, options };
}

// --- internal ---

const LONGEST_PREVIEW = 80;

function factsOf({ path, level, source, text, from, about }: InstructionFile) {
  const bytes = Buffer.byteLength(text);
  return {
    ...{ path, level, source, lines: text.split("\n").length, characters: text.length, bytes, estimated_tokens: tokensOf(bytes) },
    ...{ imported_by: from ?? null, paths: about ?? null, when: about === undefined ? "always" : "touched" },
    preview: clipLine(text.split("\n").find((line) => line.trim() !== "") ?? "", LONGEST_PREVIEW),
  };
}

function detailOf({ path, from, about }: InstructionFile, scope: TurnScope): readonly string[] {
  const parts = [
    ...(from === undefined ? [] : [`imported by ${nameOf(from, scope)}`]),
    ...(about === undefined ? [] : [`sent once the model touches ${plain(about.join(", "))}`]),
  ];
  return parts.length === 0 ? [] : [`${nameOf(path, scope)}: ${parts.join("; ")}`];
}
