import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";
import { setupOf } from "./setups.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/terminal-setup"] });
commandContract(await contract.host.get("command", "terminal-setup"), { valid: [[], ["apply"]], invalid: [["now"]] });

/** With a home of its own for the terminals' files too. */
async function start(
  env: Record<string, string>,
  answers?: readonly string[],
): Promise<{ harness: Harness; user: string; run(...words: string[]): Promise<string> }> {
  const scratch = await createHarness({ plugins: [] });
  const user = scratch.home;
  const harness = await createHarness({
    plugins: ["command/terminal-setup"],
    env: { HOME: user, TERM: "xterm-256color", ...env },
    ...(answers && { answers }),
  });
  const run = async (...words: string[]): Promise<string> => {
    const outcome = await harness.shell.run(await harness.host.get("command", "terminal-setup"), words);
    return outcome.kind === "done" ? (outcome.notice ?? "") : "";
  };
  return { harness, user, run };
}

test.each([
  [{ TERM: "xterm-kitty" }, "no"],
  [{ TERM_PROGRAM: "WezTerm" }, "no"],
  [{ TERM_PROGRAM: "Apple_Terminal" }, "yes"],
  [{ TERM: "xterm-256color" }, "unknown"],
  [{ TERM: "xterm-kitty", TMUX: "/tmp/x" }, "yes"],
] as const)("setupOf > %j needs a setting: %s", (env, needed) => {
  expect(setupOf(env).needed).toBe(needed);
});

test("terminal-setup > tmux: shown first, added when asked for, and only once", async () => {
  const { user, run } = await start({ TMUX: "/tmp/tmux" });
  const file = join(user, ".tmux.conf");
  writeFileSync(file, "set -g mouse on");
  expect(await run()).toContain("`claw terminal-setup apply` does it.");
  expect(readFileSync(file, "utf8")).toBe("set -g mouse on");
  expect(await run("apply")).toContain(`Added to ${file}:`);
  const after = readFileSync(file, "utf8");
  expect(after).toMatch(/^set -g mouse on\n# .*\nset -s extended-keys on\n/);
  expect(await run("apply")).toContain("says so");
  expect(readFileSync(file, "utf8")).toBe(after);
});

test("terminal-setup > VS Code: a person says yes or no; comments stay; a broken file is left alone", async () => {
  const { user, run, harness } = await start({ TERM_PROGRAM: "vscode" }, ["Leave it", "Add it", "Add it"]);
  const folder = join(user, ".config", "Code", "User");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "keybindings.json");
  writeFileSync(file, '// mine\n[\n  { "key": "ctrl+a", "command": "x" }\n]\n');
  expect(await run()).toContain("`claw terminal-setup apply`");
  expect(await run()).toContain(`Added to ${file}`);
  expect(harness.questions[0]?.text).toContain("workbench.action.terminal.sendSequence");
  const text = readFileSync(file, "utf8");
  expect(text).toStartWith("// mine\n");
  expect(Bun.JSONC.parse(text)).toMatchObject([{ key: "ctrl+a" }, { key: "shift+enter", args: { text: "\x1b\r" } }]);
  expect(await run()).toContain("says so");
  writeFileSync(file, "{ broken");
  await expect(run()).rejects.toMatchObject({ code: "CLAW_CONFIG_INVALID" });
  expect(readFileSync(file, "utf8")).toBe("{ broken");
});
