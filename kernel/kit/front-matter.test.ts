import { expect, test } from "bun:test";
import { ClawError } from "claw";
import { listField, parseFrontMatter, textField } from "./front-matter.ts";

const fields = (...lines: string[]) => parseFrontMatter(["---", ...lines, "---", "body"].join("\n")).fields;
function refusal(text: string): string {
  try {
    parseFrontMatter(text);
  } catch (thrown) {
    if (thrown instanceof ClawError) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return "accepted";
}

test("parseFrontMatter > takes a file apart, whatever its line ends", () => {
  expect(parseFrontMatter("---\nname: x\n---\n# Hi\n\nthere\n")).toEqual({ fields: { name: "x" }, body: "# Hi\n\nthere\n" });
  expect(parseFrontMatter("\uFEFF---  \r\nname: x\r\n---\r\n# Hi\r\n")).toEqual({ fields: { name: "x" }, body: "# Hi\n" });
  expect(parseFrontMatter("---\n---\nx")).toEqual({ fields: {}, body: "x" });
  expect(parseFrontMatter("---\na: 1\n---")).toEqual({ fields: { a: 1 }, body: "" });
});

test.each(["", "# Only text", "---\n\na rule above", "----\na: 1\n----\n", "text\n---\na: 1\n---\n"])("parseFrontMatter > %j has none", (text) => {
  expect(parseFrontMatter(text)).toEqual({ fields: {}, body: text });
});

test("parseFrontMatter > reads what YAML can say", () => {
  expect(
    fields("a: 1", "b: [x, y]", "c:", "  d: true", "e: |", "  one", "  two", "f:", "- p", "- q", "g: 'it: is'", "h: 2024-01-01", "i: .inf"),
  ).toEqual({
    ...{ a: 1, b: ["x", "y"], c: { d: true }, e: "one\ntwo\n", f: ["p", "q"], g: "it: is", h: "2024-01-01", i: "Infinity" },
  });
});

test.each([
  ["description: Use when: the user says so", { description: "Use when: the user says so" }],
  ["argument-hint: [file] [how]", { "argument-hint": "[file] [how]" }],
  ["model: @fast", { model: "@fast" }],
  ["paths: **/*.ts, *.md", { paths: "**/*.ts, *.md" }],
  ["tools: [Read, Bash", undefined],
  ["allowed-tools: Bash(git:*), Read", { "allowed-tools": "Bash(git:*), Read" }],
  ["tools: `x`: y", { tools: "`x`: y" }],
] as const)("parseFrontMatter > %s is taken as text where it is no YAML", (line, expected) => {
  if (expected === undefined) expect(refusal(`---\nname: n\n${line}\n---\n`)).toStartWith("CLAW_CONFIG_INVALID line 3: not valid YAML");
  else expect(fields("name: n", line, "last: 1")).toEqual({ name: "n", ...expected, last: 1 });
});

test("parseFrontMatter > a sloppy field costs only itself, and goes on below", () => {
  expect(fields("list:", "  - a", "# note", "description: Do this: now", "  and: that", "", "\tx: 1", "last: [1]")).toEqual({
    list: ["a"],
    description: "Do this: now and: that x: 1",
    last: [1],
  });
});

test.each([
  ["---\nname: x\n", "CLAW_CONFIG_INVALID line 1: the front matter that opens here is never closed"],
  ['---\na: 1\nb: "x\n---\n', "CLAW_CONFIG_INVALID line 3: not valid YAML"],
  ["---\na: 1\nno colon here: \n  - x\n - y\n  z\n---\n", "CLAW_CONFIG_INVALID line 3"],
  ["---\n- a\n- b\n---\n", "CLAW_CONFIG_INVALID line 2: the front matter is no list"],
  ["---\njust words\n---\n", "CLAW_CONFIG_INVALID line 2"],
  ["---\na: &x [*x]\n---\n", "CLAW_CONFIG_INVALID line 2: the front matter is too deep"],
  [
    `---\na: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n---\n`,
    "CLAW_CONFIG_INVALID line 2: the front matter is too deep or too large",
  ],
])("parseFrontMatter > %j is an error with its line", (text, message) => {
  expect(refusal(text)).toStartWith(message);
});

test("parseFrontMatter > too long a block is an error", () => {
  expect(refusal(`---\n${"a: 1\n".repeat(501)}---\n`)).toStartWith("CLAW_CONFIG_INVALID line 500");
});

test("parseFrontMatter > a key of an object's prototype is a key like any other", () => {
  const odd = fields("__proto__: 1", "a: Use: it");
  expect(Object.keys(odd)).toEqual(["__proto__", "a"]);
});

test.each([
  [undefined, []],
  ["Bash(git:*) Read", ["Bash(git:*)", "Read"]],
  ["Bash(git add *), Bash(git commit -m:*),Read", ["Bash(git add *)", "Bash(git commit -m:*)", "Read"]],
  [
    ["Read", "Bash(npm run *)"],
    ["Read", "Bash(npm run *)"],
  ],
  ["*", ["*"]],
  [7, []],
])("listField > %j", (value, expected) => {
  expect(listField(value)).toEqual(expected);
});

test("textField > is the text that was meant", () => {
  expect([["file", "how"], [], 1.5, true, " x ", "", null, undefined].map((one) => textField(one))).toEqual([
    "[file, how]",
    "[]",
    "1.5",
    "true",
    "x",
    undefined,
    undefined,
    undefined,
  ]);
});
