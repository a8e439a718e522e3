import { expect, test } from "bun:test";
import type { PluginStatus } from "claw";
import { slashDoors, slashInput, withArguments } from "./prompts.ts";

test.each([
  ["/fix", { name: "fix", rest: "" }],
  ["/git:push  a b\nc ", { name: "git:push", rest: "a b\nc" }],
  ["/usr/bin is what?", undefined],
  ["fix /it", undefined],
  ["//x", undefined],
])("slashInput > %j", (text, expected) => {
  expect(slashInput(text)).toEqual(expected as ReturnType<typeof slashInput>);
});

test.each([
  ["Do $1 with $2, not $10: $ARGUMENTS.", '"a b" c', 'Do a b with c, not $10: "a b" c.'],
  ["Do $1.", "", "Do ."],
  ["Do $1.", "$2 $ARGUMENTS", "Do $2."],
  ["Do it.", "all of it", "Do it.\n\nARGUMENTS: all of it"],
  ["Cost $ARGUMENTS_X", "a", "Cost $ARGUMENTS_X\n\nARGUMENTS: a"],
  ["Do it.\n", "", "Do it.\n"],
])("withArguments > %j with %j", (text, args, expected) => {
  expect(withArguments(text, args)).toBe(expected);
});

test("slashDoors > names and aliases with a slash door, no others", () => {
  const command = [{ name: "Tell", aliases: ["say"], slash: true }, { name: "shelled", shell: true }, "bare"];
  const plugin: PluginStatus = { name: "x", version: "1.0.0", source: "bundled", state: "listed", manifest: { api: 1, contributes: { command } } };
  expect([...slashDoors([plugin])]).toEqual(["tell", "say"]);
});
