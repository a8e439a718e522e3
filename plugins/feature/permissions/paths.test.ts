// Table tests of path patterns on real files and links, both directions.
import { afterAll, describe, expect, test } from "bun:test";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { covering, type Subject } from "./match.ts";
import { parseRule, type Rule } from "./rules.ts";
import { covers, createGround, touches } from "./testing/ground.ts";

const ground = createGround();
afterAll(() => ground[Symbol.dispose]());
const { root } = ground;
const rule = (text: string): Rule => parseRule(text, "test");
const file = (tool: string, path: string): Subject => ground.subject(tool, tool === "read_file" ? "read" : "write", path, [path]);

describe("path rules", () => {
  test.each([
    ["Read", "read_file", "src/a.ts"],
    ["Read(./src/**)", "read_file", "src/a.ts"],
    ["Read(./src/**)", "read_file", "src/deep/none/new.ts"],
    ["Read(./src)", "read_file", "src/a.ts"],
    ["Read(src/**)", "read_file", "./src/../src/a.ts"],
    ["Read(*.ts)", "read_file", "src/deep/b.ts"],
    ["Read(~/n.txt)", "read_file", "../home/n.txt"],
    ["Edit(./src/**)", "write_file", "src/new.ts"],
    ["Write(./src/**)", "edit_file", "src/a.ts"],
    ["Edit(./\\[id\\]/**)", "edit_file", "[id]/page.ts"],
    ["Edit(./(group)/**)", "edit_file", "(group)/page.ts"],
    ["Edit(./src/{a,b}.ts)", "edit_file", "src/b.ts"],
  ])("%s allows %s of %s", (text, tool, path) => expect(covers(text, file(tool, path))).toBe(true));
  test.each([
    ["Read", "read_file", "../other/x.ts"],
    ["Write", "write_file", "link/x.ts"],
    ["Edit(**)", "write_file", "../other/x.ts"],
    ["Read(./src/**)", "read_file", ".env"],
    ["Read(./src/**)", "read_file", "src/../.env"],
    ["Read(./src/**)", "read_file", "src/innocent/key"],
    ["Read(./link/**)", "read_file", "link/x.ts"],
    ["Read(./src/**)", "write_file", "src/a.ts"],
    ["Edit(./src/**)", "read_file", "src/a.ts"],
    ["Read(*.ts)", "read_file", "../other/x.ts"],
    ["Read(/src/**)", "read_file", "src/a.ts"],
    ["Read(./SRC/**)", "read_file", "src/a.ts"],
    ["Read(./s)", "read_file", "src/a.ts"],
    ["Grep(./src/**)", "read_file", "src/a.ts"],
  ])("%s does not allow %s of %s", (text, tool, path) => expect(covers(text, file(tool, path))).toBe(false));
  test("absolute patterns, both ways to write them", () => {
    for (const slash of ["", "/"]) {
      expect(covers(`Read(${slash}${root}/other/**)`, file("read_file", "../other/x.ts"))).toBe(true);
      expect(covers(`Read(${slash}${root}/oth)`, file("read_file", "../other/x.ts"))).toBe(false);
      expect(touches(`Read(${slash}${root}/other/**)`, file("read_file", "link/x.ts"))).toBe(true);
    }
  });
  test("a call with several paths is allowed only when each is, by whichever rule", () => {
    const both = ground.subject("read_file", "read", "", ["src/a.ts", ".env"]);
    expect(covering([rule("Read(./src/**)")], both)).toBeUndefined();
    expect(covering([rule("Read(./src/**)"), rule("Read(./.env)")], both)).toMatchObject({ text: "Read(./src/**)" });
  });
  test("a guarded place needs a rule that names it to the letter", () => {
    const hook = ground.subject("write_file", "write", "", [".git/hooks/pre-commit"], true);
    for (const text of ["Write", "Write(./**)", "Write(.git/hooks/**)", "Write(./.git/hooks)", "Write(./.git/hooks/pre-*)"])
      expect(covers(text, hook)).toBe(false);
    expect(covers("Write(./.git/hooks/pre-commit)", hook)).toBe(true);
  });
  test.each([
    ["Read", "read_file", "src/a.ts"],
    ["Read(.env)", "read_file", ".env"],
    ["Read(.env)", "read_file", "src/deep/.env"],
    ["Read(./.env)", "read_file", ".ENV"],
    ["Read(./secret/**)", "read_file", "secret"],
    ["Read(./secret/**)", "read_file", "src/innocent/key"],
    ["Read(./link/**)", "read_file", "link/x.ts"],
    ["Read(./link/**)", "read_file", "../other/x.ts"],
    ["Read(./src/innocent/**)", "read_file", "secret/key"],
    ["Read(/secret/**)", "read_file", "secret/key"],
    ["Edit(./src/**)", "write_file", "src/new.ts"],
    ["Write(*.lock)", "edit_file", "bun.lock"],
    ["Edit(./[id]/**)", "edit_file", "[id]/page.ts"],
    ["Read(~/**)", "read_file", "~/n.txt"],
    ["Read(~/**)", "read_file", "../home/n.txt"],
  ])("%s touches %s of %s", (text, tool, path) => expect(touches(text, file(tool, path))).toBe(true));
  test.each([
    ["Read(./.env)", "read_file", ".env.example"],
    ["Read(./.env)", "read_file", "src/.env"],
    ["Read(./secret/**)", "read_file", "secrets/x"],
    ["Read(./secret/**)", "write_file", "secret/x"],
    ["Edit(./src/**)", "read_file", "src/a.ts"],
    ["Write", "edit_file", "src/a.ts"],
  ])("%s does not touch %s of %s", (text, tool, path) => expect(touches(text, file(tool, path))).toBe(false));
  test("a rule that names a link means what it leads to now, not what it led to before", () => {
    using own = createGround();
    const named = (path: string): boolean => touches("Read(./link/**)", own.subject("read_file", "read", path, [path]));
    expect([named("../other/x.ts"), named("../home/n.txt")]).toEqual([true, false]);
    rmSync(join(own.root, "ws", "link"));
    symlinkSync(join(own.root, "home"), join(own.root, "ws", "link"));
    expect([named("../other/x.ts"), named("../home/n.txt")]).toEqual([false, true]);
  });
  test("a search below a denied folder is denied as a read of it is", () => {
    expect(touches("Read(./secret/**)", ground.subject("grep_search", "read", "x", ["secret"]))).toBe(true);
    expect(covers("Read(./src/**)", ground.subject("glob_search", "read", "*.ts", ["src"]))).toBe(true);
  });
});
