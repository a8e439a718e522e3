import { expect, test } from "bun:test";
import { coveredByRules, foldedTool, matchesWild, readToolRule, type ToolRule } from "./tool-rules.ts";
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
  const started = performance.now();
  expect(matchesWild(`${"*a".repeat(200)}b`, "a".repeat(20_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1_000);
});
