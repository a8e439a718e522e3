// What is shown of messages in the user's name (what the person said, and nothing that claw told the model in their place), and of failures.
import { expect, test } from "bun:test";
import { ended, events, type Given, shown, turn } from "./testing/shown.ts";

const message = (...content: readonly ({ text: string } | { mediaType: string })[]): Given => [
  "message.added",
  {
    message: {
      role: "user",
      content: content.map((block) => ("text" in block ? { type: "text", ...block } : { type: "image", base64: "", ...block })),
    },
  },
];
const reminder = { text: "<system-reminder>\nTask t1 ended.\n</system-reminder>" };

test("message.added > a reminder beside an input or by itself is not the person's", async () => {
  const all = events(turn, message({ text: "do it" }), message(reminder), message({ text: "<note>\nNew skills.\n</note>" }), ended());
  expect(await shown(all)).toBe("> do it\n");
  expect(await shown(events(message({ text: "<shell-line>\n$ ls\n</shell-line>" }, { text: "steered" }, reminder)))).toBe("> steered\n");
});

test("message.added > images are named where no words stand for them", async () => {
  const image = { mediaType: "image/png" };
  expect(await shown(events(message({ text: "[Image #1] what is it" }, image)))).toBe("> [Image #1] what is it\n");
  expect(await shown(events(message({ text: "look" }, image, image)))).toBe("> look\n  [image: image/png]\n  [image: image/png]\n");
  expect(await shown(events(message(image)))).toBe("> [image: image/png]\n");
});

test("error.raised > words are wrapped, not cut", async () => {
  const hint = `hint ${"word ".repeat(30)}`.trim();
  const lines = (await shown(events(["error.raised", { code: "CLAW_BUG", message: "it broke", hint }]))).trimEnd().split("\n");
  expect([lines[0], lines.slice(1).join(" ")]).toEqual(["error: it broke", `hint: ${hint}`]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
});
