import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClawError, definePlugin, type Json, type Loadable, type ToolResult } from "claw";
import { type Theme, Themes } from "claw/kit";
import { createHarness, type Harness, type HarnessOptions, pluginContract, toolContract } from "claw/testing";

/** Reads settings of its own, and has an option that sets one. */
const reader: Loadable = {
  name: "reader",
  version: "0.0.0",
  manifest: {
    api: 1,
    settings: ["outputStyle", "verbose", "apiKeys"],
    options: [{ name: "effort", value: "low|medium|high", summary: "x", sets: "effort", env: ["EFFORT"] }],
  },
  load: async () => ({ default: definePlugin({ setup: () => undefined }) }),
};
const harness = (given: Partial<HarnessOptions> = {}): Promise<Harness> =>
  createHarness({
    plugins: ["tool/config", "feature/workspace", "permission-mode/read-only", "permission-mode/workspace-write", reader],
    config: { permissionMode: "workspace-write" },
    ...given,
  });
const text = ({ content }: ToolResult): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");
const settings = (on: Harness): string => readFileSync(join(on.home, "settings.json"), "utf8");

pluginContract(import.meta.dir);
{
  await using on = await harness();
  toolContract(await on.host.get("tool", "Config"), {
    valid: [{ setting: "model" }, { setting: "model", value: "opus" }, { setting: "verbose", value: true }, { setting: "x", value: 1 }],
    invalid: [{}, { setting: "" }, { setting: "model", value: null }, { setting: "model", value: {} }],
  });
}

test("Config > sets the model for this session and the next, and leaves comments alone", async () => {
  await using on = await harness();
  const before = settings(on).replace("{", "{\n  // mine\n  ");
  writeFileSync(join(on.home, "settings.json"), before);
  const result = await on.call("Config", { setting: "model", value: "opus" });
  expect(text(result)).toBe(`model is now "opus", kept in ${on.home}/settings.json. It holds from the next step on.`);
  expect(result.details).toEqual({ success: true, operation: "set", setting: "model", previousValue: null, newValue: "opus" });
  expect(on.shell.selection.model).toBe("opus");
  expect(on.requests.at(-1)?.model.id).toBe("opus");
  expect(settings(on)).toContain("// mine");
  expect(Bun.JSONC.parse(settings(on))).toMatchObject({ model: "opus", permissionMode: "workspace-write" });
  const shown = await on.call("Config", { setting: "model" });
  expect(text(shown)).toBe(`model is "opus" (${on.home}/settings.json). In use now: opus.`);
  const same = await on.call("Config", { setting: "model", value: "opus" });
  expect(text(same)).toBe(`model was "opus" in ${on.home}/settings.json already. It holds from the next step on.`);
});

test("Config > only what is read by something is there, and only what is harmless", async () => {
  await using on = await harness();
  const unreadable = [
    "permissions",
    "permissionMode",
    "hooks",
    "plugins",
    "apiKeys",
    "env",
    "baseUrl",
    "provider",
    "store",
    "language",
    "__proto__",
    "x",
  ];
  const before = settings(on);
  for (const setting of unreadable) {
    for (const input of [{ setting }, { setting, value: "danger-full-access" }]) {
      const result = await on.call("Config", input);
      expect([setting, result.failed, text(result)]).toEqual([
        setting,
        true,
        expect.stringContaining("is no setting that can be read or changed here"),
      ]);
    }
  }
  expect(text(await on.call("Config", { setting: "nothing like it" }))).toContain(
    "Settings here: model, effort, outputStyle, verbose. Others only the user",
  );
  expect(text(await on.call("Config", { setting: "efort" }))).toContain('Did you mean "effort"?');
  expect(settings(on)).toBe(before);
});

test.each<[setting: string, value: Json, kept: Json]>([
  ["effort", "high", "high"],
  ["verbose", "true", true],
  ["verbose", false, false],
  ["outputStyle", " terse ", "terse"],
])("Config > %s = %j is kept as %j", async (setting, value, kept) => {
  await using on = await harness();
  expect(text(await on.call("Config", { setting, value }))).toEndWith("It holds from the next start of claw.");
  expect(JSON.parse(settings(on))).toMatchObject({ [setting]: kept });
  expect(text(await on.call("Config", { setting }))).toBe(`${setting} is ${JSON.stringify(kept)} (${on.home}/settings.json).`);
});

