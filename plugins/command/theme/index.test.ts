import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Themes } from "claw/kit";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/theme", "feature/theme"] });
commandContract(await contract.host.get("command", "theme"), { valid: [[], ["dark"]], invalid: [["a", "b"], [""]] });

const start = () => createHarness({ plugins: ["command/theme", "feature/theme"], env: { TERM: "xterm-256color" }, answers: [] });

test("theme > lists what there is, and which one is in use", async () => {
  await using harness = await start();
  const outcome = await harness.shell.run(await harness.host.get("command", "theme"), []);
  expect(outcome).toMatchObject({ kind: "done", data: { current: "dark" } });
  expect(outcome.kind === "done" ? outcome.notice : "").toMatch(/^\* dark .*\n {2}light /);
});

test("theme > one by its name is used at once, and kept; none such changes nothing", async () => {
  await using harness = await start();
  const command = await harness.host.get("command", "theme");
  expect(await harness.shell.run(command, ["light"])).toMatchObject({ notice: "The theme is light from now on." });
  expect((await harness.host.use(Themes)).current.name).toBe("light");
  const settings = (): unknown => JSON.parse(readFileSync(join(harness.home, "settings.json"), "utf8")).theme;
  expect(settings()).toBe("light");
  await expect(harness.shell.run(command, ["lihgt"])).rejects.toMatchObject({ code: "CLAW_USAGE" });
  expect(settings()).toBe("light");
  expect(await harness.shell.run(command, ["auto"])).toMatchObject({ data: { theme: "auto", used: "dark" } });
  expect(settings()).toBe("auto");
});
