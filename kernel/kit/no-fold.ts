// The answer of a compactor that has nothing to do. Apart from compaction.ts, which few runs need.
import type { Compaction } from "claw";

/** A fold that changes nothing. */
export const NO_FOLD: Compaction = { summary: [], dropped: 0 };
