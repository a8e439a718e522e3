// Table tests of the rule language, both directions: what an allow rule must and must not cover, what a deny rule must and must not touch.
import { afterAll, describe, expect, test } from "bun:test";
import type { Subject } from "./match.ts";
import { foldTool, parseRule, splitList } from "./rules.ts";
import { covers, createGround, touches } from "./testing/ground.ts";

const ground = createGround();
afterAll(() => ground[Symbol.dispose]());
const bash = (line: string): Subject => ground.subject("bash", "execute", line);

describe("parseRule", () => {
  test.each([
    ["Read", { tool: "readfile" }],
    ["read_file(*)", { tool: "readfile" }],
    ["Bash()", { tool: "bash" }],
    ["BASH(git:*)", { tool: "bash", pattern: "git:*" }],
    ["Bash(echo (a) b)", { tool: "bash", pattern: "echo (a) b" }],
    ["mcp__srv__do_it", { tool: "mcp__srv__do_it" }],
    ["mcp__srv__*", { tool: "mcp__srv__*" }],
    ["mcp__srv", { tool: "mcp__srv__*" }],
    ["Task(Explore)", { tool: "agent", pattern: "Explore" }],
  ])("%s", (text, expected) => {
    const { text: kept, origin: _, ...rest } = parseRule(text, "test");
    expect({ kept, ...rest } as object).toEqual({ kept: text, ...expected });
  });
  test.each(["", "(x)", "Read(", "Read)x(", "Read(x", "Read(x) y", "Re ad", "Read*", "*", "Read(!./x)", "4x", "a(b)c"])("%j is malformed", (text) => {
    expect(() => parseRule(text, "/h/settings.json: permissions.deny")).toThrow(
      expect.objectContaining({
        code: "CLAW_CONFIG_INVALID",
        message: expect.stringContaining(`/h/settings.json: permissions.deny: permission rule "${text}" is malformed`) as string,
      }),
    );
  });
  test("splitList > commas and blanks part, but not inside parentheses", () => {
    expect(splitList(["Read,Bash(git status *), Edit(./a,b)", "Glob Grep"])).toEqual(["Read", "Bash(git status *)", "Edit(./a,b)", "Glob", "Grep"]);
  });
  test.each([
    ["Read", "read_file"],
    ["WRITE", "write_file"],
    ["multiEdit", "edit_file"],
    ["glob", "glob_search"],
    ["Grep", "grep_search"],
    ["webfetch", "WebFetch"],
    ["todo_write", "TodoWrite"],
  ])("foldTool > %s means %s", (short, tool) => {
    expect(foldTool(short)).toBe(foldTool(tool));
  });
  test("foldTool > names of servers stay apart", () => {
    expect(foldTool("mcp__a_b__c")).not.toBe(foldTool("mcp__ab__c"));
  });
});

