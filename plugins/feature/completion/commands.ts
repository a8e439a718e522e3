// Completes `/name` with commands, users' prompts and skills, and behind a command's name what its usage says may follow.
import { Inspecting, type PluginScope } from "claw";
import { type CompletionItem, type CompletionRequest, type Completions, Prompts } from "claw/kit";
import { type Match, maskOf, match, searched } from "./fuzzy.ts";
import { expected, needy } from "./usage.ts";
import { valuesOf } from "./values.ts";

/** What can be called with a slash. `usage` is in claw's own form, `hint` free text. */
export interface Callable {
  readonly name: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly usage?: string;
  readonly hint?: string;
}
/** A sort of words that is a file's to complete. */
export type Deferred = "files";

export class CommandSource {
  #list: readonly Callable[] = [];
  #read = Number.NEGATIVE_INFINITY;

  /** `files`: a path is wanted at the cursor. `undefined` for a text that is no command, or has nothing that could follow. */
  async complete({ text, cursor, cwd }: CompletionRequest, scope: PluginScope): Promise<Completions | Deferred | undefined> {
    const head = text.slice(0, cursor);
    if (!head.startsWith("/") || head.includes("\n")) return undefined;
    const [all, name = "", rest] = /^\/([^\s/]*)(\s.*)?$/.exec(head) ?? [];
    // A path, with a second slash in its first word, is none.
    if (all === undefined) return undefined;
    const list = await this.#callables(scope, cwd);
    if (rest === undefined) return named(name, list, cursor);
    const callable = list.find((one) => one.name === name || one.aliases.includes(name));
    return callable === undefined ? undefined : followed(callable, rest, { cursor, cwd, end: cursor === text.length }, list, scope);
  }

  // --- internal ---

  /** Prompts are files: read anew now and then, not for every key. */
  async #callables(scope: PluginScope, cwd: string): Promise<readonly Callable[]> {
    if (performance.now() - this.#read < FRESH_MS) return this.#list;
    const plugins = (await scope.use(Inspecting)).plugins();
    const list: Callable[] = [];
    for (const { manifest, state } of plugins) {
      for (const one of state === "off" ? [] : (manifest.contributes?.command ?? [])) {
        if (typeof one === "string" || one.slash !== true) continue;
        const { name, summary = "", aliases = [], usage } = one;
        list.push({ name, summary, aliases, ...(usage === undefined ? {} : { usage }) });
      }
    }
    const at: PluginScope = Object.create(scope, { cwd: { value: cwd, enumerable: true } });
    const prompts = await scope.use(Prompts).then(
      (service) => service.list(at),
      () => [],
    );
    for (const { name, description, hint } of prompts)
      list.push({ name, summary: description, aliases: [], ...(hint === undefined ? {} : { hint }) });
    this.#list = list.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#read = performance.now();
    return this.#list;
  }
}

// --- internal ---

const FRESH_MS = 2_000;
const MOST = 100;

function named(typed: string, list: readonly Callable[], cursor: number): Completions {
  const query = typed.toLowerCase();
  const mask = maskOf(query);
  const hits = list.flatMap((one) => {
    let best: { readonly name: string; readonly found: Match } | undefined;
    for (const name of query === "" ? [one.name] : [one.name, ...one.aliases]) {
      const found = match(query, mask, searched(name));
      if (found !== undefined && (best === undefined || found.score < best.found.score)) best = { name, found };
    }
    return best === undefined ? [] : [{ one, ...best }];
  });
  // All of them in the order of their names; else by how well they fit.
  if (query !== "") hits.sort((a, b) => a.found.score - b.found.score);
  // Letters strewn over a name are only a guess.
  const sure = hits.filter(({ found }) => found.score < STREWN);
  const shown = sure.length > 0 ? sure : hits;
  const items = shown.slice(0, MOST).map(({ one, name, found }): CompletionItem => {
    const { usage, hint, summary } = one;
    const after = (usage ?? hint ?? "").length > LONG_USAGE ? "" : (usage ?? hint ?? "");
    const label = `/${name}`;
    const detail = [name === one.name ? summary : `${summary} (/${one.name})`, after].filter((part) => part !== "").join("  ");
    return { label, insert: `${label} `, detail, marks: found.marks.map((mark) => mark + 1), ...(needy(usage) && { open: true }) };
  });
  return { from: 0, to: cursor, items, total: shown.length };
}

/** The least score of such a match. */
const STREWN = 100;
const LONG_USAGE = 30;

async function followed(
  callable: Callable,
  rest: string,
  { cursor, cwd, end }: { readonly cursor: number; readonly cwd: string; readonly end: boolean },
  list: readonly Callable[],
  scope: PluginScope,
): Promise<Completions | Deferred | undefined> {
  const words = rest.trimStart().split(/\s+/);
  const typed = words.pop() ?? "";
  const ghost = end && rest.trim() === "" ? (callable.usage ?? callable.hint) : undefined;
  const wanted = callable.usage === undefined ? [] : expected(callable.usage, words);
  const offers: CompletionItem[] = [];
  for (const one of wanted) {
    if ("word" in one) offers.push({ label: one.word, insert: `${one.word} ` });
    else if (FILES.test(one.sort)) return "files";
    else offers.push(...(await valuesOf(one.sort, callable.name, { scope, cwd, names: list.map(({ name }) => name) })));
  }
  const query = typed.toLowerCase();
  const hits = offers.flatMap((item) => {
    const found = match(query, maskOf(query), searched(item.label));
    return found === undefined ? [] : [{ item: { ...item, marks: found.marks }, score: found.score }];
  });
  if (query !== "") hits.sort((a, b) => a.score - b.score);
  if (hits.length === 0 && ghost === undefined) return undefined;
  const items = hits.slice(0, MOST).map(({ item }) => item);
  return { from: cursor - typed.length, to: cursor, items, total: hits.length, ...(ghost === undefined ? {} : { ghost }) };
}

const FILES = /^(?:FILE|PATH|FOLDER|DIR)S?$/;
