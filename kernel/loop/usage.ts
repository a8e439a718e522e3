// Tokens and money.
import type { Model } from "../contracts/contributions.ts";
import type { Usage } from "../contracts/message.ts";

/** No tokens. */
export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum = (key: keyof Usage): number => a[key] + b[key];
  return { input: sum("input"), output: sum("output"), cacheRead: sum("cacheRead"), cacheWrite: sum("cacheWrite") };
}

/** What `usage` costs at `model`'s prices, in US dollars; `undefined` when its prices are unknown. */
export function costOf(usage: Usage, { price }: Pick<Model, "price">): number | undefined {
  if (price === undefined) return undefined;
  const micro = (key: keyof Usage): number => usage[key] * price[key];
  return (micro("input") + micro("output") + micro("cacheRead") + micro("cacheWrite")) / 1_000_000;
}
