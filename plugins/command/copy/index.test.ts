import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "claw";
import { clipboardSequence } from "claw/kit";
import { commandContract, createHarness, pluginContract, says } from "claw/testing";
import { answers, lastCode } from "./run.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/copy"] });
commandContract(await contract.host.get("command", "copy"), { valid: [[], ["3"], ["code"]], invalid: [["0"], ["all"], ["1", "2"]] });

const said = (...texts: string[]): Message => ({ role: "assistant", content: texts.map((text) => ({ type: "text", text })) });

test("answers > the model's words only, and nothing for a message without any", () => {
  const call: Message = { role: "assistant", content: [{ type: "call", id: "1", tool: "x", input: {} }] };
  expect(answers([{ role: "user", content: [{ type: "text", text: "hi" }] }, said("a", "b"), call, said(" c\n")])).toEqual(["a\n\nb", "c"]);
});

test("lastCode > the last closed block, with what is fenced inside it", () => {
  const text = "```ts\none\n```\nwords\n````md\n```\ninner\n```\n````\n```\nopen";
  expect(lastCode([said(text), said("no code")])).toBe("```\ninner\n```");
  expect(lastCode([said("none")])).toBeUndefined();
});

test("copy > gives the answer that is meant to the system's program", async () => {
  await using harness = await createHarness({
    plugins: ["command/copy"],
    script: [says("first\nanswer"), says("second ✓")],
    files: { "bin/.keep": "" },
    env: { PATH: "/bin:/usr/bin" },
  });
  const bin = join(harness.workspace, "bin");
  const copied = join(harness.workspace, "copied");
  mkdirSync(bin, { recursive: true });
  for (const name of ["pbcopy", "wl-copy"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\ncat > '${copied}'\n`);
    chmodSync(join(bin, name), 0o755);
  }
  await harness.submit("one");
  await harness.submit("two");
  const command = await harness.host.get("command", "copy");
  const scoped = {
    ...command,
    run: (args: never, scope: never) => command.run(args, { ...(scope as object), env: { PATH: `${bin}:/bin:/usr/bin` } } as never),
  };
  expect(await harness.shell.run(scoped, [])).toMatchObject({ notice: "Copied 1 line." });
  expect(readFileSync(copied, "utf8")).toBe("second ✓");
  expect(await harness.shell.run(scoped, ["2"])).toMatchObject({ notice: "Copied 2 lines." });
  expect(readFileSync(copied, "utf8")).toBe("first\nanswer");
  await expect(harness.shell.run(scoped, ["3"])).rejects.toMatchObject({ code: "CLAW_USAGE" });
  await expect(harness.shell.run(scoped, ["code"])).rejects.toMatchObject({ code: "CLAW_USAGE" });
});

test("copy > without a program and without a terminal it says what to install", async () => {
  await using harness = await createHarness({ plugins: ["command/copy"], script: [says("x")], env: { PATH: "/nowhere" } });
  await harness.submit("one");
  await expect(harness.shell.run(await harness.host.get("command", "copy"), [])).rejects.toMatchObject({ code: "CLAW_TOOL_FAILED" });
  expect(existsSync(join(harness.workspace, "copied"))).toBe(false);
});

test("clipboardSequence > OSC 52 in base64, and none for what no terminal takes", () => {
  expect(clipboardSequence("hé")).toBe("\x1b]52;c;aMOp\x07");
  expect(clipboardSequence("x".repeat(100_001))).toBeUndefined();
});
