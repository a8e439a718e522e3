// Keeps functions out of the compiler's highest tier.
import { noFTL } from "bun:jsc";

/**
 * To be called before they have run often, for functions that run for every line. Text that comes faster than anybody reads lasts seconds: in these the
 * highest tier takes more time to compile them than its code saves.
 */
export function compileLightly(...functions: readonly Parameters<typeof noFTL>[0][]): void {
  for (const one of functions) noFTL(one);
}
