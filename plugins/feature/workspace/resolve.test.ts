// Paths of any spelling, on real folders and links: where they lead is what the system says, or they are refused.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClawError } from "claw";
import { follow, within } from "./resolve.ts";

const SEED = Number(process.env["CLAW_FUZZ_SEED"] ?? 17);
const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-resolve-")));
const ws = join(root, "ws");
for (const folder of ["ws/a/b/c", "ws/b", "ws-evil", "other/deep"]) mkdirSync(join(root, folder), { recursive: true });
for (const file of ["ws/a/f", "ws/b/f", "ws-evil/f", "other/f"]) writeFileSync(join(root, file), "");
const LINKS = {
  "ws/out": "../other",
  "ws/a/up": "..",
  "ws/a/b/back": "../../b",
  "ws/abs": join(root, "other"),
  "ws/gone": "nowhere/x",
  "ws/b/twice": "../out/deep",
  "ws/evil": "../ws-evil/f",
};
for (const [name, target] of Object.entries(LINKS)) symlinkSync(target, join(root, name));
symlinkSync("circle", join(ws, "circle"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Numbers that look random, the same each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
// biome-ignore format: a list reads better in rows
const PIECES = ["a", "b", "c", "f", "out", "up", "back", "abs", "gone", "twice", "evil", "..", "..", ".", "", "ws", "ws-evil", "other", "deep", "new", " ", "é", "e\u0301", "\u{1f600}", "-x", "~", "A", "...", "a\\b", "%2e%2e", "\u2024\u2024"];
const random = createRandom(SEED);
const spelled = (): string => {
  const path = Array.from({ length: 1 + random(8) }, () => PIECES[random(PIECES.length)]).join("/");
  return random(5) === 0 ? `${root}/${path}` : path === "" ? "." : path;
};
const attempt = (path: string): string | undefined => {
  try {
    return follow(path, ws).path;
  } catch (thrown) {
    expect([SEED, path, thrown instanceof ClawError]).toEqual([SEED, path, true]);
    return undefined;
  }
};

describe.skipIf(process.platform !== "linux" || Bun.which("realpath") === null)("follow", () => {
  test("follow > 4,000 paths lead where the system says", () => {
    const paths = [...new Set(Array.from({ length: 4_000 }, spelled))].filter((path) => attempt(path) !== undefined);
    const { stdout } = Bun.spawnSync(["realpath", "-m", "-z", "--", ...paths.map((path) => (path.startsWith("/") ? path : `./${path}`))], {
      cwd: ws,
    });
    const real = stdout.toString().split("\0").slice(0, -1);
    expect([paths.length > 1_000, real.length]).toEqual([true, paths.length]);
    for (const [index, path] of paths.entries()) {
      const { path: found } = follow(path, ws);
      expect([SEED, path, found]).toEqual([SEED, path, real[index] ?? ""]);
      expect([SEED, path, within(found, ws)]).toEqual([SEED, path, found === ws || found.startsWith(`${ws}/`)]);
    }
  });

  test("follow > what is refused could not be opened either", () => {
    const refused = [...new Set(Array.from({ length: 4_000 }, spelled)), "circle", "circle/x", "a/f/x"].filter((path) => attempt(path) === undefined);
    expect(refused).toContain("circle");
    for (const path of refused) expect([SEED, path, Bun.spawnSync(["stat", "-L", "--", path], { cwd: ws }).exitCode]).toEqual([SEED, path, 1]);
  });
});

test("follow > any text is a path or refused, at once", () => {
  const odd = [...PIECES, "\0", "\n", "\ud800", "\x1b", "a".repeat(300), "/".repeat(50), "../".repeat(100)];
  const started = process.cpuUsage();
  for (let count = 0; count < 3_000; count++) {
    const path = Array.from({ length: random(10) }, () => odd[random(odd.length)]).join(random(2) === 0 ? "/" : "");
    const found = attempt(path);
    if (path === "" || path.includes("\0")) expect([SEED, path, found]).toEqual([SEED, path, undefined]);
    if (found !== undefined) expect([SEED, path, found.startsWith("/"), found.split("/").includes("..")]).toEqual([SEED, path, true, false]);
  }
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
});
