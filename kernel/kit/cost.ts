// Tokens and money.
import type { Model, Usage } from "claw";

/** No tokens. */
export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}

/** What `usage` costs at these prices, in US dollars; `undefined` when they are unknown. A `step.ended` carries both. */
export function costOf({ input, output, cacheRead, cacheWrite }: Usage, { price }: Pick<Model, "price">): number | undefined {
  if (price === undefined) return undefined;
  return (input * price.input + output * price.output + cacheRead * price.cacheRead + cacheWrite * price.cacheWrite) / 1_000_000;
}
