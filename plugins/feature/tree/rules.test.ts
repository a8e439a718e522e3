// git itself as the judge of the ignore rules.
import { afterAll, expect, test } from "bun:test";
import { clear, folderOf, found } from "./fixture.ts";

afterAll(clear);

test("walk > agrees with git on random trees and rules", async () => {
  const random = generator(20_251_121);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const names = ["a", "b", "build", "src", "x.log", "y.log", "keep.log", "#hash", "!bang", "sp ace", "[id]", "a.b.c", "éé"];
  const patterns = [
    ...["*.log", "!keep.log", "build/", "/build", "src/*", "!src/a", "a/**", "**/b", "a/**/b", "/a/b", "*", "!*/", "!a", "b/", "/*", "!/src"],
    ...[
      "[ab]",
      "[!a]",
      "?",
      "\\#hash",
      "\\!bang",
      "#hash",
      "sp ace",
      "\\[id\\]",
      "*.b.*",
      "é",
      "",
      "/",
      "//",
      "a//b",
      "trailing  ",
      "src/**/",
      "!build/**",
    ],
    ...["**", "/**", "***/b", "a*c", "x.[a-l]og", "[[:alpha:]]", "src/b/../a", "./a", "a\\", "!", "\\a", "éé/a", "[id]", "sp*"],
  ];
  for (let round = 0; round < 40; round++) {
    const files: Record<string, string> = {};
    const folders = new Set([""]);
    for (let n = 0; n < 40; n++) {
      const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(names));
      files[parts.join("/")] = "";
      for (let cut = 1; cut < parts.length; cut++) folders.add(`${parts.slice(0, cut).join("/")}/`);
    }
    // A name is a file or a folder, not both.
    for (const path of Object.keys(files)) if (folders.has(`${path}/`)) delete files[path];
    for (const folder of folders) {
      if (folder !== "" && random() < 0.6) continue;
      files[`${folder}.gitignore`] = Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(patterns)).join(pick(["\n", "\r\n"]));
    }
    const root = await folderOf(files);
    await Bun.$`git init -q .`.cwd(root).quiet();
    const listed = await Bun.$`git -c core.quotepath=off -c core.excludesFile= ls-files -z -co --exclude-standard`.cwd(root).quiet().text();
    expect({ round, files: await found(root) }).toEqual({ round, files: listed.split("\0").filter(Boolean).sort() });
  }
}, 60_000);

// --- internal ---

/** The same numbers in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
