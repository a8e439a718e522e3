// `claw /NAME args` on the built binary for Markdown commands and skills of the user's own: one-shot without a terminal, a session on one.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { idle, sitDown, toldIn } from "../support/sitting.ts";

test("cli > a Markdown command and a skill by their slash door; what is neither names the nearest, and asks no model", async () => {
  await using at = await sitDown([{ text: "Greeted once." }, { text: "Greeted again." }, { text: "Skilled." }]);
  const claw = join(at.scratch.home, ".claw");
  at.scratch.put(join(claw, "commands", "greet.md"), "Say hello to $1, then to $2.\n");
  at.scratch.put(join(claw, "skills", "juggle", "SKILL.md"), "---\nname: juggle\ndescription: Juggles things\n---\nThrow and catch.\n");
  const greeted = await at.scratch.ask(["/greet", "Ann Lee", "Bo"]);
  expect(greeted).toMatchObject({ code: 0, out: "Greeted once.\n" });
  expect(toldIn(at.mock, 0)).toContain("Say hello to Ann Lee, then to Bo.");
  const seated = at.start(["/greet", "Cy", "Di"]);
  await seated.shows("Greeted again.");
  await seated.shows(idle);
  expect(toldIn(at.mock, 1)).toContain("Say hello to Cy, then to Di.");
  seated.write("\x04");
  expect(await seated.exited).toBe(0);
  expect(await at.scratch.ask(["/juggle three balls"])).toMatchObject({ code: 0, out: "Skilled.\n" });
  expect(toldIn(at.mock, 2)).toContain("Throw and catch.");
  expect(await at.scratch.ask(["/grete"])).toMatchObject({ code: 2, err: expect.stringContaining("unknown command: /grete") });
  expect(at.mock.requests).toHaveLength(3);
}, 60_000);
