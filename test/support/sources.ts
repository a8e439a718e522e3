// The repository's own files and what they import, for the architecture and budget tests. Reads text, runs nothing.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

export const root = join(import.meta.dir, "..", "..");

/** Paths relative to the root, with `/`, sorted; installed packages left out. */
export function files(pattern: string): string[] {
  return [...new Bun.Glob(pattern).scanSync({ cwd: root })]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** `types` when nothing of it is left at run time, `lazy` when it is an `import()`. `file` is what a relative one leads to. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly types: boolean;
  readonly lazy: boolean;
  readonly file?: string;
}

/** Every `import` and `export … from` of a file. `Bun.Transpiler.scanImports` will not do: it leaves out what only concerns types. */
export function imports(path: string): Import[] {
  const text = withoutComments(read(path));
  const found: Import[] = [];
  for (const [, types, specifier] of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']/gm))
    found.push({ from: path, specifier: specifier!, types: types !== undefined, lazy: false, ...target(path, specifier!) });
  for (const [, specifier] of text.matchAll(/\bimport\(\s*["']([^"']+)["']/g))
    found.push({ from: path, specifier: specifier!, types: false, lazy: true, ...target(path, specifier!) });
  return found;
}

/** The first cycle in a graph of files, as the files it goes through; `undefined` when there is none. */
export function cycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const found = visit(next, [...trail, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}

/** The lines that are statements at the top of a module: Biome's format puts them, and only them, at the first column. */
export function statements(path: string): string[] {
  let quoted = false;
  return withoutComments(read(path))
    .split("\n")
    .filter((line) => {
      const inside = quoted;
      if ((line.replaceAll(/\\`|"[^"]*`[^"]*"|\/[^/]*`[^/]*\//g, "").match(/`/g)?.length ?? 0) % 2 === 1) quoted = !quoted;
      return !inside && /^[^\s})\]|&?:]/.test(line);
    });
}

// --- internal ---

function target(path: string, specifier: string): { file?: string } {
  return specifier.startsWith(".") ? { file: normalize(join(dirname(path), specifier)).replaceAll("\\", "/") } : {};
}

function withoutComments(text: string): string {
  return text.replaceAll(/^[ \t]*\/\/.*$/gm, "").replaceAll(/^[ \t]*\/\*[\s\S]*?\*\//gm, "");
}
