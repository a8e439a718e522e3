import { expect, test } from "bun:test";
import { defineCommand, definePlugin, type Loadable } from "claw";
import { createHarness, type Harness, pluginContract, says } from "claw/testing";
import * as v from "valibot";

pluginContract(import.meta.dir);

/** A command that tells its words, by both doors and an alias; and one that only a shell has. */
const told: Loadable = {
  name: "told",
  version: "0.0.0",
  manifest: {
    api: 1,
    contributes: {
      command: [
        { name: "tell", aliases: ["say"], slash: true, shell: true },
        { name: "shelled", shell: true },
      ],
    },
  },
  load: async () => ({
    default: definePlugin({
      setup({ contribute }) {
        const args = v.array(v.string());
        const run = async (words: string[]) => ({ kind: "done", notice: JSON.stringify(words) }) as const;
        contribute("command", defineCommand({ name: "tell", summary: "Tells its words", args, run }));
        contribute("command", defineCommand({ name: "shelled", summary: "Has no slash door", args, run }));
      },
    }),
  }),
};

async function submit(text: string): Promise<{ notices: string[]; requests: number }> {
  await using harness: Harness = await createHarness({ plugins: ["feature/slash", told], script: [says("from the model")], answers: [] });
  expect(await harness.submit(text)).toEqual({ kind: "completed" });
  const notices = harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  return { notices, requests: harness.requests.length };
}

test.each([
  ["/tell", "[]"],
  ["/tell a  b", '["a","b"]'],
  ['/tell "a b" c', '["a b","c"]'],
  ["/tell a\nb", '["a","b"]'],
  ["/say it", '["it"]'],
  ["/TELL it", '["it"]'],
])("slash > %j runs the command with its words", async (text, words) => {
  expect(await submit(text)).toEqual({ notices: [words], requests: 0 });
});

test.each([
  ["/tel", 'Unknown command: /tel. Did you mean "/tell"?'],
  ["/frobnicate now", "Unknown command: /frobnicate. /help lists all."],
  ["/shelled", "Unknown command: /shelled. /help lists all."],
])("slash > %j is answered without a request", async (text, notice) => {
  expect(await submit(text)).toEqual({ notices: [notice], requests: 0 });
});

test("slash > where nobody can be asked, an unknown command fails the run, and nothing is sent", async () => {
  await using harness: Harness = await createHarness({ plugins: ["feature/slash", told], script: [says("from the model")] });
  const hint = 'Did you mean "/tell"?';
  expect(await harness.submit("/tel")).toMatchObject({
    kind: "failed",
    error: { code: "CLAW_USAGE", message: "unknown command: /tel", info: { hint } },
  });
  expect(harness.requests).toHaveLength(0);
});

test.each(["/usr/bin/env is what?", "what is /tell?", " /tell", "/", "//tell", "/1"])("slash > %j is a prompt", async (text) => {
  expect(await submit(text)).toEqual({ notices: [], requests: 1 });
});

test("slash > did-you-mean knows Markdown commands and skills too", async () => {
  const plugins = ["feature/slash", "feature/prompt-commands", "feature/skills", "feature/processes", "feature/workspace", told];
  await using harness = await createHarness({ plugins, script: [says("from the model")], answers: [] });
  for (const name of ["/reveiw", "/security-revew", "/authoring-a-skil", "/tel"]) await harness.submit(name);
  const notices = harness.events.flatMap((event) => (event.type === "notice.raised" ? [event.data.text] : []));
  expect(notices.map((text) => /Did you mean "([^"]+)"/.exec(text)?.[1])).toEqual(["/review", "/security-review", "/authoring-a-skill", "/tell"]);
  expect(harness.requests).toHaveLength(0);
});
