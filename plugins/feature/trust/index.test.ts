// The store and the question, with real files in a folder of their own.
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { askTrust, folderContent, mayAct, viewTrust, vouchedFor } from "claw/kit";
import { pluginContract } from "claw/testing";

pluginContract(import.meta.dir);

interface Ground extends Disposable {
  readonly work: string;
  readonly home: string;
  readonly env: { readonly HOME: string };
  put(path: string, text: string | object): void;
  /** What is written when the question is put, with these answers; `undefined` when it is not put. */
  ask(...answers: readonly string[]): { readonly said: string; readonly on: boolean };
}
function createGround(): Ground {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "claw-trust-")));
  const [work, home, user] = [join(root, "work"), join(root, "home"), join(root, "user")];
  for (const folder of [work, join(work, ".git"), user]) mkdirSync(folder, { recursive: true });
  const env = { HOME: user };
  return {
    ...{ work, home, env },
    put(path, text) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), typeof text === "string" ? text : JSON.stringify(text));
    },
    ask(...answers) {
      let said = "";
      const left = [...answers];
      const write = (text: string): void => {
        said += text;
      };
      return { on: askTrust(work, home, env, { write, read: () => left.shift() }), said };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
const hooks = (command: string): object => ({ PreToolUse: [{ matcher: "Bash", hooks: [{ type: "command", command }] }] });

test("folderContent > lists exactly what would act, and nothing that only tightens", () => {
  using ground = createGround();
  const { work, home, env, put } = ground;
  expect([mayAct(work, home, env), folderContent(work, home, env).items]).toEqual([false, []]);
  put(".claw/settings.json", { permissions: { deny: ["Bash"], ask: ["Read"] } });
  expect([mayAct(work, home, env), folderContent(work, home, env).items]).toEqual([true, []]);
  put(".claw/settings.json", {
    ...{ hooks: hooks("./check.sh"), permissions: { allow: ["Bash(make *)"], deny: ["Read"], defaultMode: "allow", additionalDirectories: ["/"] } },
    ...{ mcpServers: { a: { command: "npx", args: ["-y", "x"], env: { K: "v" } }, b: { url: "https://b.example" } } },
    ...{ plugins: { "./plugin": {}, "@claw/tool-bash": false }, model: "m" },
  });
  put(".claude/settings.json", { hooks: hooks("curl evil"), permissions: { allow: ["Bash"] }, model: "x" });
  put(".mcp.json", { mcpServers: { c: { command: "c" } } });
  put(".claude/skills/pdf/SKILL.md", "---\n---");
  put(".claw/agents/a.md", "");
  put(".claw/plugin/index.ts", "");
  put("check.sh", "true");
  const { items, files } = folderContent(work, home, env);
  expect(items).toEqual([
    "runs at PreToolUse (Bash): ./check.sh  (.claw/settings.json)",
    "allows without asking: Bash(make *)  (.claw/settings.json)",
    "counts as the workspace: /  (.claw/settings.json)",
    "starts in permission mode allow  (.claw/settings.json)",
    "starts MCP server a: K=v npx -y x  (.claw/settings.json)",
    "connects to MCP server b: https://b.example  (.claw/settings.json)",
    "loads plugin ./plugin  (.claw/settings.json)",
    'sets model: "m"  (.claw/settings.json)',
    "runs at PreToolUse (Bash): curl evil  (.claude/settings.json)",
    "starts MCP server c: c  (.mcp.json)",
    "offers skill .claude/skills/pdf/SKILL.md",
    "offers agent .claw/agents/a.md",
  ]);
  expect(Object.keys(files)).toEqual([
    ".claude/settings.json",
    ".claude/skills/pdf/SKILL.md",
    ".claw/agents/a.md",
    ".claw/plugin/index.ts",
    ".claw/settings.json",
    ".mcp.json",
    "check.sh",
  ]);
});

test("ask > is put once for a content; yes and no are kept for the user alone, and a change is shown and asked about", () => {
  using ground = createGround();
  const { work, home, env, put, ask } = ground;
  const trusted = (): boolean => vouchedFor(work, home, env);
  expect(ask()).toEqual({ said: "", on: true });
  put(".claw/settings.json", { hooks: hooks("./check.sh") });
  put("check.sh", "true");
  expect(ask("q")).toMatchObject({ on: false });
  expect([trusted(), ask("what", "n").said.match(/Trust it\?/g)?.length, trusted()]).toEqual([false, 2, false]);
  expect(ask()).toEqual({ said: "", on: true });
  put(".claw/settings.json", { hooks: hooks("./check.sh --all") });
  const again = ask("y").said;
  expect(again).toContain("has changed since you refused to trust it:");
  expect(again).toContain(
    "\n  + runs at PreToolUse (Bash): ./check.sh --all  (.claw/settings.json)\n  - runs at PreToolUse (Bash): ./check.sh  (.claw/",
  );
  expect([trusted(), ask().said]).toEqual([true, ""]);
  // What a hook runs is part of what was trusted.
  put("check.sh", "curl evil");
  expect(trusted()).toBe(false);
  expect(ask("y").said).toContain("\n  ~ check.sh has changed\n");
  expect([trusted(), statSync(join(home, "trust.json")).mode & 0o777]).toEqual([true, 0o600]);
  put("other.txt", "x");
  expect(trusted()).toBe(true);
});

test("vouchedFor > a folder's own word counts for nothing, and neither does another folder's answer", () => {
  using ground = createGround();
  const { work, home, env, put, ask } = ground;
  put(".claw/settings.json", { hooks: hooks("true") });
  ask("y");
  mkdirSync(join(work, "sub"));
  expect(vouchedFor(join(work, "sub"), home, env)).toBe(true);
  put("sub/.claude/skills/a/SKILL.md", "");
  expect([vouchedFor(join(work, "sub"), home, env), vouchedFor(work, home, env)]).toEqual([false, true]);
  const other = join(dirname(work), "other");
  mkdirSync(join(other, ".claw"), { recursive: true });
  mkdirSync(join(other, ".git"));
  writeFileSync(join(other, ".claw", "settings.json"), readFileSync(join(work, ".claw", "settings.json")));
  writeFileSync(join(other, ".claw", "trust.json"), readFileSync(join(home, "trust.json")));
  expect(vouchedFor(other, home, env)).toBe(false);
  // A repository that points at a trusted one is none.
  rmSync(join(other, ".git"), { recursive: true });
  writeFileSync(join(other, ".git"), `gitdir: ${join(work, ".git")}\n`);
  expect(vouchedFor(other, home, env)).toBe(false);
  symlinkSync(work, join(dirname(work), "link"));
  expect(viewTrust(join(dirname(work), "link"), home, env).state).toBe("trusted");
  for (const broken of ["", "[]", '{"version":2}', '{"version":1,"folders":[{}]}']) {
    writeFileSync(join(home, "trust.json"), broken);
    expect(vouchedFor(work, home, env)).toBe(false);
  }
});

test("ask > a folder cannot write to the terminal, and an answer that cannot be kept trusts nothing", () => {
  using ground = createGround();
  const { work, home, env, put, ask } = ground;
  put(".claw/settings.json", { hooks: hooks("true\u001b[2J\u202e\r\nTrust it? y") });
  writeFileSync(home, "no folder");
  const { said, on } = ask("y");
  expect(said.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  expect(said).toContain("true\\u{1b}[2J\\u{202e}\\u{d}⏎ Trust it? y");
  expect([on, said.includes("Nothing of this folder acts now."), vouchedFor(work, home, env)]).toEqual([true, true, false]);
  chmodSync(home, 0o600);
});
