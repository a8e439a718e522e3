import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prune } from "./prune.ts";

test("prune > takes away folders in which nothing was changed for 30 days, and no others", () => {
  const home = mkdtempSync(join(tmpdir(), "claw-prune-"));
  try {
    for (const name of ["old", "new", "empty"]) mkdirSync(join(home, "checkpoints", name, "sessions"), { recursive: true });
    for (const [name, days] of [
      ["old", 31],
      ["new", 29],
    ] as const) {
      const file = join(home, "checkpoints", name, "sessions", "x.jsonl");
      const then = Date.now() / 1000 - days * 24 * 60 * 60;
      writeFileSync(file, "");
      utimesSync(file, then, then);
    }
    prune(home, Date.now());
    expect(readdirSync(join(home, "checkpoints")).toSorted()).toEqual(["empty", "new"]);
    prune(join(home, "nothing"), Date.now());
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
