// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts for a shell
// Table tests of the rule language, both directions: what an allow rule must and must not cover, what a deny rule must and must not touch.
import { afterAll, describe, expect, test } from "bun:test";
import { createHarness } from "claw/testing";
import type { Subject } from "./match.ts";
import { foldTool, parseRule, splitList } from "./rules.ts";
import { covers, createGround, lineSubject, touches, verdict } from "./testing/ground.ts";

const ground = createGround();
const kernel = await createHarness({ plugins: ["feature/shell", "feature/workspace"], files: { "a.txt": "a", "secret/key": "k", ".env": "e" } });
afterAll(async () => {
  ground[Symbol.dispose]();
  await kernel[Symbol.asyncDispose]();
});
const bash = (line: string): Promise<Subject> => lineSubject(kernel, line);

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
    ["Bash(npm test *)", "npm test 'a b' \"c\""],
    ["Bash(npm test *)", "npm test $x"],
    ["Bash(npm test *)", "npm test # all of them"],
    ['Bash(npm run "unit tests")', "npm run 'unit tests'"],
    ["Bash(npm run 'unit\\*')", "npm run 'unit*'"],
    ["Bash(npm test *)", "npm test; npm test a && npm test b"],
    ["Bash(npm test *)", "cat a.txt | head -3; npm test 2>&1 | tail -20"],
    ["Bash(npm test *)", "timeout 60 npm test a"],
    ["Bash(timeout 60 npm test *)", "timeout 60 npm test a"],
    ["Bash(npm test *)", "if npm test; then echo fine; fi"],
    ["Bash(npm test *)", "bash -c 'npm test'"],
    ["Bash(npm test *)", "npm test $(cat a.txt)"],
    ["Bash(npm test *)", "LC_ALL=C npm test"],
    ["Bash(FOO=1 npm test)", "FOO=1 npm test"],
    ["Bash(curl *)", "curl -H $API_TOKEN x"],
  ])("%s allows %j", async (text, line) => expect(covers(text, await bash(line))).toBe(true));
  test.each([
    ["Bash(git status *)", "git statusx"],
    ["Bash(npm test *)", "npm test; rm x"],
    ["Bash(npm test *)", "npm test && rm x"],
    ["Bash(npm test *)", "npm test & rm x"],
    ["Bash(npm test *)", "npm test | sh"],
    ["Bash(npm test *)", "npm test\nrm x"],
    ["Bash(npm test *)", "npm test\rrm x"],
    ["Bash(npm test *)", "npm test > x"],
    ["Bash(npm test *)", "npm test $(rm x)"],
    ["Bash(npm test *)", "npm test `rm x`"],
    ["Bash(npm test *)", "npm test <(rm x)"],
    ["Bash(npm test *)", "A=b npm test"],
    ["Bash(npm test *)", "PATH=. npm test"],
    ["Bash(npm test *)", "PATH=.; npm test"],
    ["Bash(npm test *)", "npm(){ rm x; }; npm test"],
    ["Bash(npm test *)", "sudo npm test"],
    ["Bash(npm test *)", "npm 'test a'"],
    ["Bash(npm test *)", "npm $x"],
    ["Bash(npm test *)", "$x npm test"],
    ["Bash(npm test *)", "npm test 'a"],
    ["Bash(npm test *)", "cd .. && npm test"],
    ["Bash(npm test *)", "./npm test"],
    ["Bash(echo *)", "echo ${x:=y}"],
    ["Bash(echo *)", "echo ${x@P}"],
    ["Bash(git:*)", "gitx status"],
    ["Bash(git:*)", "GIT_SSH=x git fetch"],
    ["Bash(git push)", "git push -f"],
    ["Bash(GIT push)", "git push"],
    ["Bash(git *)", "Bash"],
  ])("%s does not allow %j", async (text, line) => expect(covers(text, await bash(line))).toBe(false));
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
    ["Bash(rm *)", "r''m x"],
    ["Bash(rm *)", "$'\\x72m' x"],
    ["Bash(rm *)", "/bin/rm x"],
    ["Bash(rm *)", "rm$IFSx"],
    ["Bash(rm *)", "rm \\\n x"],
    ["Bash(rm *)", "sudo -E timeout 5s env A=b nice rm x"],
    ["Bash(rm *)", "bash -c 'rm x'"],
    ["Bash(rm *)", "bash -c \"bash -c 'ls; rm x'\""],
    ["Bash(rm *)", "find . -exec rm {} +"],
    ["Bash(rm *)", "ls | xargs -n1 rm"],
    ["Bash(rm *)", "eval 'rm' x"],
    ["Bash(rm *)", "f() { rm x; }"],
    ["Bash(rm *)", "x=rm; $x a"],
    ["Bash(rm *)", "cat <<E\n$(rm x)\nE"],
    ["Bash(rm *)", "if true; then rm x; fi"],
    ["Bash(rm *)", `${"ls; ".repeat(60)}rm x`],
    ["Bash(rm *)", `${"ls; ".repeat(3_000)}rm x`],
    ["Bash(rm *)", `${"sudo ".repeat(200)}rm x`],
    ["Bash(sudo:*)", "env sudo ls"],
    ["Bash(timeout *)", "timeout 5 ls"],
    ["Bash(git push:*)", "cd x && git push --force"],
    ["Bash(curl * | sh)", "curl x | sh"],
    ["Read(./secret/**)", "cat secret/key"],
    ["Read(./secret/**)", "cat < secret/key"],
    ["Read(./secret/**)", "cd secret && cat *"],
    ["Edit(./secret/**)", "echo x > secret/key"],
  ])("%s touches %j", async (text, line) => expect(touches(text, await bash(line))).toBe(true));
  test.each([
    ["Bash(rm *)", "ls rm"],
    ["Bash(rm *)", "rmdir x"],
    ["Bash(rm *)", "git rm x"],
    ["Bash(test *)", "npm run test x"],
    ["Bash(git push:*)", "git pushx"],
    ["Bash(git push:*)", "git status"],
    ["Bash(git push --force*)", "git push origin"],
    ["Read", "cat x"],
    ["Read(./secret/**)", "cat a.txt; ls; git status"],
    ["Edit(./secret/**)", "cat secret/key"],
  ])("%s does not touch %j", async (text, line) => expect(verdict("deny", text, await bash(line))).toBeUndefined());
  test.each([
    ["Bash(rm *)", "$x y"],
    ["Bash(rm *)", "$(echo rm) y"],
    ["Bash(rm *)", "r$x y"],
    ["Bash(git push --force*)", "git push $x"],
    ["Bash(rm *)", "ls 'x"],
    ["Bash(rm *)", "((x[$(y)]))"],
    ["Read(./secret/**)", "grep -r x ."],
    ["Read(**/.env)", "rg x"],
  ])("%s may touch %j, so it is asked about", async (text, line) => expect(verdict("deny", text, await bash(line))).toBe("ask"));
  test("a line made to be slow is judged at once", async () => {
    const started = process.cpuUsage();
    expect(touches("Bash(*a*a*a*a*a*b)", await bash("a".repeat(200_000)))).toBe(false);
    expect(touches("Bash(rm *)", await bash("sudo ".repeat(50_000)))).toBe(true);
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
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
