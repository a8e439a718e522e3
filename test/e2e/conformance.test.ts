// What `claw` promises from outside about files, settings, tools, modes, hooks and packages, told as tables and run on the built binary.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { call, type Reply } from "../mock/reply.ts";
import { createScratch, type Scratch } from "../support/binary.ts";

const LIMIT = 120_000;
const write = call("write_file", { path: "w.txt", content: "x" });

interface Result {
  readonly session_id: string;
  readonly tool_results: readonly { readonly output: string; readonly is_error: boolean }[];
  readonly error?: { readonly kind: string; readonly message: string; readonly hint?: string };
}
interface Went {
  readonly code: number;
  readonly result: Result;
  readonly requests: readonly { readonly model: string; readonly messages: readonly unknown[] }[];
  readonly outputs: readonly string[];
}

async function go(at: Scratch, replies: readonly Reply[], words: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Went> {
  const mock = at.serve({ replies: [...replies, { text: "done" }], repeat: true });
  const { out, code } = await at.ask(["-p", "go", "--output-format", "json", ...words], { env });
  const result = JSON.parse(out) as Result;
  const requests = mock.requests.map(({ body }) => body as Went["requests"][number]);
  return { code, result, requests, outputs: result.tool_results.map(({ output }) => output) };
}
const settings = (at: Scratch): string => join(at.home, ".claw", "settings.json");

describe("files", () => {
  test(
    "the home is private, wherever a variable puts it, and a run that sent nothing writes none",
    async () => {
      for (const [variable, below] of [
        ["CLAW_CONFIG_HOME", ""],
        ["XDG_CONFIG_HOME", "claw"],
        [undefined, ".claw"],
      ] as const) {
        await using at = await createScratch();
        const place = variable === undefined ? at.home : join(at.home, "else");
        const env = variable === undefined ? {} : { [variable]: place };
        expect((await at.run(["-p", "hi"], { env })).code).toBe(3);
        expect(readdirSync(at.home)).toEqual([]);
        const { result } = await go(at, [{ text: "hi" }], [], env);
        const home = join(place, below);
        expect(statSync(home).mode & 0o777).toBe(0o700);
        const sessions = join(home, "sessions");
        const [slug = ""] = readdirSync(sessions).filter((name) => !name.startsWith("."));
        expect(statSync(join(sessions, slug, `${result.session_id}.jsonl`)).mode & 0o777).toBe(0o600);
      }
    },
    LIMIT,
  );

  test(
    "settings: each layer wins over the one before it",
    async () => {
      await using at = await createScratch();
      const layers: readonly (readonly [model: string, lay: () => void, words?: readonly string[], env?: Readonly<Record<string, string>>])[] = [
        ["claude-user", () => at.settings('// mine\n{ "model": "claude-user", }')],
        ["claude-project", () => at.put(join(at.work, ".claw/settings.json"), { model: "claude-project" })],
        ["claude-local", () => at.put(join(at.work, ".claw/settings.local.json"), { model: "claude-local" })],
        ["claude-env", () => {}, [], { CLAW_MODEL: "claude-env" }],
        ["claude-given", () => {}, ["--settings", '{"model":"claude-given"}'], { CLAW_MODEL: "claude-env" }],
        ["claude-flag", () => {}, ["--settings", '{"model":"claude-given"}', "--model", "claude-flag"], { CLAW_MODEL: "claude-env" }],
      ];
      for (const [model, lay, words = [], env] of layers) {
        lay();
        expect((await go(at, [{ text: "hi" }], ["--trust", ...words], env)).requests[0]?.model).toBe(model);
      }
    },
    LIMIT,
  );

  test.each<[what: string, text: string, says: string]>([
    ["a wrong type", '{\n  // c\n  "model": 5\n}', "settings.json:3: model"],
    ["a wrong type further in", '{\n  "permissions": {\n    "allow": "Bash"\n  }\n}', "settings.json:3: permissions.allow"],
    ["what is not JSON", '{ "model": ', "settings.json:1: not valid JSON"],
    ["a mode that is none", '{"permissionMode":"rea-only"}', "settings.json:1: permissionMode"],
  ])(
    "settings: %s is an error that names file, line and key",
    async (_, text, says) => {
      await using at = await createScratch();
      at.settings(text);
      const { code, result } = await go(at, []);
      expect([code, result.error?.message]).toEqual([3, expect.stringContaining(says)]);
    },
    LIMIT,
  );

  test(
    "settings: an unknown key is warned of with the nearest, also where it is explained",
    async () => {
      await using at = await createScratch();
      at.settings('{\n  "modle": "opus"\n}');
      for (const words of [["config"], ["config", "explain", "modle"]])
        expect((await at.run(words)).out).toContain('settings.json:2: unknown key "modle". Did you mean "model"?');
    },
    LIMIT,
  );

  test(
    "settings: the only key goes with the comma behind it",
    async () => {
      await using at = await createScratch();
      at.settings('// mine\n{ "model": "opus", }');
      expect((await at.run(["config", "unset", "model"])).code).toBe(0);
      expect(Bun.JSONC.parse(readFileSync(settings(at), "utf8"))).toEqual({});
      expect((await at.run(["config", "set", "model", "sonnet"])).code).toBe(0);
    },
    LIMIT,
  );

  test(
    "settings: `env` reaches commands, from trusted layers only",
    async () => {
      await using at = await createScratch();
      at.settings({ env: { CONFORMS: "yes", COUNT: 2 } });
      at.put(join(at.work, ".claw/settings.json"), { env: { CONFORMS: "no" } });
      const echo = call("bash", { command: "echo $CONFORMS-$COUNT" });
      expect((await go(at, [echo])).outputs).toEqual(["yes-2"]);
      expect((await go(at, [echo], ["--trust"])).outputs).toEqual(["no-2"]);
      expect((await at.run(["config"])).out).not.toContain("unknown key");
    },
    LIMIT,
  );

  test(
    "Claude Code's settings: rules and variables count, below claw's own; a folder's only tighten before it is trusted",
    async () => {
      await using at = await createScratch();
      at.put(join(at.home, ".claude/settings.json"), {
        permissions: { deny: ["Write"], allow: ["REPL"] },
        env: { FROM: "theirs" },
        model: "nobody's",
      });
      const repl = call("REPL", { language: "bash", code: "echo $FROM" });
      const first = await go(at, [write, repl]);
      expect(first.outputs).toEqual(["Permission to use write_file has been denied by rule 'Write'", expect.stringContaining("theirs")]);
      expect((await go(at, [write], ["--bare"])).result.tool_results[0]?.is_error).toBe(false);
      at.put(join(at.work, ".claude/settings.json"), { permissions: { deny: ["Read"], allow: ["RemoteTrigger"], defaultMode: "allow" } });
      at.put(join(at.work, "a.txt"), "a");
      const calls = [call("read_file", { path: "a.txt" }), call("RemoteTrigger", { url: "http://127.0.0.1:1/" })];
      const closed = (await go(at, calls)).outputs;
      expect(closed[0]).toContain("denied by rule 'Read'");
      expect(closed[1]).toContain("requires approval");
      expect((await go(at, calls, ["--trust"])).outputs[1]).not.toContain("requires approval");
      at.settings({ env: { FROM: "ours" } });
      expect((await go(at, [repl])).outputs[0]).toContain("ours");
    },
    LIMIT,
  );
});

describe("modes", () => {
  test.each<[mode: string, says: string | undefined]>([
    ["read-only", "tool 'write_file' requires workspace-write permission; current mode is read-only"],
    ["plan", "tool 'write_file' requires workspace-write permission; current mode is plan"],
    ["prompt", "tool 'write_file' requires approval to escalate from prompt to workspace-write; nobody can be asked, so it was refused"],
    ...["workspace-write", "danger-full-access", "allow", "accept-edits", "default", "acceptEdits", "dontAsk", "bypassPermissions", "auto"].map(
      (mode): [string, undefined] => [mode, undefined],
    ),
  ])(
    "%s and a write",
    async (mode, says) => {
      await using at = await createScratch();
      const { code, result } = await go(at, [write], ["--permission-mode", mode]);
      const [done] = result.tool_results;
      expect([code, done?.is_error, says ?? done?.output]).toEqual([0, says !== undefined, done?.output]);
    },
    LIMIT,
  );
});

describe("packages and words", () => {
  test(
    "an agent of a plugin answers to its own name and to the plugin's with it",
    async () => {
      await using at = await createScratch();
      at.put(join(at.work, "cp/.claude-plugin/plugin.json"), { name: "cp", version: "1.0.0", description: "c" });
      at.put(join(at.work, "cp/agents/ca.md"), "---\nname: ca\ndescription: CA\n---\nYou are it.");
      const ask = (name: string): Reply => call("Agent", { description: "d", prompt: "p", subagent_type: name });
      const { outputs } = await go(at, [ask("cp:ca"), { text: "one" }, ask("ca"), { text: "two" }], ["--plugin-dir", "cp"]);
      expect(outputs).toEqual(["one", "two"]);
    },
    LIMIT,
  );

  test(
    "an unknown slash command is a usage error where nobody sits, and nothing is sent",
    async () => {
      await using at = await createScratch();
      const mock = at.serve({ replies: [{ text: "hi" }] });
      const { code, out, err } = await at.ask(["-p", "/statsu"]);
      expect([code, out, mock.requests.length]).toEqual([2, "", 0]);
      expect(err).toContain("unknown command: /statsu");
      expect(err).toContain('Did you mean "/status"?');
    },
    LIMIT,
  );
});
