// The command with the real store.
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "claw";
import { commandContract, createHarness, type Harness, pluginContract } from "claw/testing";

const PLUGINS = ["command/trust", "feature/trust"];

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: PLUGINS });
commandContract(await contract.host.get("command", "trust"), {
  valid: [[], ["show"], ["list"], ["add"], ["remove"], ["show", "x"], ["add", "x"], ["remove", "x"]],
  invalid: [["x"], ["list", "x"], ["add", "a", "b"]],
});

async function said(kernel: Harness, ...words: readonly string[]) {
  const outcome = await kernel.shell.run(await kernel.host.get("command", "trust"), words);
  if (outcome.kind !== "done") throw new Error("not done");
  return { notice: outcome.notice ?? "", data: outcome.data as Record<string, Json> };
}

test("trust > shows what would act, trusts it, sees it change and forgets it", async () => {
  await using kernel = await createHarness({ plugins: PLUGINS, files: { ".git/HEAD": "", ".claw/settings.json": '{ "model": "a" }' } });
  expect((await said(kernel)).notice).toBe(
    `${kernel.workspace}: you were not asked yet, so none of this acts. It would\n  sets model: "a"  (.claw/settings.json)`,
  );
  expect((await said(kernel, "list")).notice).toBe("No folder was asked about.");
  expect((await said(kernel, "add")).data).toMatchObject({ state: "trusted" });
  expect((await said(kernel, "list")).data["folders"]).toMatchObject([{ folder: kernel.workspace, answer: "trusted" }]);
  writeFileSync(join(kernel.workspace, ".claw", "settings.json"), '{ "model": "b" }');
  expect((await said(kernel, "show")).data).toMatchObject({
    state: "changed",
    changes: [expect.stringContaining("+ "), expect.stringContaining("- "), "~ .claw/settings.json has changed"],
  });
  expect((await said(kernel, "remove")).data).toMatchObject({ removed: true });
  expect((await said(kernel, "remove")).data).toMatchObject({ removed: false });
  expect((await said(kernel, "show", ".git")).data).toMatchObject({ folder: join(kernel.workspace, ".git") });
  await expect(said(kernel, "show", "nowhere")).rejects.toMatchObject({ code: "CLAW_USAGE" });
});
