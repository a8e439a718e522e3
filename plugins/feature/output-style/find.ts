// Finds styles: `output-styles/*.md` in the folders where definitions are looked for, then those in the binary. Says nothing to the model.
import { readFileSync, statSync } from "node:fs";
import { ClawError, type PluginScope, type PluginStatus } from "claw";
import {
  clip,
  clipLine,
  containedDefinition,
  type DefinitionFile,
  type DefinitionFolder,
  definitionFolders,
  didYouMean,
  markdownFiles,
  type OutputStyle,
  PLAIN_STYLE,
  parseFrontMatter,
  textField,
} from "claw/kit";
import { BUNDLED } from "./bundled.ts";

/** A style with its text. */
export interface Style extends OutputStyle {
  readonly body: string;
}

/** All of the scope's folder, nearest first; what cannot act comes after what can, so that it hides nothing. */
export function findStyles(scope: PluginScope, plugins: readonly PluginStatus[]): readonly Style[] {
  const folders = definitionFolders("output-styles", scope, plugins);
  const found = folders.flatMap((folder) => markdownFiles(folder.path).map((file) => read(file, folder, scope.cwd)));
  const bundled = BUNDLED.map((text): Style => ({ ...parsed(text, ""), source: "bundled", trusted: true }));
  // Nothing else may be called so: it is what one goes back to.
  const plain: Style = { name: PLAIN_STYLE, description: "Nothing added", source: "bundled", trusted: true, body: "" };
  const acting = (style: Style): boolean => style.trusted && style.problem === undefined;
  const first = new Map<string, string>();
  return [plain, ...found.filter(acting), ...bundled, ...found.filter((style) => !acting(style))].map((style) => {
    const key = style.name.toLowerCase();
    const winner = first.get(key);
    if (winner === undefined) first.set(key, style.path ?? `bundled:${style.name}`);
    return winner === undefined ? style : { ...style, shadowedBy: winner };
  });
}

/** The style that `name` means, when it may act. Throws what `OutputStyles.choose` throws. */
export function meantStyle(styles: readonly Style[], name: string): Style {
  const style = styles.find((one) => one.shadowedBy === undefined && one.name.toLowerCase() === name.trim().toLowerCase());
  if (style === undefined) {
    const names = styles.filter(({ trusted, shadowedBy }) => trusted && shadowedBy === undefined).map((one) => one.name);
    throw new ClawError("CLAW_USAGE", `there is no output style ${JSON.stringify(name)}`, {
      hint: didYouMean(name, names) || `There are: ${names.join(", ")}.`,
    });
  }
  if (!style.trusted) {
    const what = `output style ${style.name} belongs to this project (${style.path}), and nobody has trusted this folder`;
    throw new ClawError("CLAW_PLUGIN_UNTRUSTED", what, { hint: "Look at what it says, then run with --trust." });
  }
  if (style.problem !== undefined) throw new ClawError("CLAW_CONFIG_INVALID", `output style ${style.name} (${style.path}): ${style.problem}`);
  return style;
}

// --- internal ---

const MOST_BYTES = 256_000;
const MOST_CHARACTERS = 20_000;
const LONGEST_DESCRIPTION = 200;

function read({ name, path }: DefinitionFile, folder: DefinitionFolder, cwd: string): Style {
  const { source, trusted } = folder;
  try {
    if (statSync(path).size > MOST_BYTES) throw new ClawError("CLAW_CONFIG_INVALID", `it has more than ${MOST_BYTES} bytes`);
    if (!containedDefinition(path, folder, cwd)) throw new ClawError("CLAW_CONFIG_INVALID", `it is a link that leads out of the ${source}`);
    return { ...parsed(readFileSync(path, "utf8").toWellFormed(), name), path, source, trusted };
  } catch (thrown) {
    return { name, description: "", body: "", path, source, trusted, problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function parsed(text: string, file: string): Pick<Style, "name" | "description" | "body"> {
  const { fields, body } = parseFrontMatter(text);
  const name = clipLine((textField(fields["name"]) ?? file).replace(/\s+/g, " ").trim(), 80);
  const description = clipLine((textField(fields["description"]) ?? "").replace(/\s+/g, " ").trim(), LONGEST_DESCRIPTION);
  return { name, description, body: clip(body.trim(), MOST_CHARACTERS, "the rest is not used") };
}
