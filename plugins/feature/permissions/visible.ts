// What is left of many paths when deny rules for reading have had their say: as they are spelled, and as they really are.
import { realpathSync } from "node:fs";
import type { Place } from "claw/kit";
import { lookAnew, type Roots, touchesPlace } from "./paths.ts";
import type { Rule } from "./rules.ts";

export function visible(paths: readonly string[], deny: readonly Rule[], roots: Roots): readonly string[] {
  const rules = deny.filter((rule) => rule.tool === "readfile" && rule.pattern !== undefined);
  if (rules.length === 0) return paths;
  lookAnew(roots);
  return paths.filter((path) => {
    const place: Place = { given: path, path: real(path), inside: true, guarded: false };
    return !rules.some((rule) => touchesPlace(rule.pattern as string, rule.base, place, roots));
  });
}

// --- internal ---

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
