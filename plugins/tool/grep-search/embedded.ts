// The embedded ripgrep: WebAssembly has no threads of its own, so a large folder is searched in parts, some at a time.
import { join, relative, sep } from "node:path";
import type { Tree } from "claw/kit";
import { type Found, LIMIT_MS, MOST_OUTPUT, type Search } from "./engine.ts";
import { createThreads } from "./threads.ts";

export interface Embedded {
  /** Throws the reason when the search's signal aborts. */
  search(search: Search, tree: Tree): Promise<Found>;
}

export function createEmbedded(): Embedded {
  const threads = createThreads();
  return {
    async search({ flags, folder, file, top = folder, signal }, tree) {
      const enough = new AbortController();
      const late = AbortSignal.timeout(LIMIT_MS);
      const stop = AbortSignal.any([signal, late, enough.signal]);
      // It cannot look above the folder it is given, so that is the one whose rules hold.
      const operand = `/${relative(top, join(folder, file)).split(sep).join("/")}`;
      const parts = file === "" ? await partsOf(folder, operand, tree, signal) : [{ flags: [], operands: [operand] }];
      let size = 0;
      const found = await Promise.all(
        parts.map(async (part) => {
          const one = await threads.run({ flags: [...flags, ...part.flags], operands: part.operands, top }, stop);
          size += one.output.length;
          if (size > MOST_OUTPUT) enough.abort();
          return one;
        }),
      );
      signal.throwIfAborted();
      const wrong = found.find((one) => one.stderr !== "");
      return {
        base: top,
        code: wrong?.code ?? found[0]?.code ?? null,
        output: found.map((one) => one.output).join(""),
        stderr: wrong?.stderr ?? "",
        cut: found.some((one) => one.cut),
      };
    },
  };
}

// --- internal ---

/** Fewer files are searched faster than parted. */
const LARGE = 3_000;
const PARTS = 6;

interface Part {
  readonly flags: readonly string[];
  readonly operands: readonly string[];
}

/** The whole as one part, or the upper two levels and the folders of the second level in some bundles. */
async function partsOf(folder: string, operand: string, tree: Tree, signal: AbortSignal): Promise<Part[]> {
  let files = 0;
  for await (const batch of tree.walk(folder, { most: LARGE, signal })) files += batch.length;
  if (files < LARGE) return [{ flags: [], operands: [operand] }];
  const below = (await Array.fromAsync(tree.walk(folder, { folders: true, depth: 1, signal }))).flat();
  const start = operand === "/" ? "/" : `${operand}/`;
  const second = below.filter((path) => path.split("/").length === 3).map((path) => start + path.slice(0, -1));
  const each = Math.ceil(second.length / PARTS);
  const bundles = Array.from({ length: PARTS }, (_, index) => second.slice(index * each, (index + 1) * each));
  const parts = bundles.filter((bundle) => bundle.length > 0).map((operands) => ({ flags: [], operands }));
  return [{ flags: ["--max-depth=2"], operands: [operand] }, ...parts];
}
