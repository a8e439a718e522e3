// Tests of the level table: every mode against every reach, its texts, and the rules a question offers.
import { expect, test } from "bun:test";
import type { Access, Decision } from "claw";
import { decideByLevel, type Level, type LevelMode, plainWords, type Reach, reachOf, STRICTEST_FIRST, stricter } from "./levels.ts";
import type { Place } from "./workspace.ts";

const inside: Place = { given: "src/a.ts", path: "/ws/src/a.ts", inside: true, guarded: false };
const outside: Place = { given: "../x", path: "/x", inside: false, guarded: false };
const guarded: Place = { given: ".git/hooks/pre-commit", path: "/ws/.git/hooks/pre-commit", inside: true, guarded: true };

const REACHES: readonly (readonly [Access, readonly Place[], Reach])[] = [
  ["none", [], "session"],
  ["none", [outside], "session"],
  ["read", [], "read"],
  ["read", [inside], "read"],
  ["read", [guarded], "read"],
  ["read", [inside, outside], "beyond"],
  ["network", [], "network"],
  ["network", [outside], "beyond"],
  ["write", [], "write"],
  ["write", [inside], "write"],
  ["write", [outside], "beyond"],
  ["write", [inside, guarded], "guarded"],
  ["execute", [], "execute"],
  ["execute", [outside], "execute"],
  ["execute", [guarded], "guarded"],
];
test.each(REACHES)("reachOf > %s at %j is %s", (access, places, reach) => {
  expect(reachOf(access, places)).toBe(reach);
});

// biome-ignore format: a table reads better in columns
const TABLE: readonly (readonly [LevelMode, string])[] = [
  //                     none   read  read-out network write write-out guarded execute
  ["read-only",          "allow allow deny     allow   deny  deny      deny    deny"],
  ["plan",               "allow allow deny     allow   deny  deny      deny    deny"],
  ["workspace-write",    "allow allow ask      allow   allow ask       ask     ask"],
  ["accept-edits",       "allow allow ask      allow   allow ask       ask     ask"],
  ["danger-full-access", "allow allow allow    allow   allow allow     allow   allow"],
  ["prompt",             "allow allow ask      ask     ask   ask       ask     ask"],
  ["allow",              "allow allow allow    allow   allow allow     ask     allow"],
];
const CALLS: readonly (readonly [Access, readonly Place[]])[] = [
  ["none", []],
  ["read", [inside]],
  ["read", [outside]],
  ["network", []],
  ["write", [inside]],
  ["write", [outside]],
  ["write", [guarded]],
  ["execute", []],
];
test.each(TABLE)("decideByLevel > %s", (mode, row) => {
  const verdicts = CALLS.map(([access, places]) => decideByLevel(mode, { tool: "t", access, subject: "s" }, places).verdict);
  expect(verdicts).toEqual(row.split(/ +/) as Decision["verdict"][]);
});

test("decideByLevel > what a stricter mode allows, every looser one allows too", () => {
  const free = (mode: LevelMode): number[] =>
    CALLS.flatMap(([access, places], index) => (decideByLevel(mode, { tool: "t", access, subject: "" }, places).verdict === "allow" ? [index] : []));
  const levels: readonly Level[] = ["read-only", "workspace-write", "danger-full-access"];
  for (const [index, level] of levels.entries())
    for (const next of levels.slice(index)) expect(free(next)).toEqual(expect.arrayContaining(free(level)));
  expect(STRICTEST_FIRST.toSorted()).toEqual(TABLE.map(([mode]) => mode).toSorted());
});

test("stricter > as the table ranks, a mode it does not rank being never stricter and always loosest", () => {
  for (const [index, mode] of STRICTEST_FIRST.entries())
    expect(STRICTEST_FIRST.filter((than) => stricter(mode, than))).toEqual(STRICTEST_FIRST.slice(index + 1));
  expect([stricter("own", "allow"), stricter("own", "other"), stricter("danger-full-access", "own")]).toEqual([false, false, true]);
});

