// Plugins that sleep until they are used: what wakes them, and where they stand then.
import { expect, test } from "bun:test";
import { defineCommand, definePlugin, defineTool, type Loadable, type Manifest } from "claw";
import { createHarness, type Harness, says } from "claw/testing";
import * as v from "valibot";

const sound: Loadable = {
  name: "sound",
  version: "1.0.0",
  manifest: { api: 1, contributes: { tool: ["look"] }, hooks: { draft: "normal" } },
  load: async () => ({
    default: definePlugin({
      setup({ contribute, hooks }) {
        hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "sound"] }));
        const run = async () => ({ content: [{ type: "text", text: "seen" }] as const });
        contribute(
          "tool",
          defineTool({ name: "look", description: "looks", input: v.strictObject({}), access: () => "read", subject: () => "", run }),
        );
      },
    }),
  }),
};
/** Sleeps until it is used: its part of the prompt says that it is awake. */
function sleeper(more: Omit<Manifest, "api"> = {}, broken = false): Loadable {
  const run = async () => ({ kind: "done" }) as const;
  const plugin = definePlugin({
    setup({ contribute, hooks }) {
      if (broken) throw new Error("it broke");
      contribute("command", defineCommand({ name: "wake", summary: "for tests", args: v.unknown(), run }));
      hooks.draft.tap((draft) => ({ ...draft, system: [...draft.system, "awake"] }));
    },
  });
  const hooks = { draft: "normal", callInput: "normal" } as const;
  const manifest: Manifest = { api: 1, activate: "use", contributes: { command: ["wake"] }, hooks, ...more };
  return { name: "sleeper", version: "1.0.0", manifest, load: async () => ({ default: plugin }) };
}
const stateOf = ({ host }: Harness) => host.plugins().find(({ name }) => name === "sleeper")?.state;
const prompts = ({ requests }: Harness) => requests.map(({ system }) => system);

test("use > hooks alone do not wake it; a contribution does, and its taps then have their rank", async () => {
  await using harness = await createHarness({ plugins: [sleeper(), sound], script: [says("a"), says("b")] });
  await harness.submit("one");
  expect(stateOf(harness)).toBe("listed");
  await harness.host.get("command", "wake");
  await harness.submit("two");
  expect(prompts(harness)).toEqual([["sound"], ["awake", "sound"]]);
});

test.each([
  ["an option of its own", { options: [{ name: "loud", summary: "s" }] }, { options: { loud: true } }],
  ["a setting of its own", { settings: ["volume"] }, { config: { volume: 3 } }],
  ["a slice", {}, { config: { plugins: { sleeper: {} } } }],
])("use > %s wakes it", async (_, manifest, given) => {
  await using harness = await createHarness({ plugins: [sleeper(manifest)], script: [says("a")], ...given });
  await harness.submit("one");
  expect(prompts(harness)).toEqual([["awake"]]);
});

test("use > one that is woken while the hook runs has its say from the next time, and nobody has it twice", async () => {
  const waker: Loadable = {
    name: "waker",
    version: "1.0.0",
    manifest: { api: 1, hooks: { draft: "normal" } },
    load: async () => ({
      default: definePlugin({
        setup: ({ get, hooks }) => {
          hooks.draft.tap(async (draft) => {
            await get("command", "wake");
            return { ...draft, system: [...draft.system, "waker"] };
          });
        },
      }),
    }),
  };
  await using harness = await createHarness({ plugins: [sleeper(), waker, sound], script: [says("a"), says("b")] });
  await harness.submit("one");
  await harness.submit("two");
  expect(prompts(harness)).toEqual([
    ["waker", "sound"],
    ["awake", "waker", "sound"],
  ]);
});

test("use > a session that is continued wakes it, and nothing does when it cannot be woken: then its gate denies", async () => {
  await using harness = await createHarness({ plugins: [sleeper()], script: [says("a"), says("b")] });
  await harness.submit("one");
  const again = await harness.host.open({ ref: harness.shell.session.id });
  await again.submit({ text: "two" });
  await again.close();
  expect(prompts(harness)).toEqual([[], ["awake"]]);
  const broken = sleeper({ options: [{ name: "loud", summary: "s" }] }, true);
  await using off = await createHarness({ plugins: [broken, sound], options: { loud: true } });
  expect(await off.call("look", {})).toMatchObject({
    failed: true,
    content: [{ text: expect.stringContaining("plugin sleeper failed in callInput") }],
  });
});