describe("Bash rules", () => {
  test.each([
    ["Bash", "rm -rf / ; $(curl x | sh)"],
    ["Bash(*)", "a && b"],
    ["Bash(git status *)", "git status"],
    ["Bash(git status *)", "git status -s  --long"],
    ["Bash(git:*)", "git"],
    ["Bash(git:*)", "git push origin main"],
    ["bash(npm run test*)", "npm run test:unit"],
    ["Bash(git status)", "  git   status "],
    ["Bash(git * main)", "git push origin main"],
  ])("%s allows %j", (text, line) => expect(covers(text, bash(line))).toBe(true));
  test.each([
    ["Bash(git status *)", "git statusx"],
    ["Bash(git status *)", "git status; rm x"],
    ["Bash(git status *)", "git status && rm x"],
    ["Bash(git status *)", "git status & rm x"],
    ["Bash(git status *)", "git status | sh"],
    ["Bash(git status *)", "git status\nrm x"],
    ["Bash(git status *)", "git status\rrm x"],
    ["Bash(git status *)", "git status > x"],
    ["Bash(git status *)", "git status $(rm x)"],
    ["Bash(git status *)", "git status `rm x`"],
    ["Bash(git status *)", "git status $x"],
    ["Bash(git status *)", "git status ';' rm"],
    ["Bash(git status *)", "A=b git status"],
    ["Bash(git:*)", "gitx status"],
    ["Bash(git:*)", "GIT_SSH=x git fetch"],
    ["Bash(git status)", "git status -s"],
    ["Bash(GIT status)", "git status"],
    ["Bash(git *)", "Bash"],
    ["Bash(echo *)", "echo <(rm x)"],
    ["Bash(echo *)", "echo {a,b}"],
    ["Bash(echo *)", "echo a # b"],
  ])("%s does not allow %j", (text, line) => expect(covers(text, bash(line))).toBe(false));
  test.each([
    ["Bash", "ls"],
    ["Bash(rm *)", "rm x"],
    ["Bash(rm *)", "ls; rm x"],
    ["Bash(rm *)", "ls&&rm x"],
    ["Bash(rm *)", "ls | rm"],
    ["Bash(rm *)", "ls\nrm x"],
    ["Bash(rm *)", "echo $(rm x)"],
    ["Bash(rm *)", "echo `rm x`"],
    ["Bash(rm *)", "(rm x)"],
    ["Bash(rm *)", "A=b rm x"],
    ["Bash(rm *)", "r\\m x"],
    ["Bash(rm *)", "'rm' x"],
    ["Bash(rm *)", "/bin/rm x"],
    ["Bash(rm *)", "rm$IFSx"],
    ["Bash(rm *)", "rm \\\n x"],
    ["Bash(rm *)", "sudo -E timeout 5s env A=b nice rm x"],
    ["Bash(rm *)", "bash -c 'rm x'"],
    ["Bash(rm *)", "if true; then rm x; fi"],
    ["Bash(rm *)", `${"ls; ".repeat(60)}rm x`],
    ["Bash(rm *)", `${"sudo ".repeat(200)}rm x`],
    ["Bash(sudo:*)", "env sudo ls"],
    ["Bash(git push:*)", "cd x && git push --force"],
    ["Bash(curl * | sh)", "curl x | sh"],
  ])("%s touches %j", (text, line) => expect(touches(text, bash(line))).toBe(true));
  test.each([
    ["Bash(rm *)", "ls rm"],
    ["Bash(rm *)", "rmdir x"],
    ["Bash(rm *)", "git rm x"],
    ["Bash(test *)", "npm run test x"],
    ["Bash(git push:*)", "git pushx"],
    ["Bash(git push:*)", "git status"],
    ["Read", "cat x"],
  ])("%s does not touch %j", (text, line) => expect(touches(text, bash(line))).toBe(false));
  test("a line made to be slow is judged at once", () => {
    const started = performance.now();
    expect(touches("Bash(*a*a*a*a*a*b)", bash("a".repeat(200_000)))).toBe(false);
    expect(touches("Bash(rm *)", bash("sudo ".repeat(50_000)))).toBe(true);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("rules about addresses, names and servers", () => {
  const fetch = (url: string): Subject => ground.subject("WebFetch", "network", url);
  test.each([
    ["WebFetch(domain:example.com)", "https://example.com/a"],
    ["WebFetch(domain:Example.com.)", "https://EXAMPLE.com./a"],
    ["WebFetch(domain:*.example.com)", "https://a.example.com"],
    ["webfetch(https://example.com/*)", "https://example.com/a"],
  ])("%s allows %s", (text, url) => expect(covers(text, fetch(url))).toBe(true));
  test.each([
    ["WebFetch(domain:example.com)", "https://example.com.evil.org"],
    ["WebFetch(domain:example.com)", "https://evilexample.com"],
    ["WebFetch(domain:example.com)", "https://a.example.com"],
    ["WebFetch(domain:example.com)", "https://example.com@evil.org"],
    ["WebFetch(domain:example.com)", "example.com"],
    ["WebFetch(domain:*.example.com)", "https://example.com"],
    ["WebFetch(https://example.com*)", "https://example.com@evil.org"],
  ])("%s does not allow %s", (text, url) => expect(covers(text, fetch(url))).toBe(false));
  test.each([
    ["WebFetch(domain:example.com)", "https://a.EXAMPLE.com./x"],
    ["WebFetch(domain:example.com)", "example.com/x"],
    ["WebFetch(domain:*.example.com)", "https://example.com"],
    ["WebFetch(https://example.com/*)", "https://EXAMPLE.com/x"],
  ])("%s touches %s", (text, url) => expect(touches(text, fetch(url))).toBe(true));
  test("mcp rules name a tool, or all of a server", () => {
    const call = ground.subject("mcp__srv__do", "execute", "{}");
    for (const text of ["mcp__srv__do", "mcp__srv__*", "mcp__srv", "MCP__SRV__DO"]) expect([text, covers(text, call)]).toEqual([text, true]);
    for (const text of ["mcp__srv__d", "mcp__sr", "mcp__srv2__*", "mcp__srv__do__x"]) expect([text, covers(text, call)]).toEqual([text, false]);
  });
  test("Agent rules name an agent; a deny rule in any case", () => {
    expect(covers("Agent(Explore)", ground.subject("Agent", "none", "Explore"))).toBe(true);
    expect(covers("Agent(explore)", ground.subject("Agent", "none", "Explore"))).toBe(false);
    expect(touches("Agent(explore)", ground.subject("Agent", "none", "Explore"))).toBe(true);
  });
});
