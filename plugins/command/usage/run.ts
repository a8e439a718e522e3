// The sums of `usage`, for people and for programs. Sends nothing.
import type { CommandOutcome, Json, TurnScope } from "claw";
import { type Book, dayOf, entriesOf, Ledger, type LedgerEntry, sumJson, sumOf, sumsBy, sumText } from "claw/kit";

export async function run([first, count = "14"]: readonly string[], scope: TurnScope): Promise<CommandOutcome> {
  const book = await scope.use(Ledger);
  if (first === "days") return days(book, Number(count));
  const date = first === undefined || first === "today" ? dayOf(Date.now()) : first;
  const own = first === undefined ? entriesOf(scope.session) : [];
  const day = await book.day(date);
  const session = first === undefined ? { session: { id: scope.session.id, ...part(own), lost: lostOf(own) } } : {};
  const data = { kind: "usage", action: "show", status: "ok", ...session, day: { date, ...part(day) } };
  const lines = [...(own.length === 0 ? [] : [...told("Session", own), ...lostLines(own), ""]), ...told(`${date} (UTC)`, day)];
  return { kind: "done", notice: lines.join("\n"), data };
}

// --- internal ---

async function days(book: Book, most: number): Promise<CommandOutcome> {
  const dates = (await book.days()).slice(-most);
  const sums = await Promise.all(dates.map(async (date) => ({ date, entries: await book.day(date) })));
  const total = sums.flatMap(({ entries }) => entries);
  const data = {
    kind: "usage",
    action: "days",
    status: "ok",
    days: sums.map(({ date, entries }) => ({ date, ...sumJson(sumOf(entries)) })),
    total: part(total),
  };
  const lines = sums.map(({ date, entries }) => `${date}  ${sumText(sumOf(entries))}`);
  const notice = lines.length === 0 ? "Nothing was used yet." : [...lines, "", ...told("Together", total)].join("\n");
  return { kind: "done", notice, data };
}

function part(entries: readonly LedgerEntry[]): { readonly [key: string]: Json } {
  const group = (key: "model" | "who") => sumsBy(entries, key).map(([name, sum]) => ({ [key]: name, ...sumJson(sum) }));
  return { ...sumJson(sumOf(entries)), by_model: group("model"), by_who: group("who") };
}

/** A line for all of it, and where it came from when that is more than one. */
function told(title: string, entries: readonly LedgerEntry[]): string[] {
  const groups = [sumsBy(entries, "model"), sumsBy(entries, "who")].filter((one, at) => one.length > 1 || (at === 0 && one.length > 0)).flat();
  const width = Math.max(...groups.map(([name]) => name.length), 0);
  return [`${title}: ${sumText(sumOf(entries))}`, ...groups.map(([name, sum]) => `  ${name.padEnd(width)}  ${sumText(sum)}`)];
}

function lostOf(entries: readonly LedgerEntry[]): Json {
  return entries.flatMap(({ at, lost }) => (lost === undefined ? [] : [{ at, tokens: lost.tokens, cost_usd: lost.cost, why: lost.why }]));
}

function lostLines(entries: readonly LedgerEntry[]): string[] {
  const lost = entries.flatMap((entry) => entry.lost ?? []);
  if (lost.length === 0) return [];
  const why = [...new Set(lost.map((one) => one.why))].slice(-MOST_REASONS);
  const cost = lost.reduce((sum, one) => sum + (one.cost ?? 0), 0);
  return [
    `  read again though it was cached: ${lost.length === 1 ? "once" : `${lost.length} times`}, $${cost.toFixed(4)} more`,
    ...why.map((text) => `    ${text}`),
  ];
}

const MOST_REASONS = 5;
