// One search: the engine is asked, its results filtered, shortened and numbered.
import { type CallScope, ClawError, type ToolResult } from "claw";
import { headOf, Web } from "claw/kit";
import { choose } from "./choice.ts";
import { admits, domainOf } from "./domains.ts";
import { requestOf, resultsOf } from "./engines.ts";
import type { Result } from "./page.ts";

export interface SearchInput {
  readonly query: string;
  readonly allowed_domains?: readonly string[] | undefined;
  readonly blocked_domains?: readonly string[] | undefined;
}

export async function run(input: SearchInput, scope: CallScope, count: number): Promise<ToolResult> {
  const start = performance.now();
  const choice = await choose(scope);
  const allowed = (input.allowed_domains ?? []).map(domainOf);
  const blocked = (input.blocked_domains ?? []).map(domainOf);
  const web = await scope.use(Web);
  const asked = requestOf(choice, { query: input.query.trim(), allowed, blocked, count });
  // The user has named the engine's address, or it is the engine's own.
  const reply = await web.fetch({ ...asked, vouched: [choice.url.host], maxBytes: 2_000_000 }, scope);
  if (reply.status >= 300) throw rejected(choice.engine, reply.status);
  const results = shown(await resultsOf(choice, reply), allowed, blocked).slice(0, count);
  const ms = Math.round(performance.now() - start);
  const details = { query: input.query, engine: choice.engine, ms, results: results.map(({ title, url }) => ({ title, url })) };
  return { content: [{ type: "text", text: listed(input.query, results) }], details };
}

// --- internal ---

const MOST_TITLE = 200;
const MOST_SNIPPET = 400;

function shown(results: readonly Result[], allowed: readonly string[], blocked: readonly string[]): readonly Result[] {
  const seen = new Set<string>();
  return results.flatMap(({ title, url, snippet }) => {
    const plain = { title: line(title, MOST_TITLE), url: url.trim(), snippet: line(snippet, MOST_SNIPPET) };
    const known = URL.parse(plain.url);
    if (known === null || !/^https?:$/.test(known.protocol) || plain.title === "" || !admits(plain.url, allowed, blocked) || seen.has(known.href))
      return [];
    seen.add(known.href);
    return [{ ...plain, url: known.href }];
  });
}

function listed(query: string, results: readonly Result[]): string {
  if (results.length === 0) return `No results for ${JSON.stringify(query)}.`;
  return results.map(({ title, url, snippet }, index) => `${index + 1}. ${title}\n   ${url}${snippet === "" ? "" : `\n   ${snippet}`}`).join("\n");
}

/** One line of plain words: engines mark what matched, and escape the rest. */
function line(text: string, most: number): string {
  const words = text
    .replace(/<\/?[a-z][^>]{0,200}>/gi, "")
    .replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal?: string, hex?: string, name?: string) =>
      name === undefined
        ? character(decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal), whole)
        : (NAMED[name.toLowerCase()] ?? whole),
    )
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed();
  return words.length <= most ? words : `${headOf(words, most)}…`;
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

function character(code: number, otherwise: string): string {
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : otherwise;
}

function rejected(engine: string, status: number): ClawError {
  const hint =
    status === 401 || status === 403
      ? "Its key is missing, wrong or used up."
      : status === 429
        ? "It wants fewer searches: wait a while."
        : undefined;
  return new ClawError("CLAW_TOOL_FAILED", `The search engine ${engine} answered with status ${status}.`, hint === undefined ? {} : { hint });
}
