import { describe, expect, test } from "bun:test";
import type { Manifest } from "claw";
import { HOST_OPTIONS } from "claw/kit";
import { commandContract, createHarness, pluginContract } from "claw/testing";
import { describeTopic, renderHelp, renderTopic, topics } from "./render.ts";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/help"] });
commandContract(await contract.host.get("command", "help"), { valid: [[], ["status"]], invalid: [["a", "b"]] });

const MANIFESTS: readonly Manifest[] = [
  {
    api: 1,
    contributes: {
      command: [
        { name: "status", summary: "Where we are", category: "Session", slash: true, shell: true },
        { name: "clear", aliases: ["new"], summary: "Starts anew", category: "session", usage: "[NAME]", slash: true },
        { name: "secret" },
      ],
    },
    options: [
      { name: "model", value: "M", summary: "Which model", env: ["CLAW_MODEL"], aliases: ["m"] },
      { name: "cwd", value: "X", summary: "declared again" },
    ],
  },
];

describe("help", () => {
  test("renderHelp > groups commands, lists options once, and ends with exit codes", () => {
    const text = renderHelp(MANIFESTS, HOST_OPTIONS);
    expect(text).toContain(["Session commands", "  /clear [NAME]  Starts anew", "  status         Where we are", ""].join("\n"));
    expect(text).toMatch(/^ {6}--model M +Which model \(also --m; or CLAW_MODEL\)$/m);
    expect(text).toMatch(/^ {2}-C, --cwd DIR +Work in this folder$/m);
    expect(text).not.toContain("declared again");
    expect(text).not.toContain("secret");
    expect(text.indexOf("Exit codes")).toBeGreaterThan(text.indexOf("Options"));
    expect(text.endsWith("\n")).toBe(true);
  });

  test.each([
    ["status", "claw status\n/status\n    Where we are\n"],
    ["/new", "/clear [NAME]\n    Starts anew\n    Also: new\n"],
    ["--model", "--model M\n    Which model (also --m; or CLAW_MODEL)\n    From the environment: CLAW_MODEL\n"],
    ["-C", "-C, --cwd DIR\n    Work in this folder\n"],
  ])("describeTopic > %s", (word, expected) => {
    const topic = describeTopic(word, MANIFESTS, HOST_OPTIONS);
    expect(topic === undefined ? undefined : renderTopic(topic)).toBe(expected);
  });

  test("topics > are all known", () => {
    for (const topic of topics(MANIFESTS, HOST_OPTIONS)) expect(describeTopic(topic, MANIFESTS, HOST_OPTIONS)).toBeDefined();
  });

  test("run > shows what is installed, and names the nearest of what is not", async () => {
    await using harness = await createHarness({ plugins: ["command/help", "command/status", "command/effort"] });
    const command = await harness.host.get("command", "help");
    const all = await harness.shell.run(command, []);
    expect(all).toMatchObject({
      kind: "done",
      notice: expect.stringMatching(/help \[TOPIC\][\s\S]*--effort low\|medium\|high/),
      data: { kind: "help", commands: [{ name: "effort" }, { name: "help" }, { name: "status" }] },
    });
    expect(await harness.shell.run(command, ["status"])).toMatchObject({ data: { kind: "help", topic: "status", command: "status" } });
    await expect(harness.shell.run(command, ["statsus"])).rejects.toMatchObject({
      code: "CLAW_USAGE",
      message: "no help for: statsus",
      info: { hint: 'Did you mean "status"?' },
    });
  });
});
