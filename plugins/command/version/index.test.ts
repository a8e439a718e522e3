import { expect, test } from "bun:test";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/version"] });
commandContract(await contract.host.get("command", "version"), { valid: [[]], invalid: [["x"]] });

test("version > tells claw's own version and what it runs on", async () => {
  await using harness = await createHarness({ plugins: ["command/version"] });
  const outcome = await harness.shell.run(await harness.host.get("command", "version"), []);
  const { version } = (await Bun.file(Bun.resolveSync("claw/package.json", import.meta.dir)).json()) as { version: string };
  const { platform, arch } = process;
  expect(outcome).toEqual({
    kind: "done",
    notice: `claw ${version}\nbun ${Bun.version}, ${platform} ${arch}\n`,
    data: {
      kind: "version",
      action: "show",
      status: "ok",
      name: "claw",
      version,
      bun: Bun.version,
      platform,
      arch,
      executable_path: process.execPath,
    },
  });
});
