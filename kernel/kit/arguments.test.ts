import { describe, expect, test } from "bun:test";
import { ClawError, type Option } from "claw";
import { parseArguments, referring, splitWords } from "./arguments.ts";
import { HOST_OPTIONS } from "./options.ts";

const OPTIONS: readonly Option[] = [
  ...HOST_OPTIONS,
  { name: "print", short: "p", summary: "" },
  { name: "model", value: "M", summary: "" },
  { name: "resume", short: "r", value: "[REF]", summary: "" },
  { name: "effort", value: "low|high", summary: "" },
  { name: "continue", short: "c", summary: "" },
  { name: "tools", value: "LIST", summary: "" },
  { name: "allowedTools", aliases: ["allowed-tools"], value: "LIST", many: true, summary: "" },
];
const ID = "0198c5a4-7d1e-7c3b-8a2f-1b2c3d4e5f60";

function parse(...argv: string[]) {
  return parseArguments(argv, OPTIONS, true, () => ["mcp", "doctor"]);
}
function refusal(...argv: string[]): { code: string; message: string; hint: string | undefined } {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof ClawError) return { code: error.code, message: error.message, hint: error.info.hint };
  }
  throw new Error("was accepted");
}

describe("parseArguments", () => {
  test.each<[string[], object, string[]]>([
    [[], {}, []],
    [["-p", "hello world"], { print: true }, ["hello world"]],
    [["-p", "--model", "x", "TEXT"], { print: true, model: "x" }, ["TEXT"]],
    [["--model=x=y", "--model", "z"], { model: "z" }, []],
    [["--model=-x"], { model: "-x" }, []],
    [["--model="], { model: "" }, []],
    [["-C/tmp", "-C=/usr"], { cwd: "/usr" }, []],
    [["-pc", "hi"], { print: true, continue: true }, ["hi"]],
    [["-cr", "latest", "go on"], { continue: true, resume: "latest" }, ["go on"]],
    [["-r", "fix it"], { resume: true }, ["fix it"]],
    [["-r", ID, "go"], { resume: ID }, ["go"]],
    [["--resume=abc"], { resume: "abc" }, []],
    [["-r", "-p", "x"], { resume: true, print: true }, ["x"]],
    [["--plugin-dir", "a", "--plugin-dir=b"], { "plugin-dir": ["a", "b"] }, []],
    [["--allowedTools", "Read", "--allowed-tools", "Bash(git *)"], { allowedTools: ["Read", "Bash(git *)"] }, []],
    [
      ["-p", "fix it", "--allowedTools", "Read", "Bash(git log *)", "Edit"],
      { print: true, allowedTools: ["Read", "Bash(git log *)", "Edit"] },
      ["fix it"],
    ],
    [["--allowedTools", "Bash(git *)", "Bash(npm test)", "-p", "go"], { print: true, allowedTools: ["Bash(git *)", "Bash(npm test)"] }, ["go"]],
    [["--allowedTools", "Read", "Edit", "-p", "go"], { print: true, allowedTools: ["Read", "Edit"] }, ["go"]],
    [["-p", "--allowedTools", "Read", "go"], { print: true, allowedTools: ["Read"] }, ["go"]],
    [["-p", "--allowedTools", "Read", "Look at it"], { print: true, allowedTools: ["Read"] }, ["Look at it"]],
    [["-p", "go", "--allowedTools", "Read", "then stop."], { print: true, allowedTools: ["Read"] }, ["go", "then stop."]],
    [["-p", "go", "--allowedTools=Read", "Edit"], { print: true, allowedTools: ["Read"] }, ["go", "Edit"]],
    [["-p", "go", "--tools", "Bash,Edit", "Read"], { print: true, tools: "Bash,Edit,Read" }, ["go"]],
    [["-p", "go", "--tools", "", "--effort", "low"], { print: true, tools: "", effort: "low" }, ["go"]],
    [["--plugin-dir", "../a", "../b", "~/c", "go"], { "plugin-dir": ["../a", "../b", "~/c"] }, ["go"]],
    [["--plugin-dir", "../a", "/status"], { "plugin-dir": ["../a"] }, ["/status"]],
    [["-C", "../a", "../b"], { cwd: "../a" }, ["../b"]],
    [["-"], {}, ["-"]],
  ])("parseArguments > reads %j", (argv, options, words) => {
    expect(parse(...argv)).toEqual({ options, words, rest: false } as ReturnType<typeof parse>);
  });

  test("parseArguments > everything after -- is words, and known to be", () => {
    expect(parse("-p", "a", "--", "-b", "--model", "--")).toEqual({
      options: { print: true, "--": ["-b", "--model", "--"] },
      words: ["a", "-b", "--model", "--"],
      rest: true,
    });
  });

  test("parseArguments > a list takes bare names where the prompt comes after --", () => {
    const { options, words } = parse("-p", "--allowedTools", "Read", "Edit", "--", "go");
    expect([options["allowedTools"], words]).toEqual([["Read", "Edit"], ["go"]]);
  });

  test("parseArguments > an option does not take its value from beyond --", () => {
    expect(refusal("--model", "--", "x").message).toBe("--model needs a value: M");
    expect(parse("-r", "--", "latest").options).toEqual({ resume: true, "--": ["latest"] });
  });

  test("parseArguments > after a command, unknown options are words in order, known ones are still options", () => {
    expect(parse("mcp", "add", "-xp", "--transport", "http", "--model", "m", "--header=a")).toEqual({
      options: { model: "m" },
      words: ["mcp", "add", "-xp", "--transport", "http", "--header=a"],
      rest: false,
    });
    expect(parse("/doctor", "--all").words).toEqual(["/doctor", "--all"]);
  });

  test("parseArguments > a prompt is no command", () => {
    expect(refusal("-p", "doctor", "--all").message).toBe("unknown option --all");
    expect(refusal("what", "--all").message).toBe("unknown option --all");
  });

  test("parseArguments > an unknown option names the nearest", () => {
    expect(refusal("--modle", "x")).toEqual({
      code: "CLAW_USAGE",
      message: "unknown option --modle",
      hint: 'Did you mean "--model"? `claw --help` lists every option; what follows `--` is prompt.',
    });
    expect(refusal("-px").message).toBe("unknown option -x");
  });

  test("parseArguments > a missing value says how to write it", () => {
    expect(refusal("--model")).toEqual({ code: "CLAW_USAGE", message: "--model needs a value: M", hint: "Write --model M" });
    expect(refusal("--model", "-x").hint).toBe("For a value that starts with a dash write --model=-x");
    expect(refusal("--print=yes").message).toBe('--print takes no value, but got "yes"');
  });

  test("parseArguments > choices in small letters are all there is to choose from", () => {
    expect(parse("--effort", "high").options).toEqual({ effort: "high" });
    expect(refusal("--effort", "xyz")).toEqual({ code: "CLAW_USAGE", message: '--effort cannot be "xyz"', hint: "Known: low, high." });
    expect(refusal("--effort=highs").hint).toBe('Did you mean "high"?');
  });

  test("parseArguments > not strict, passes over what it does not know", () => {
    expect(parseArguments(["--frob", "-zp", "-C", "/x", "--settings"], HOST_OPTIONS, false)).toEqual({
      options: { cwd: "/x" },
      words: [],
      rest: false,
    });
  });

  test("parseArguments > names of object members are no options", () => {
    expect(refusal("--__proto__=x").message).toBe("unknown option --__proto__");
    expect(refusal("--constructor").message).toBe("unknown option --constructor");
  });
});

test.each<[string, boolean]>([
  ["latest", true],
  ["last", true],
  ["recent", true],
  [ID, true],
  ["0198c5", true],
  ["0198c5a4-7d", true],
  ["./a b/session.jsonl", true],
  ["read the session.jsonl", false],
  ["add", false],
  ["facade", false],
  ["fix 2 bugs", false],
  ["", false],
])("referring > %j is %p", (word, expected) => {
  expect(referring(word)).toBe(expected);
});

test.each<[string, string[]]>([
  ["", []],
  ["  a  b ", ["a", "b"]],
  [`a "b c" 'd "e'`, ["a", "b c", 'd "e']],
  [`x="1 2"y`, ["x=1 2y"]],
  [`a\\ b "q\\"r" \\`, ["a b", 'q"r', ""]],
  [`"open to the end`, ["open to the end"]],
  [`'' ""`, ["", ""]],
])("splitWords > splits %j", (line, words) => {
  expect(splitWords(line)).toEqual(words);
});
