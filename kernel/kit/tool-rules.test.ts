import { expect, test } from "bun:test";
import { coveredByRules, foldedTool, readToolRule } from "./covered.ts";
import { matchesWild, type ToolRule } from "./tool-rules.ts";
import type { Place } from "./workspace.ts";

const rules = (...texts: string[]) => texts.map(readToolRule).filter((rule): rule is ToolRule => rule !== undefined);
const bash = (rule: string, subject: string) => coveredByRules(rules(rule), { tool: "bash", subject, paths: [] }, [], "/w");
const place = (path: string, more: Partial<Place> = {}): Place => ({ given: path, path, inside: path.startsWith("/w/"), guarded: false, ...more });
const file = (rule: string, tool: string, ...places: Place[]) =>
  coveredByRules(rules(rule), { tool, subject: places[0]?.given ?? "", paths: places.map(({ given }) => given) }, places, "/w");

test.each([
  ["Read", { tool: "readfile" }],
  ["Bash(git add *)", { tool: "bash", pattern: "git add *" }],
  ["Bash(*)", { tool: "bash" }],
  ["mcp__Git-Hub__x", { tool: "mcp__git-hub__x" }],
  ["Read(!x)", undefined],
  ["(x)", undefined],
  ["*", undefined],
])("readToolRule > %s", (text, expected) => {
  expect(readToolRule(text)).toEqual(expected as ToolRule);
});

test("foldedTool > the families' names are one", () => {
  expect(["Read", "read_file", "readFile", "GREP", "NotebookEdit"].map(foldedTool)).toEqual([
    "readfile",
    "readfile",
    "readfile",
    "grepsearch",
    "notebookedit",
  ]);
});

test.each([
  ["Bash", "rm -rf / && echo", true],
  ["Bash(git:*)", "git", true],
  ["Bash(git:*)", "git  status -s", true],
  ["Bash(git:*)", "gitk", false],
  ["Bash(git status)", "git status -s", false],
  ["Bash(git *)", "git status; rm x", false],
  ["Bash(git *)", "git log $(rm x)", false],
  ["Bash(git *)", "git log\nrm x", false],
  ["Bash(npm run test:*)", "npm run test:unit", false],
  ["Read", "ls", false],
])("coveredByRules > %s, the line %j: %p", (rule, line, expected) => {
  expect(bash(rule, line)).toBe(expected);
});

test("coveredByRules > places: inside, or where a pattern says; guarded never; every one of them", () => {
  expect(file("Write", "write_file", place("/w/a"))).toBe(true);
  expect(file("Write", "write_file", place("/x/a"))).toBe(false);
  expect(file("Write", "write_file", place("/w/.git/hooks/x", { guarded: true }))).toBe(false);
  expect(file("Write(.git/**)", "write_file", place("/w/.git/hooks/x", { guarded: true }))).toBe(false);
  expect(file("Write(src/**)", "write_file", place("/w/src/a/b"))).toBe(true);
  expect(file("Write(./src/*)", "write_file", place("/w/src/a/b"))).toBe(false);
  expect(file("Read(/x/**)", "read_file", place("/x/a"))).toBe(true);
  expect(file("Read", "write_file", place("/w/a"))).toBe(false);
  expect(file("Write", "write_file", place("/w/a"), place("/x/a"))).toBe(false);
  expect(coveredByRules(rules("Write"), { tool: "write_file", subject: "a", paths: ["a"] }, [], "/w")).toBe(false);
});

test.each([
  ["WebFetch(domain:example.com)", "https://example.com/a", true],
  ["WebFetch(domain:example.com)", "https://a.example.com/", false],
  ["WebFetch(domain:*.example.com)", "https://a.example.com/", true],
  ["WebFetch(domain:example.com)", "https://example.com@evil.org/", false],
  ["WebFetch(https://example.com*)", "https://example.com@evil.org/", false],
  ["WebFetch", "https://any.org", true],
])("coveredByRules > %s, %s: %p", (rule, subject, expected) => {
  expect(coveredByRules(rules(rule), { tool: "WebFetch", subject, paths: [] }, [], "/w")).toBe(expected);
});

test("coveredByRules > a rule for an MCP server means its tools", () => {
  const call = { tool: "mcp__git__push", subject: "", paths: [] };
  expect(coveredByRules(rules("mcp__git"), call, [], "/w")).toBe(true);
  expect(coveredByRules(rules("mcp__gi"), call, [], "/w")).toBe(false);
});

test("matchesWild > stars anywhere, in linear time", () => {
  expect([
    matchesWild("a*b*c", "a1b2c"),
    matchesWild("a*b", "ab"),
    matchesWild("ab*ba", "aba"),
    matchesWild("*", ""),
    matchesWild("a*b*c", "acb"),
  ]).toEqual([true, true, false, true, false]);
  const started = process.cpuUsage();
  expect(matchesWild(`${"*a".repeat(200)}b`, "a".repeat(20_000))).toBe(false);
  expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
});

/** Numbers that look random, the same each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("readToolRule and coveredByRules > any text is a rule or none, and none is wider than it says", () => {
  const random = createRandom(5);
  // biome-ignore format: a list reads better in rows
  const pieces = [..."git*()!:;|&$`<>'\"\\ \n\r\t#{}[]?~=/.-", "Bash(", "Read(", "WebFetch(domain:", "git ", "git push", "../", "**", "example.com", "\0", "\u00a0", "\u2028", "\u{1f600}", "\ud800", "status"];
  const text = (most: number): string => Array.from({ length: random(most) }, () => pieces[random(pieces.length)]).join("");
  let [covered, read] = [0, 0];
  for (let count = 0; count < 20_000; count++) {
    const given = text(10);
    const rule = readToolRule(given);
    read += Number(rule !== undefined);
    if (rule !== undefined)
      expect([given, /^[a-z]/.test(rule.tool), rule.pattern]).toEqual([given, true, rule.pattern === "" ? "never empty" : rule.pattern]);
    // A rule with a pattern covers nothing but words.
    const line = `git ${text(6)}`;
    if (bash("Bash(git *)", line)) {
      covered += 1;
      expect([line, /[;|&$`<>'"\\\n\r#{}[\]?*!()\0\u00a0\u2028]/.test(line.trim())]).toEqual([line, false]);
    }
    const subject = `https://${text(5)}`;
    const named = coveredByRules(rules("WebFetch(domain:example.com)"), { tool: "WebFetch", subject, paths: [] }, [], "/w");
    if (named) expect([subject, URL.parse(subject)?.hostname.replace(/\.$/, "")]).toEqual([subject, "example.com"]);
    const pattern = text(5);
    if (!/\.\.|~|^\s*[/{[\\]/.test(pattern) && !/^[*:]*$/.test(pattern.trim()))
      expect([pattern, file(`Read(${pattern})`, "read_file", place("/x/a"))]).toEqual([pattern, false]);
  }
  expect([covered > 100, read > 50]).toEqual([true, true]);
});
