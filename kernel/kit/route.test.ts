import { expect, test } from "bun:test";
import { ClawError, type TurnScope } from "claw";
import { safeParse } from "valibot";
import { claimInput, refuseInput } from "./route.ts";

// Neither command looks at its scope.
const scope = {} as TurnScope;

test("refuseInput > becomes a command that takes any words and fails with the very error", async () => {
  const error = new ClawError("CLAW_USAGE", "no such agent");
  const route = refuseInput("agents", error);
  if (route.to !== "command") throw new Error("no command");
  expect(route.command).toMatchObject({ name: "agents", summary: "no such agent" });
  expect(route.words).toEqual([]);
  expect(safeParse(route.command.args, ["any", "words"])).toMatchObject({ success: true });
  expect(await route.command.run([], scope).catch((thrown: unknown) => thrown)).toBe(error);
});

test("refuseInput > a summary that is given stands for the message", () => {
  expect(refuseInput("review", new ClawError("CLAW_USAGE", "broken"), "Reviews a change")).toMatchObject({
    command: { summary: "Reviews a change" },
  });
});

test("claimInput > gives what the run gives", async () => {
  const route = claimInput("limits", "spent", async () => ({ kind: "exit", code: 5 }));
  if (route.to !== "command") throw new Error("no command");
  expect(await route.command.run([], scope)).toEqual({ kind: "exit", code: 5 });
});