test.each<[setting: string, value: Json, reason: string]>([
  ["effort", "enormous", 'effort cannot be "enormous".\nIt is one of: low, medium, high.'],
  ["verbose", "often", 'verbose is true or false, not "often".'],
  ["outputStyle", "two\nlines", "It is one short line."],
  ["outputStyle", "x".repeat(201), "It is one short line."],
])("Config > %s = %j is refused", async (setting, value, reason) => {
  await using on = await harness();
  const before = settings(on);
  const result = await on.call("Config", { setting, value });
  expect([result.failed, text(result), settings(on)]).toEqual([true, expect.stringContaining(reason), before]);
});

test("Config > says when another layer wins", async () => {
  await using on = await harness({ env: { PATH: "", EFFORT: "low" } });
  expect(text(await on.call("Config", { setting: "effort" }))).toBe('effort is "low" (EFFORT).');
  expect(text(await on.call("Config", { setting: "effort", value: "high" }))).toEndWith('But EFFORT says "low", which wins at the next start.');
  expect(text(await on.call("Config", { setting: "effort" }))).toBe('effort is "low" (EFFORT).');
});

test("Config > a model that nobody has, or a file that is broken: nothing is kept and nothing changes", async () => {
  const picky = definePlugin({
    async setup({ contribute, get }) {
      contribute("provider", {
        name: "picky",
        models: async () => [],
        async resolve(name) {
          if (name === "gpt") throw new ClawError("CLAW_MODEL_UNKNOWN", "no model gpt", { hint: "Take opus." });
          return (await get("provider", "script")).resolve(name);
        },
        async *stream(request, signal) {
          yield* (await get("provider", "script")).stream(request, signal);
        },
      });
    },
  });
  const plugins = ["tool/config", "feature/workspace", "permission-mode/workspace-write", picky];
  await using on = await createHarness({ plugins, config: { permissionMode: "workspace-write", provider: "picky", model: "sonnet" } });
  const before = settings(on);
  const unknown = await on.call("Config", { setting: "model", value: "gpt" });
  expect([unknown.failed, text(unknown), settings(on)]).toEqual([true, "no model gpt\nTake opus.", before]);
  writeFileSync(join(on.home, "settings.json"), "{ broken");
  const broken = await on.call("Config", { setting: "model", value: "opus" });
  expect([broken.failed, text(broken), settings(on)]).toEqual([true, expect.stringContaining("was not saved"), "{ broken"]);
  expect(on.shell.selection.model).toBe("sonnet");
});

test("Config > a theme is one that there is, and holds at once", async () => {
  const chosen: string[] = [];
  const themes = definePlugin({
    setup({ provide }) {
      const theme = (name: string): Theme => ({ name, paint: (_, painted) => painted, sgr: () => ({ begin: "", end: "" }) });
      const named = ["dark", "light"].map((name) => ({ name, summary: name, source: "bundled" }));
      const choose = async (name: string): Promise<Theme> => {
        chosen.push(name);
        return theme(name);
      };
      provide(Themes, { current: theme("dark"), list: async () => named, choose });
    },
  });
  const owner: Loadable = { ...reader, name: "owner", manifest: { api: 1, settings: ["theme"] } };
  await using on = await harness({ plugins: ["tool/config", "feature/workspace", "permission-mode/workspace-write", owner, themes] });
  const unknown = await on.call("Config", { setting: "theme", value: "lihgt" });
  expect(text(unknown)).toBe('There is no theme "lihgt".\nDid you mean "light"?');
  expect(text(await on.call("Config", { setting: "theme", value: "light" }))).toEndWith("It holds from the next step on.");
  expect([chosen, JSON.parse(settings(on)).theme]).toEqual([["light"], "light"]);
});

test("Config > read-only shows settings and changes none", async () => {
  await using on = await harness({ config: { permissionMode: "read-only" } });
  expect((await on.call("Config", { setting: "model" })).failed ?? false).toBe(false);
  const refused = await on.call("Config", { setting: "model", value: "opus" });
  expect(text(refused)).toBe("tool 'Config' requires workspace-write permission; current mode is read-only");
});
