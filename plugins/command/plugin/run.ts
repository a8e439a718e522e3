// What `plugin` does by its first word. Changing the store is change.ts, lists are show.ts.
import { ClawError, type CommandOutcome, type TurnScope } from "claw";
import { AUTHOR_WORDS, didYouMean, PluginAuthor } from "claw/kit";
import { type Asked, asked } from "./words.ts";

export async function run(words: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const [said = "list", ...rest] = words;
  const tail = scope.options["--"];
  if ((AUTHOR_WORDS as readonly string[]).includes(said)) {
    return (await scope.use(PluginAuthor)).run(Array.isArray(tail) && rest.length === 0 ? [said, ...(tail as readonly string[])] : words, scope);
  }
  const verb = VERBS[said];
  if (verb === undefined) {
    const known = [...Object.keys(VERBS).filter((one) => one !== "measure"), ...AUTHOR_WORDS];
    const hint = didYouMean(said, known) || `Say one of: ${known.join(", ")}.`;
    throw new ClawError("CLAW_USAGE", `plugin: unknown word ${JSON.stringify(said)}`, { hint });
  }
  return verb(asked(rest), scope);
}

// --- internal ---

type Verb = (words: Asked, scope: TurnScope) => Promise<CommandOutcome>;

const add: Verb = async (words, scope) => (await import("./change.ts")).add(words, scope);
const remove: Verb = async (words, scope) => (await import("./change.ts")).remove(words, scope);
const info: Verb = async (words, scope) => (await import("./show.ts")).info(words, scope);
const marketplace: Verb = async (words, scope) => (await import("./marketplace.ts")).marketplace(words, scope);

const VERBS: Readonly<Record<string, Verb>> = {
  list: async (words, scope) => (await import("./show.ts")).list(words, scope),
  add,
  install: add,
  i: add,
  remove,
  uninstall: remove,
  rm: remove,
  info,
  show: info,
  enable: async (words, scope) => (await import("./switch.ts")).turn(words, true, scope),
  disable: async (words, scope) => (await import("./switch.ts")).turn(words, false, scope),
  isolate: async (words, scope) => (await import("./isolate.ts")).isolate(words, scope),
  update: async (words, scope) => (await import("./update.ts")).update(words, scope),
  outdated: async (words, scope) => (await import("./update.ts")).outdated(words, scope),
  search: async (words, scope) => (await import("./look.ts")).search(words, scope),
  doctor: async (words, scope) => (await import("./look.ts")).doctor(words, scope),
  why: async (words, scope) => (await import("./look.ts")).why(words, scope),
  sync: async (words, scope) => (await import("./update.ts")).sync(words, scope),
  measure: async (words, scope) => (await import("./measure.ts")).measure(words, scope),
  marketplace,
};
