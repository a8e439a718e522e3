import { expect, test } from "bun:test";
import type { PluginScope } from "claw";
import { calledHere, seated } from "./seat.ts";

const scope = (opened: boolean | undefined): Pick<PluginScope, "use"> => ({
  use: (async () => {
    if (opened === undefined) throw new Error("there is no screen");
    return { opened };
  }) as PluginScope["use"],
});

test("calledHere > with a slash where a person sits in a session, by name in a shell", async () => {
  expect(await calledHere("memory show FILE", scope(true))).toBe("/memory show FILE");
  expect(await calledHere("memory show FILE", scope(false))).toBe("claw memory show FILE");
  expect([await seated(scope(undefined)), await seated(scope(true))]).toEqual([false, true]);
});
