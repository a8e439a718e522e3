// The prompts service: what a user can call as `/name` besides commands, Markdown commands and skills. And how their texts take arguments.
import { defineService, type PluginScope, type PluginStatus, type ServiceToken } from "claw";
import { splitWords } from "./arguments.ts";
import type { DefinitionSource } from "./definitions.ts";

/** One prompt by its name. `name` is what follows the slash; one that a command or a nearer prompt hides is not in the list. */
export interface Prompt {
  readonly name: string;
  readonly description: string;
  readonly kind: "command" | "skill";
  readonly source: DefinitionSource;
  /** What to write after the name, for people: `[file] [how]`. */
  readonly hint?: string;
  /** The file it comes from; absent for what is in the binary. */
  readonly path?: string;
}
export interface Prompts {
  /** Those of the scope's folder that a user may call and that may act, sorted by name. Reads the disk each time. */
  list(scope: PluginScope): Promise<readonly Prompt[]>;
}
/** Provided by `@claw/feature-prompt-commands`. */
export const Prompts: ServiceToken<Prompts> = defineService<Prompts>("claw.prompts@1");

/** `/name rest` taken apart; `undefined` for what is none. A path, with a second slash in its first word, is none. */
export function slashInput(text: string): { readonly name: string; readonly rest: string } | undefined {
  if (!text.startsWith("/")) return undefined;
  const [, name, rest = ""] = /^\/([a-z0-9][\w:.-]*)(?:\s+([\s\S]*))?$/i.exec(text) ?? [];
  return name === undefined ? undefined : { name, rest: rest.trim() };
}

/** Names and aliases of commands with a slash door, in small letters: these win over prompts of the same name. */
export function slashDoors(plugins: readonly PluginStatus[]): ReadonlySet<string> {
  const doors = new Set<string>();
  for (const { manifest } of plugins) {
    for (const one of manifest.contributes?.command ?? []) {
      if (typeof one !== "string" && one.slash === true) for (const door of [one.name, ...(one.aliases ?? [])]) doors.add(door.toLowerCase());
    }
  }
  return doors;
}

/** What stands for an argument in a prompt gives way to: `ARGUMENTS` to all of them as written, a number to that one, from 1. */
export function argumentOf(name: string, args: string): string {
  return name === "ARGUMENTS" ? args : (splitWords(args)[Number(name) - 1] ?? "");
}

/** `text` with `$ARGUMENTS` and `$1` to `$9` in place, once over: what an argument says is not read again. Without any, arguments are put below. */
export function withArguments(text: string, args: string): string {
  const filled = text.replace(ARGUMENT, (_, name: string) => argumentOf(name, args));
  return args === "" || text.search(ARGUMENT) !== -1 ? filled : `${filled.trimEnd()}\n\nARGUMENTS: ${args}`;
}

/** What stands for arguments in a prompt: `$ARGUMENTS`, `$1` to `$9`. `$10` and `$ARGUMENTS_X` are plain text. */
export const ARGUMENT = /\$(ARGUMENTS|[1-9])(?![\w])/g;
