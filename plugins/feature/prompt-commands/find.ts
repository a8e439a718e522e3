// Finds Markdown commands: `commands/**/*.md` in the folders where definitions are looked for, then those in the binary. Reads them, runs nothing.
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ClawError, type PluginScope, type PluginStatus } from "claw";
import {
  clipLine,
  containedDefinition,
  type DefinitionFile,
  type DefinitionFolder,
  type DefinitionSource,
  definitionFolders,
  listField,
  markdownFiles,
  parseFrontMatter,
  shadowed,
  textField,
} from "claw/kit";
import { BUNDLED } from "./bundled.ts";

/** A command as its file says. */
export interface MarkdownCommand {
  /** Folders between are a namespace: `git:push`. */
  readonly name: string;
  /** `bundled:NAME` for one in the binary. */
  readonly path: string;
  readonly source: DefinitionSource;
  readonly plugin?: string;
  /** The folder of its plugin. */
  readonly root?: string;
  readonly trusted: boolean;
  readonly description: string;
  readonly hint?: string;
  readonly tools: readonly string[];
  readonly model?: string;
  readonly body: string;
  readonly shadowedBy?: string;
  readonly problem?: string;
}

/** All of the scope's folder, nearest first; what cannot act comes after what can, so that it hides nothing. `bundled`: those in the binary too. */
export function findCommands(scope: PluginScope, plugins: readonly PluginStatus[], bundled: boolean): readonly MarkdownCommand[] {
  const folders = definitionFolders("commands", scope, plugins);
  const found = folders.flatMap((folder) => markdownFiles(folder.path).map((file) => read(file, folder, scope.cwd)));
  if (bundled) found.push(...BUNDLED.map(inBinary));
  const acting = (command: MarkdownCommand): boolean => command.trusted && command.problem === undefined;
  return shadowed([...found.filter(acting), ...found.filter((command) => !acting(command))]);
}

/** The command that `name` means, in any case; a plugin's also as `plugin:name`. */
export function findCommand(scope: PluginScope, plugins: readonly PluginStatus[], name: string, bundled: boolean): MarkdownCommand | undefined {
  const wanted = name.toLowerCase();
  const all = findCommands(scope, plugins, bundled);
  const long = ({ plugin = "", name: own }: MarkdownCommand): string => `${plugin.replace(/^@[^/]*\//, "")}:${own}`.toLowerCase();
  return (
    all.find((one) => one.shadowedBy === undefined && one.name.toLowerCase() === wanted) ??
    all.find((one) => one.plugin !== undefined && long(one) === wanted)
  );
}

// --- internal ---

const MOST_BYTES = 256_000;
const LONGEST_DESCRIPTION = 300;

function read({ name, path }: DefinitionFile, folder: DefinitionFolder, cwd: string): MarkdownCommand {
  const { source, plugin, trusted } = folder;
  const place = { name, path, source, trusted, ...(plugin === undefined ? {} : { plugin, root: dirname(folder.path) }) };
  try {
    if (statSync(path).size > MOST_BYTES) throw new ClawError("CLAW_CONFIG_INVALID", `it has more than ${MOST_BYTES} bytes`);
    if (!containedDefinition(path, folder, cwd)) throw new ClawError("CLAW_CONFIG_INVALID", `it is a link that leads out of the ${source}`);
    return { ...place, ...parsed(readFileSync(path, "utf8").toWellFormed()) };
  } catch (thrown) {
    return { ...place, description: "", tools: [], body: "", problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function inBinary({ name, text }: (typeof BUNDLED)[number]): MarkdownCommand {
  return { name, path: `bundled:${name}`, source: "bundled", trusted: true, ...parsed(text) };
}

function parsed(text: string): Pick<MarkdownCommand, "description" | "tools" | "body" | "hint" | "model"> {
  const { fields, body } = parseFrontMatter(text);
  const hint = textField(fields["argument-hint"]);
  const model = textField(fields["model"]);
  const description = textField(fields["description"]) ?? firstLine(body);
  return {
    description: clipLine(description.replace(/\s+/g, " ").trim(), LONGEST_DESCRIPTION),
    tools: listField(fields["allowed-tools"]),
    body,
    ...(hint === undefined ? {} : { hint }),
    ...(model === undefined ? {} : { model }),
  };
}

function firstLine(body: string): string {
  const line = body.split("\n").find((one) => one.trim() !== "") ?? "";
  return line.replace(/^[\s#>*-]+/, "");
}