const TEXTS: readonly (readonly [LevelMode, Access, string, string, readonly Place[], Decision])[] = [
  [
    "read-only",
    "write",
    "write_file",
    "src/a.ts",
    [inside],
    { verdict: "deny", reason: "tool 'write_file' requires workspace-write permission; current mode is read-only" },
  ],
  [
    "read-only",
    "execute",
    "bash",
    "ls",
    [],
    { verdict: "deny", reason: "tool 'bash' requires danger-full-access permission; current mode is read-only" },
  ],
  [
    "read-only",
    "read",
    "read_file",
    "../x",
    [outside],
    {
      verdict: "deny",
      reason: "tool 'read_file' requires danger-full-access permission; current mode is read-only: '../x' (/x) is outside the workspace",
    },
  ],
  [
    "workspace-write",
    "execute",
    "bash",
    "git  status",
    [],
    {
      verdict: "ask",
      question: "tool 'bash' requires approval to escalate from workspace-write to danger-full-access",
      rules: ["bash(git status)"],
    },
  ],
  [
    "workspace-write",
    "execute",
    "bash",
    "git status; rm x",
    [],
    { verdict: "ask", question: "tool 'bash' requires approval to escalate from workspace-write to danger-full-access" },
  ],
  [
    "workspace-write",
    "write",
    "edit_file",
    "/o/[id]/(a).ts",
    [{ given: "/o/[id]/(a).ts", path: "/o/[id]/(a).ts", inside: false, guarded: false }],
    {
      verdict: "ask",
      question:
        "tool 'edit_file' requires approval to escalate from workspace-write to danger-full-access: '/o/[id]/(a).ts' is outside the workspace",
      rules: ["edit_file(//o/\\[id\\]/\\(a\\).ts)"],
    },
  ],
  [
    "allow",
    "write",
    "write_file",
    ".git/hooks/pre-commit",
    [guarded],
    {
      verdict: "ask",
      question:
        "tool 'write_file' requires approval to escalate from allow to danger-full-access: '.git/hooks/pre-commit' (/ws/.git/hooks/pre-commit) can make other programs run something",
    },
  ],
  [
    "prompt",
    "network",
    "WebFetch",
    "https://example.com/a?b",
    [],
    {
      verdict: "ask",
      question: "tool 'WebFetch' requires approval to escalate from prompt to read-only",
      rules: ["WebFetch(domain:example.com)"],
    },
  ],
  [
    "prompt",
    "execute",
    "mcp__s__t",
    "anything $(here)",
    [],
    { verdict: "ask", question: "tool 'mcp__s__t' requires approval to escalate from prompt to danger-full-access", rules: ["mcp__s__t"] },
  ],
];
test.each(TEXTS)("decideByLevel > %s says what to do about %s by %s of %j", (mode, access, tool, subject, places, decision) => {
  expect(decideByLevel(mode, { tool, access, subject }, places)).toEqual(decision);
});

test.each([
  ["git status", ["git", "status"]],
  ["  npm   run\ttest  ", ["npm", "run", "test"]],
  ["git log --format=%h ~/x", ["git", "log", "--format=%h", "~/x"]],
  ["echo größe", ["echo", "größe"]],
])("plainWords > %j is nothing but words", (line, words) => {
  expect(plainWords(line)).toEqual(words);
});
test.each([
  ...["a;b", "a&b", "a|b", "a\nb", "a\rb", "a>b", "a<b", "a $b", "a `b`", "a (b)", "a {b,c}", "a *", "a ?", "a [b]", "a 'b'", 'a "b"', "a \\b"],
  ...["A=b c", "A+=b c", "a # b", "a !b", "a\u00a0b", "a\u2028b", "a\0b", "", "   "],
])("plainWords > %j is for a parser", (line) => {
  expect(plainWords(line)).toBeUndefined();
});
