import { expect, test } from "bun:test";
import type { EventMap, ToolResult } from "claw";
import { createHarness, type Harness, pluginContract, toolContract } from "claw/testing";

const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const harness = (): Promise<Harness> =>
  createHarness({ plugins: ["tool/send-user-message", "feature/workspace"], files: { "out/chart.png": PNG, "report.md": "x".repeat(1_234) } });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
const told = (on: Harness): string[] =>
  on.events.filter((event) => event.type === "notice.raised").map((event) => (event.data as EventMap["notice.raised"]).text);

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "SendUserMessage"), {
    valid: [{ message: "hi" }, { message: "hi", attachments: ["a.png"], status: "proactive" }],
    invalid: [{}, { message: " \n" }, { message: "x", status: "loud" }, { message: "x", attachments: [""] }, { message: "x", to: "me" }],
  });
}

test("SendUserMessage > goes by the name Brief too", async () => {
  await using on = await harness();
  expect((await on.host.get("tool", "Brief")).name).toBe("SendUserMessage");
});

test("SendUserMessage > the user is shown the message and what is attached", async () => {
  await using on = await harness();
  const result = await on.call("SendUserMessage", { message: "Look.", attachments: ["out/chart.png", "report.md"], status: "normal" });
  const shown = `Look.\n  picture ${on.workspace}/out/chart.png (8 bytes)\n  file ${on.workspace}/report.md (1.2 kB)`;
  expect(told(on)).toEqual([shown]);
  expect(text(result)).toBe("Shown to the user.");
  expect(result.details).toMatchObject({
    user_message: shown,
    message: "Look.",
    status: "normal",
    attachments: [
      { path: `${on.workspace}/out/chart.png`, size: 8, isImage: true },
      { path: `${on.workspace}/report.md`, size: 1_234, isImage: false },
    ],
    sentAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect((await on.call("SendUserMessage", { message: "Only words." })).details).toMatchObject({ attachments: null });
});

test.each([
  ["none.md", "none.md does not exist"],
  ["out", "out is no file"],
])("SendUserMessage > %s cannot be attached, and nothing is shown", async (path, reason) => {
  await using on = await harness();
  const result = await on.call("SendUserMessage", { message: "Look.", attachments: ["report.md", path] });
  expect([result.failed, text(result)]).toEqual([true, expect.stringContaining(reason)]);
  expect(text(result)).toContain("Correct attachments");
  expect(told(on)).toEqual([]);
});
