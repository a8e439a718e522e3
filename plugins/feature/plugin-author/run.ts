// The words of `claw plugin new|dev|check|test|pack|publish`: taken apart, judged, and handed to the file that does the work.
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ClawError, type CommandOutcome, type PluginContext, type TurnScope } from "claw";
import { AUTHOR_WORDS, didYouMean } from "claw/kit";

/** What was asked: words that are no options, flags, and options with a value. `rest` are words for another program. */
export interface Asked {
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: Readonly<Record<string, string>>;
}

/** `own` is the context of the plugin itself: what joins a session that runs is added by it. */
export async function run([word = "", ...rest]: readonly string[], scope: TurnScope, own: PluginContext<unknown>): Promise<CommandOutcome> {
  if (word === "new") return (await import("./create.ts")).create(asked(word, rest, [], ["--kind"]), scope);
  if (word === "check") return (await import("./check.ts")).check(folderOf(asked(word, rest).words[0], scope), scope);
  if (word === "test") {
    const [given, ...filters] = rest;
    const named = given !== undefined && existsSync(join(resolve(scope.cwd, given), "package.json"));
    const words = named ? filters : rest;
    return (await import("./suite.ts")).test(folderOf(named ? given : undefined, scope), words, scope);
  }
  if (word === "pack") {
    const { words, values } = asked(word, rest, [], ["--out"]);
    return (await import("./pack.ts")).pack(folderOf(words[0], scope), values["--out"], scope);
  }
  if (word === "publish") {
    const given = asked(word, rest, ["--yes", "-y", "--dry-run", "--allow-problems"], ["--tag", "--access", "--otp", "--registry"]);
    return (await import("./pack.ts")).publish(folderOf(given.words[0], scope), given, scope);
  }
  if (word === "dev") {
    const folder = folderOf(rest[0], scope);
    return scope.turn > 0 ? (await import("./join.ts")).join(folder, own, scope) : (await import("./dev.ts")).dev(folder, rest.slice(1), scope);
  }
  const hint = didYouMean(word, AUTHOR_WORDS) || `There are ${AUTHOR_WORDS.join(", ")}.`;
  throw new ClawError("CLAW_USAGE", `plugin: unknown word ${JSON.stringify(word)}`, { hint });
}

// --- internal ---

function asked(word: string, given: readonly string[], flags: readonly string[] = [], valued: readonly string[] = []): Asked {
  const found = { words: [] as string[], flags: new Set<string>(), values: {} as Record<string, string> };
  for (let at = 0; at < given.length; at++) {
    const [name = "", inline] = (given[at] ?? "").split(/=(.*)/s);
    if (!name.startsWith("-")) found.words.push(given[at] ?? "");
    else if (flags.includes(name)) found.flags.add(name);
    else if (valued.includes(name)) {
      const value = inline ?? given[++at];
      if (value === undefined || value === "") throw new ClawError("CLAW_USAGE", `${name} wants a value`);
      found.values[name] = value;
    } else {
      const hint = didYouMean(name, [...flags, ...valued]) || "`claw docs plugins` says what there is.";
      throw new ClawError("CLAW_USAGE", `plugin ${word}: unknown option ${name}`, { hint });
    }
  }
  return found;
}

/** The folder of a plugin, absolute: that which is named, else the scope's. */
function folderOf(given: string | undefined, { cwd }: TurnScope): string {
  const folder = resolve(cwd, given ?? ".");
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true && existsSync(join(folder, "package.json"))) return folder;
  const hint = "Name the folder of a plugin; `claw plugin new NAME` makes one.";
  throw new ClawError("CLAW_USAGE", stat === undefined ? `there is no folder ${folder}` : `${folder} has no package.json`, { hint });
}
