// Where a name is defined: by a language server that runs or can be started, else by looking for what a definition looks like in most languages.
import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ClawError, type TurnScope } from "claw";
import { Lsp, type LspSymbol } from "claw/kit";

/** A place in a file, its path from the session's folder, with what is there. */
export interface Hit {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly name: string;
  readonly container?: string;
}

/** Symbols of that name, or with it in theirs, those that are it first. `by` says who found them. */
export async function symbolsOf(
  name: string,
  paths: readonly string[],
  scope: TurnScope,
): Promise<{ readonly hits: readonly Hit[]; readonly by: "lsp" | "search" }> {
  if (!NAME.test(name)) return { hits: [], by: "search" };
  const asked = await fromServer(name, paths, scope);
  return asked.length > 0 ? { hits: asked, by: "lsp" } : { hits: await fromText(name, paths, scope), by: "search" };
}

// --- internal ---

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)*$/u;
const MOST = 20;
/** A server that has still to be started, and to read the project, is not waited for longer. */
const SERVER_MS = 6_000;
const SEARCH_MS = 5_000;
const MOST_FILES = 20_000;
const MOST_BYTES = 512_000;
const SOURCE =
  /\.(?:[cm]?[jt]sx?|py|rs|go|java|kts?|c|cc|cpp|cxx|h|hh|hpp|cs|rb|php|swift|scala|lua|zig|exs?|sh|bash|vue|svelte|dart|m|mm|pl|r|jl|hs|ml|clj)$/i;

async function fromServer(name: string, paths: readonly string[], scope: TurnScope): Promise<readonly Hit[]> {
  const service = await scope.use(Lsp).catch(() => undefined);
  if (service === undefined) return [];
  const last = lastPart(name);
  try {
    const running = service.list(scope).some(({ state }) => state !== "starting");
    const path = running ? undefined : mostCommon(paths);
    if (!running && path === undefined) return [];
    const asked = service.find(last, path === undefined ? undefined : join(scope.session.cwd, path), scope);
    const { items } = await within(SERVER_MS, asked);
    const hits = items.filter((item) => item.name.toLowerCase().includes(last.toLowerCase())).map((item) => hitOf(item, scope));
    // What lies elsewhere, as in libraries, is not where one wants to go.
    return best(
      last,
      hits.filter(({ path: place }) => !place.startsWith("..") && !place.includes("node_modules/")),
    );
  } catch (thrown) {
    if (scope.signal.aborted) throw thrown;
    return [];
  }
}

function hitOf({ name, kind, path, line, container }: LspSymbol, { session }: TurnScope): Hit {
  return {
    path: relative(session.cwd, path).replaceAll("\\", "/"),
    line,
    kind,
    name,
    ...(container === undefined || container === "" ? {} : { container }),
  };
}

/** A file of the language that the folder has most of. */
function mostCommon(paths: readonly string[]): string | undefined {
  const counts = new Map<string, { count: number; readonly path: string }>();
  for (const path of paths) {
    const ending = SOURCE.exec(path)?.[0].toLowerCase();
    if (ending === undefined) continue;
    const known = counts.get(ending) ?? { count: 0, path };
    known.count += 1;
    counts.set(ending, known);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.path;
}

async function fromText(name: string, paths: readonly string[], scope: TurnScope): Promise<readonly Hit[]> {
  const last = lastPart(name);
  const defines = definitionOf(last);
  const hits: Hit[] = [];
  const until = performance.now() + SEARCH_MS;
  const sources = paths.filter((path) => SOURCE.test(path)).slice(0, MOST_FILES);
  for (let at = 0; at < sources.length && performance.now() < until && hits.length < MOST * 5; at += TOGETHER) {
    scope.signal.throwIfAborted();
    const found = await Promise.all(sources.slice(at, at + TOGETHER).map((path) => definitionsIn(path, last, defines, scope.session.cwd)));
    hits.push(...found.flat());
  }
  return best(last, hits);
}

const TOGETHER = 64;

async function definitionsIn(path: string, name: string, defines: RegExp, cwd: string): Promise<readonly Hit[]> {
  try {
    const whole = join(cwd, path);
    const about = await stat(whole);
    if (!about.isFile() || about.size > MOST_BYTES) return [];
    const text = await Bun.file(whole).text();
    if (!text.includes(name)) return [];
    return text.split("\n").flatMap((line, index): readonly Hit[] => {
      const kind = line.length > 1_000 ? undefined : defines.exec(line)?.[1];
      return kind === undefined ? [] : [{ path, line: index + 1, kind: kind.trim(), name }];
    });
  } catch {
    return [];
  }
}

/** What stands before a name where it is defined. */
function definitionOf(name: string): RegExp {
  const words =
    "function\\*?|class|interface|type|enum|struct|union|trait|impl|mod|module|namespace|package|record|protocol|extension|object|def|fn|func|fun|sub|proc|" +
    "macro_rules!|#define|const|let|var|val|static|typedef|actor|defmodule|defp?|data|newtype|instance";
  const safe = name.replace(/[$]/g, "\\$&");
  return new RegExp(`(?:^|[\\s(;{}])(${words})\\s+(?:\\([^)]*\\)\\s*|mut\\s+|inline\\s+|\\w+\\.)?${safe}(?![\\p{L}\\p{N}_$])`, "u");
}

function lastPart(name: string): string {
  return name.split(/\.|::|#/).at(-1) ?? name;
}

/** Those of just that name, else in any case of letters, else all. */
function best(name: string, hits: readonly Hit[]): readonly Hit[] {
  const exact = hits.filter((hit) => hit.name === name);
  const same = exact.length > 0 ? exact : hits.filter((hit) => hit.name.toLowerCase() === name.toLowerCase());
  const tests = (hit: Hit): number => (/(?:^|[/._-])(?:test|tests|spec|__tests__)(?:[/._-]|$)/i.test(hit.path) ? 1 : 0);
  return (same.length > 0 ? same : hits).toSorted((a, b) => tests(a) - tests(b)).slice(0, MOST);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new ClawError("CLAW_TOOL_FAILED", "the language server takes too long")), ms);
  work.catch(() => undefined);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
