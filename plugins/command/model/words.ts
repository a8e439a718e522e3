// Sizes, prices and tables as people read them.
import type { Usage } from "claw";

/** Tokens: `272k`, `1M`, `1.05M`. */
export function contextText(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  return tokens < 999_500 ? `${Math.round(tokens / 1_000)}k` : `${Number((tokens / 1_000_000).toFixed(2))}M`;
}

/** US dollars without more digits than they have: `$0.05`, `$2`. */
export function dollars(amount: number): string {
  return `$${Number(amount.toFixed(4))}`;
}

/** What a million tokens cost. */
export function priceText(price: Usage | undefined): string {
  if (price === undefined) return "price unknown";
  if (price.input === 0 && price.output === 0) return "free";
  return `${dollars(price.input)} in and ${dollars(price.output)} out for a million tokens`;
}

/** Rows in columns; a column of sizes or prices stands to the right. Lines have no blanks at their end. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const right = widths.map((_, column) => rows.length > 1 && rows.slice(1).every((row) => /^(\$?[\d.]+[kM]?|\?)$/.test(row[column] ?? "")));
  return rows.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
