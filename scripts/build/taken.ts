// What code takes from a module, by name: so that the bundler keeps those names and no more.
import * as claw from "claw";
import * as kit from "claw/kit";
import * as valibot from "valibot";

/** What packed code has no copy of: an error is told by its class. With all their names. */
export const SHARED: Readonly<Record<string, readonly string[]>> = {
  claw: Object.keys(claw),
  "claw/kit": Object.keys(kit),
  valibot: Object.keys(valibot),
};

/** All of it, where a module is handed on whole. */
export const WHOLE = "*";

/** The names that `sources` take from each module, and one or the other more that only a text has. */
export function taken(sources: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const source of sources)
    for (const [, single, list, alias, module] of [...source.matchAll(STATIC), ...source.matchAll(DYNAMIC)]) {
      const all = found.get(module!) ?? found.set(module!, new Set()).get(module!)!;
      if (single) all.add("default");
      for (const name of [...listed(list ?? ""), ...(alias ? members(source, alias) : [])]) all.add(name);
    }
  return found;
}

// --- internal ---

const STATIC = /\b(?:import|export)\b\s*(?:(?!type\b)([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*["']([^"']+)["']/g;
const DYNAMIC = /(?:()\{([^{}]*)\}|([\w$]+))\s*=\s*await\s+import\(["']([^"']+)["']\)/g;

const listed = (list: string): string[] => (list.match(/(?<=^|,)\s*[\w$]+(?=\s*(,|$|:|\sas\s))/g) ?? []).map((one) => one.trim());

/** What stands behind `alias` and a dot; the whole where it also stands alone. */
function members(source: string, alias: string): string[] {
  const rest = source
    .replace(STATIC, "")
    .replace(DYNAMIC, "")
    .replace(/\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"/g, "");
  const uses = rest.matchAll(new RegExp(`(?<![\\w$.])${RegExp.escape(alias)}(?![\\w$])\\s*(?:\\.\\s*([\\w$]+))?(?!\\s*[:=])`, "g"));
  return [...uses].map(([, name]) => name ?? WHOLE);
}
