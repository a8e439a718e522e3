import { expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import { definePlugin, type Loadable } from "claw";
import { type GoOn, Interactive } from "claw/kit";
import { commandContract, createHarness, pluginContract } from "claw/testing";

pluginContract(import.meta.dir);
await using contract = await createHarness({ plugins: ["command/resume"] });
commandContract(await contract.host.get("command", "resume"), { valid: [[], ["latest"]], invalid: [["a", "b"]] });

/** Stands for the frontend that a person sits at. */
function seat(went: GoOn[]): Loadable {
  const plugin = definePlugin({
    setup({ provide }) {
      provide(Interactive, { goOn: (where) => void went.push(where), suggest: () => {} });
    },
  });
  return { name: "seat", version: "0.0.0", manifest: { api: 1, provides: ["claw.interactive@1"] }, load: async () => ({ default: plugin }) };
}
async function rig(answers?: readonly string[]) {
  const went: GoOn[] = [];
  const plugins = ["command/resume", "store/jsonl", "feature/slash", seat(went)];
  const harness = await createHarness({ plugins, config: { store: "jsonl" }, ...(answers && { answers }) });
  let ago = 30;
  const keep = async (text: string): Promise<string> => {
    const shell = await harness.host.open();
    await shell.submit({ text });
    await shell.close();
    // Two in one tick of the file system's clock would be equally old.
    const at = Date.now() / 1_000 - ago--;
    utimesSync(shell.session.path!, at, at);
    return shell.session.id;
  };
  return { harness, went, keep };
}

test("resume > a picked session, with what it is called and how old it is", async () => {
  const { harness, went, keep } = await rig([""]);
  await using _ = harness;
  const id = await keep("first of all");
  await harness.submit("mine");
  await harness.submit("/resume");
  expect(harness.questions[0]?.choices).toEqual([expect.stringMatching(new RegExp(`^first of all · just now · ${id.slice(0, 8)}$`))]);
  expect(went).toEqual([]);
});

test("resume > the picked one, a named one and the newest of the others", async () => {
  const { harness, went, keep } = await rig();
  await using _ = harness;
  const ids = [await keep("one"), await keep("two")];
  await harness.submit("mine");
  await harness.submit(`/resume ${ids[0]}`);
  await harness.submit("/resume latest");
  expect(went.map(({ ref }) => ids.findIndex((id) => ref?.includes(id)))).toEqual([0, 1]);
  await harness.submit(`/resume ${harness.shell.session.id}`);
  expect(went).toHaveLength(2);
  expect(await harness.submit("/resume ffffffff")).toMatchObject({ kind: "failed", error: { code: "CLAW_SESSION_MISSING" } });
});

test("resume > one that is open elsewhere is left to whoever has it; nobody to ask is a usage error", async () => {
  const { harness, went } = await rig();
  await using _ = harness;
  const other = await harness.host.open();
  await other.submit({ text: "held" });
  const outcome = await harness.submit(`/resume ${other.session.id}`);
  expect(outcome).toMatchObject({ kind: "failed", error: { message: expect.stringContaining(`in use by process ${process.pid}`) } });
  await other.close();
  const headless = await harness.host.open();
  expect(await headless.submit({ text: "/resume" })).toMatchObject({ kind: "failed", error: { code: "CLAW_USAGE" } });
  await headless.close();
  expect(went).toEqual([]);
});
