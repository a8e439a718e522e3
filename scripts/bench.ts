// `bun run bench`: start, turns, loops, streams and sizes beside floors measured in the same run. `--json` for machines, `--runs N` for
// more or fewer runs, names of cases for only these. Fails when a limit is passed. Wants a quiet machine: it says how busy it was.
import { loadavg } from "node:os";
import { cases } from "./bench/cases.ts";
import type { Row } from "./bench/measure.ts";
import { createWorld } from "./bench/world.ts";

const words = process.argv.slice(2);
const json = words.includes("--json");
const runs = words.includes("--runs") ? Number(words[words.indexOf("--runs") + 1]) : 15;
const chosen = words.filter((word) => Object.hasOwn(cases, word));

await using world = await createWorld();
const rows: Row[] = [];
for (const [name, measure] of Object.entries(cases))
  if (chosen.length === 0 || chosen.includes(name)) {
    if (!json) process.stderr.write(`${name} …\n`);
    try {
      rows.push(...(await measure(world, runs)));
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    }
  }
console.log(json ? JSON.stringify(rows.map(told), null, 2) : table(rows));
if (rows.some((row) => told(row).ok === false)) process.exitCode = 1;

// --- internal ---

function told(row: Row): Row & { readonly ratio?: number; readonly ok?: boolean } {
  const value = row.floor === undefined ? row.ours : row.ours / row.floor;
  return { ...row, ...(row.floor === undefined ? {} : { ratio: value }), ...(row.limit === undefined ? {} : { ok: value <= row.limit }) };
}

function table(of: readonly Row[]): string {
  const lines = of.map(told).map((row) => {
    const limit = row.limit === undefined ? "" : row.floor === undefined ? amount(row.limit, row.unit) : `${row.limit.toFixed(2)} ×`;
    const ratio = row.ratio === undefined ? "" : `${row.ratio.toFixed(2)} ×`;
    const floor = row.floor === undefined ? "" : amount(row.floor, row.unit);
    const ok = row.ok === undefined ? "" : row.ok ? "ok" : "OVER";
    return [row.what, amount(row.ours, row.unit), floor, ratio, limit, ok, row.note ?? ""];
  });
  const all = [["what", "ours", "floor", "ratio", "limit", "", ""], ...lines];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)));
  const text = all.map((line) =>
    line.map((cell, column) => (column === 0 || column > 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join("  "),
  );
  return [...text.map((line) => line.trimEnd()), `medians of ${runs} runs (fewer for the long ones); load ${loadavg()[0]!.toFixed(1)}`].join("\n");
}

function amount(value: number, unit: Row["unit"]): string {
  return unit === "B" ? `${Math.round(value)} B` : `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`;
}
