import { describe, expect, test } from "bun:test";
import type { Manifest } from "claw";
import { frontendContract, pluginContract } from "claw/testing";
import { type Decided, decide, type Given } from "./decide.ts";
import { run } from "./run.ts";

pluginContract(import.meta.dir);
frontendContract({ name: "cli", run });

const MANIFESTS: readonly Manifest[] = [
  {
    api: 1,
    contributes: {
      command: [
        { name: "help", slash: true, shell: true },
        { name: "version", slash: true, shell: true },
        { name: "status", aliases: ["condition"], slash: true, shell: true },
        { name: "add-dir", slash: true },
        { name: "export", shell: true },
      ],
    },
  },
];
function decided(words: readonly string[], given: Partial<Given> = {}): Decided {
  return decide({ words, options: {}, manifests: MANIFESTS, frontends: ["cli", "print"], stdin: "other", stdout: "piped", ...given });
}
const seated = { stdin: "terminal", stdout: "terminal" } as const;
const withRepl = { ...seated, frontends: ["cli", "print", "repl"] };
const command = (name: string, ...words: string[]): Decided => ({ run: "command", name, words });
const frontend = (name: string, ...words: string[]): Decided => ({ run: "frontend", name, words });

describe("decide", () => {
  test.each<[string, string[], Partial<Given>, Decided]>([
    ["a command by its shell door", ["status", "a", "b"], {}, command("status", "a", "b")],
    ["a command by an alias", ["condition"], {}, command("status")],
    ["a command by its slash door", ["/status", "a"], {}, command("status", "a")],
    ["a command by its slash door, in one word", ['/status a "b c"'], {}, command("status", "a", "b c")],
    ["a command by its slash door, in capitals", ["/STATUS"], {}, command("status")],
    [
      "a command without a slash door is none there",
      ["/export"],
      {},
      { run: "usage", slash: true, message: "unknown command: /export", hint: expect.any(String) as unknown as string },
    ],
    ["--help", [], { options: { help: true } }, command("help")],
    ["--help of a command", ["status"], { options: { help: true } }, command("help", "status")],
    ["--help wins over -p", ["x"], { options: { help: true, print: true } }, command("help")],
    ["--version", [], { options: { version: true } }, command("version")],
    ["-p TEXT", ["status"], { options: { print: true } }, frontend("print", "status")],
    ["prompt TEXT", ["prompt", "status"], {}, frontend("print", "status")],
    ["TEXT without a terminal", ["explain this"], {}, frontend("print", "explain this")],
    ["words after --", ["status"], { options: { "--": ["status"] } }, frontend("print", "status")],
    ["a command before --", ["status", "x"], { options: { "--": ["x"] } }, command("status", "x")],
    ["a path", ["/usr/bin is what?"], {}, frontend("print", "/usr/bin is what?")],
    ["several plain words", ["add", "tests", "please"], {}, frontend("print", "add", "tests", "please")],
    ["a bare word with text piped in", ["explain"], { stdin: "piped" }, frontend("print", "explain")],
    ["only stdin", [], { stdin: "piped" }, frontend("print")],
    ["TEXT on a terminal without a repl", ["explain this"], seated, frontend("print", "explain this")],
    ["TEXT on a terminal", ["explain this"], withRepl, frontend("repl", "explain this")],
    ["nothing on a terminal", [], withRepl, frontend("repl")],
    ["-p on a terminal", ["hi there"], { ...withRepl, options: { print: true } }, frontend("print", "hi there")],
    ["an output format on a terminal", ["hi there"], { ...withRepl, options: { "output-format": "json" } }, frontend("print", "hi there")],
    ["a JSON schema on a terminal", ["hi there"], { ...withRepl, options: { "json-schema": "{}" } }, frontend("print", "hi there")],
    ["one word on a terminal that is like no command", ["hello!"], withRepl, frontend("repl", "hello!")],
    ["one plain word on a terminal that is like no command", ["frobnicate"], withRepl, frontend("repl", "frobnicate")],
    ["--continue on a terminal", [], { ...withRepl, options: { continue: true } }, frontend("repl")],
    ["--resume with text on a terminal", ["go on"], { ...withRepl, options: { resume: "latest" } }, frontend("repl", "go on")],
    ["--continue with text without a terminal", ["yes"], { options: { continue: true } }, frontend("print", "yes")],
    ["a prompt of the user's own", ["/fix-it", "a b", "c"], { prompts: new Set(["fix-it"]) }, frontend("print", "/fix-it", '"a b"', "c")],
    ["a prompt of the user's own on a terminal", ["/Fix-It now"], { ...withRepl, prompts: new Set(["fix-it"]) }, frontend("repl", "/Fix-It now")],
    ["a command, whatever prompt is called so", ["/status"], { prompts: new Set(["status"]) }, command("status")],
    ["a terminal on one side only", ["hi there"], { ...withRepl, stdout: "piped" }, frontend("print", "hi there")],
  ])("decide > %s", (_name, words, given, expected) => {
    expect(decided(words, given)).toEqual(expected);
  });

  test.each<[string, string[], Partial<Given>, string, RegExp]>([
    ["nothing on a terminal without a repl", [], seated, "there is no prompt", /claw -p/],
    ["nothing at all", [], {}, "there is no prompt", /claw -p/],
    ["a slip of the pen on a terminal", ["statsus"], withRepl, "unknown command: statsus", /^Did you mean "status"\?/],
    ["nothing where only stdin is a terminal", [], { ...withRepl, stdout: "piped" }, "there is no prompt", /claw -p/],
    ["a slip of the pen", ["statsus"], {}, "unknown command: statsus", /^Did you mean "status"\? .*claw -p "statsus"$/],
    ["a slip of the pen among words", ["stauts", "now"], {}, "unknown command: stauts", /^Did you mean "status"\? .*claw -p "stauts now"$/],
    ["a slip with text piped in", ["statu"], { stdin: "piped" }, "unknown command: statu", /^Did you mean "status"\?/],
    ["two letters swapped", ["hlep"], {}, "unknown command: hlep", /^Did you mean "help"\?/],
    ["a command that only sessions have", ["add-dir"], {}, "add-dir is a command of a session", /^Write \/add-dir there\. .*claw -p "add-dir"$/],
    ["a command that only sessions have, on a terminal", ["add-dir"], withRepl, "add-dir is a command of a session", /^Write \/add-dir there\./],
    ["a bare word", ["frobnicate"], {}, "unknown command: frobnicate", /^`claw help`/],
    ["an unknown slash command", ["/statos"], {}, "unknown command: /statos", /^Did you mean "\/status"\?$/],
  ])("decide > %s is a usage error", (_name, words, given, message, hint) => {
    expect(decided(words, given)).toMatchObject({ run: "usage", message, hint: expect.stringMatching(hint) as unknown as string });
  });
});
