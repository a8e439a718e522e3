// The record of what a session changed, one line a fact, at the end of a file of its own: so that a turn that was cut off can be put back too.
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Content } from "./objects.ts";

/** A file, absolute, as it was and as it is. `after` is `undefined` when the turn has not ended: then it is whatever lies there. */
export interface Changed {
  readonly path: string;
  readonly before: Content | null;
  readonly after?: Content | null | undefined;
}
/** A turn that may have changed something, or a putting back. */
export interface Step {
  readonly id: number;
  readonly kind: "turn" | "restore";
  readonly entry: string | null;
  readonly at: number;
  /** The folder as it was, when a command ran. */
  readonly tree?: string;
  /** Files as they were when a tool was about to write them; `late` when `tree` was there already. */
  readonly files: ReadonlyMap<string, Taken>;
  /** All that changed, once it has ended. */
  readonly changes?: readonly Changed[];
}
export interface Taken {
  readonly before: Content | null;
  readonly late: boolean;
}
/** A line of the file. */
export type Fact =
  | { readonly type: "begin"; readonly id: number; readonly kind: Step["kind"]; readonly entry: string | null; readonly at: number }
  | { readonly type: "tree"; readonly id: number; readonly tree: string }
  | { readonly type: "file"; readonly id: number; readonly path: string; readonly before: Content | null; readonly late: boolean }
  | { readonly type: "end"; readonly id: number; readonly changes: readonly Changed[] };

export function write(path: string, ...facts: readonly Fact[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // A line that a crash cut off ends here, so that the next one is whole.
  appendFileSync(path, facts.map((fact) => `\n${JSON.stringify(fact)}`).join(""), { mode: 0o600 });
}

/** Oldest first. What is no fact is passed over. */
export function read(path: string): Step[] {
  const steps = new Map<number, Step>();
  for (const line of textOf(path).split("\n")) {
    const fact = line === "" ? undefined : factOf(line);
    if (fact === undefined) continue;
    const step = steps.get(fact.id);
    if (fact.type === "begin") steps.set(fact.id, { id: fact.id, kind: fact.kind, entry: fact.entry, at: fact.at, files: new Map() });
    else if (step === undefined) continue;
    else if (fact.type === "tree") steps.set(fact.id, { ...step, tree: fact.tree });
    else if (fact.type === "file")
      steps.set(fact.id, { ...step, files: new Map(step.files).set(fact.path, { before: fact.before, late: fact.late }) });
    else steps.set(fact.id, { ...step, changes: fact.changes });
  }
  return [...steps.values()];
}

/** What is in a file; nothing when there is none. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

// --- internal ---

function factOf(line: string): Fact | undefined {
  try {
    const fact = JSON.parse(line) as Fact | null;
    return typeof fact === "object" && fact !== null && typeof fact.id === "number" ? fact : undefined;
  } catch {
    return undefined;
  }
}
