// The report of `context`, for people and for programs.
import { relative } from "node:path";
import type { CommandOutcome, Json, Model, TurnScope } from "claw";
import { entriesOf, plain, reserveOf, roofOf, tokensOf } from "claw/kit";
import { SORTS, type Sort, type Source, sourcesOf } from "./sources.ts";

export async function run(scope: TurnScope): Promise<CommandOutcome> {
  const sources = await sourcesOf(scope);
  const model = await modelOf(scope);
  const bytes = sum(sources);
  const used = tokensOf(bytes);
  const window = model.context > 0 ? model.context : null;
  const reserve = Math.round(reserveOf(model));
  const last = entriesOf(scope.session).findLast(({ who }) => who === "main")?.usage;
  const measured = last === undefined ? null : last.input + last.cacheRead + last.cacheWrite + last.output;
  const plugins = byPlugin(sources);
  const data: Json = {
    ...{ kind: "context", action: "show", status: "ok", model: model.id, window_tokens: window, reserved_tokens: reserve },
    ...{ estimated_tokens: used, bytes, last_request_tokens: measured, compacts_at_tokens: window === null ? null : Math.round(roofOf(model)) },
    free_tokens: window === null ? null : Math.max(0, window - reserve - used),
    by_source: SORTS.map((sort) => ({ source: sort, ...costOf(sources.filter((one) => one.sort === sort)) })),
    sources: sources.map(({ sort, name, plugin, count, bytes: size }) => ({
      ...{ source: sort, name, plugin: plugin ?? null, bytes: size, estimated_tokens: tokensOf(size) },
      ...(count === undefined ? {} : { count }),
    })),
    plugins: plugins.map(([plugin, own]) => ({ plugin, ...costOf(own), tools: own.filter(({ sort }) => sort === "tools").length })),
  };
  const head = [
    `Model ${model.id}: about ${number(used)} tokens would be sent${window === null ? "; the size of its window is not known" : ` of ${number(window)} (${percent(used, window)})`}`,
    ...(window === null
      ? []
      : [`${bar(used, reserve, window)}  ${number(reserve)} held back for the answer; shortened by itself at ${number(Math.round(roofOf(model)))}`]),
    ...(measured === null ? [] : [`The last request and its answer really took ${number(measured)} tokens.`]),
  ];
  const rows = SORTS.flatMap((sort) => section(sort, sources, bytes, scope.session.cwd));
  const costs = plugins.slice(0, MOST_PLUGINS).map(([plugin, own]) => row(plugin, own, bytes, 2));
  const rest = plugins.slice(MOST_PLUGINS).flatMap(([, own]) => own);
  if (rest.length > 0) costs.push(row(`${plugins.length - MOST_PLUGINS} more`, rest, bytes, 2));
  const notice = [...head, "", ...rows, "", "What each plugin costs in a request", ...costs].join("\n");
  return { kind: "done", notice, data };
}

// --- internal ---

const TITLES: Readonly<Record<Sort, string>> = {
  system: "System prompt",
  instructions: "Instruction files",
  tools: "Tools",
  messages: "Messages",
  results: "Results of calls",
};
const MOST_ROWS = 12;
const MOST_PLUGINS = 12;
const BAR = 40;
const WIDTH = 44;

/** Without credentials the model cannot be resolved; then the list may know it. */
async function modelOf({ get, selection }: TurnScope): Promise<Model> {
  const unknown = { id: selection.model, context: 0, maxOutput: 0 };
  try {
    const provider = await get("provider", selection.provider);
    return await provider.resolve(selection.model).catch(async () => (await provider.models()).find(({ id }) => id === selection.model) ?? unknown);
  } catch {
    return unknown;
  }
}

function byPlugin(sources: readonly Source[]): readonly (readonly [string, readonly Source[]])[] {
  const groups = Map.groupBy(
    sources.filter(({ plugin }) => plugin !== undefined),
    ({ plugin = "" }) => plugin,
  );
  return [...groups].toSorted(([, a], [, b]) => sum(b) - sum(a));
}

/** The total of a sort, then its largest sources; tools by plugin. */
function section(sort: Sort, sources: readonly Source[], all: number, cwd: string): readonly string[] {
  const own = sources.filter((one) => one.sort === sort);
  if (own.length === 0) return [];
  const groups = Map.groupBy(own, ({ name, plugin = name }) => (sort === "tools" ? plugin : name));
  const sorted = [...groups].toSorted(([, a], [, b]) => (sort === "system" ? 0 : sum(b) - sum(a)));
  const lines = sorted.slice(0, MOST_ROWS).map(([name, group]) => row(labelOf(sort, name, group, cwd), group, all, 2));
  const rest = sorted.slice(MOST_ROWS).flatMap(([, group]) => group);
  return [row(TITLES[sort], own, all, 0), ...lines, ...(rest.length === 0 ? [] : [row(`${sorted.length - MOST_ROWS} more`, rest, all, 2)])];
}

function labelOf(sort: Sort, name: string, group: readonly Source[], cwd: string): string {
  if (sort === "instructions") return relative(cwd, name).startsWith("..") ? name : relative(cwd, name);
  const count = group[0]?.count ?? group.length;
  return count > 1 && sort !== "system" ? `${name} (${count})` : name;
}

function row(label: string, own: readonly Source[], all: number, indent: number): string {
  const name = plain(label).replace(/\s+/g, " ");
  const short = name.length > WIDTH ? `…${name.slice(1 - WIDTH)}` : name;
  return `${" ".repeat(indent)}${short.padEnd(WIDTH + 2 - indent)}${number(tokensOf(sum(own))).padStart(9)}  ${percent(sum(own), all).padStart(5)}`;
}

function bar(used: number, reserve: number, window: number): string {
  const cells = (part: number): number => Math.min(BAR, Math.ceil((part / window) * BAR));
  const [full, held] = [cells(used), cells(reserve)];
  const free = Math.max(0, BAR - full - held);
  return `[${"#".repeat(full)}${".".repeat(free)}${"-".repeat(Math.max(0, BAR - full - free))}]`;
}

function sum(sources: readonly Source[]): number {
  return sources.reduce((total, { bytes }) => total + bytes, 0);
}

function costOf(own: readonly Source[]): { readonly bytes: number; readonly estimated_tokens: number } {
  return { bytes: sum(own), estimated_tokens: tokensOf(sum(own)) };
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${Math.round((part / whole) * 100)} %`;
}
