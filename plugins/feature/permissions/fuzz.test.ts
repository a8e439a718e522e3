// Rules, patterns and lists of any text at all: either refused with a reason or read, never slow, never wider than they say.
import { afterAll, expect, test } from "bun:test";
import { ClawError } from "claw";
import { wild } from "./lines.ts";
import { parseRule, splitList } from "./rules.ts";
import { covers, createGround, touches } from "./testing/ground.ts";

const ground = createGround();
afterAll(() => ground[Symbol.dispose]());

/** Numbers that look random, the same each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const PIECES = [
  ..."abR()[]{}*?!\\/.~:,- \t\n'\"$`",
  "Read",
  "Bash",
  "(./",
  "**",
  "..",
  "../",
  "//",
  "mcp__",
  "domain:",
  "\0",
  "\ud800",
  "é",
  "\u{1f600}",
  "src",
  "other",
];
const random = createRandom(11);
const text = (most: number): string => Array.from({ length: random(most) }, () => PIECES[random(PIECES.length)]).join("");

test("parseRule and splitList > any text is a rule or a malformed one", () => {
  for (let count = 0; count < 20_000; count++) {
    const given = text(14);
    try {
      const rule = parseRule(given, "test");
      expect([given, /^[a-z]/.test(rule.tool), rule.pattern === ""]).toEqual([given, true, false]);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ClawError);
    }
    expect(splitList([given]).every((part) => part !== "" && given.includes(part))).toBe(true);
  }
});

test("patterns > any pattern is judged at once, and none but one that names it allows what is outside", () => {
  const inside = ground.subject("read_file", "read", "", ["src/a.ts"]);
  const outside = ground.subject("read_file", "read", "", ["../other/x.ts"]);
  let allowed = 0;
  for (let count = 0; count < 3_000; count++) {
    const pattern = text(10);
    if (pattern.trim() === "" || pattern.trim().startsWith("!")) continue;
    const rule = `Read(${pattern})`;
    const started = process.cpuUsage();
    const found = [covers(rule, inside), touches(rule, inside), covers(rule, outside), touches(rule, outside)];
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
    allowed += Number(found[0]);
    // A deny rule is never narrower than the allow rule of the same text.
    if (found[0]) expect([rule, found[1]]).toEqual([rule, true]);
    const climbs = /\.\.|~|^\s*\/|[{[]/.test(pattern) || /^[*:]*$/.test(pattern.trim());
    if (found[2]) expect([rule, climbs]).toEqual([rule, true]);
  }
  expect(allowed).toBeGreaterThan(10);
});

test("wild > agrees with what it says, and is linear", () => {
  for (let count = 0; count < 5_000; count++) {
    const literal = Array.from({ length: random(6) }, () => "ab*\\"[random(4)]).join("");
    const escaped = literal.replace(/[*\\]/g, "\\$&");
    expect([literal, wild(escaped, literal), wild(`${escaped}*`, `${literal}x`), wild(`*${escaped}`, `x${literal}`)]).toEqual([
      literal,
      true,
      true,
      true,
    ]);
    expect(wild(escaped, `${literal}x`)).toBe(false);
  }
  const started = process.cpuUsage();
  expect(wild("*a".repeat(500), `${"a".repeat(20_000)}b`)).toBe(false);
  expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
});
