import { expect, test } from "bun:test";
import { definePlugin, type Json } from "claw";
import { calls, commandContract, createHarness, type Harness, type HarnessOptions, pluginContract, says } from "claw/testing";

const PLUGINS = [
  "command/context",
  "feature/memory-files",
  "feature/environment",
  "feature/system-prompt",
  "feature/workspace",
  "tool/read-file",
  "feature/ledger",
];
const harness = (options: Partial<HarnessOptions> = {}): Promise<Harness> => createHarness({ plugins: PLUGINS, ...options });
interface Part {
  readonly source: string;
  readonly name: string;
  readonly plugin: string | null;
  readonly bytes: number;
  readonly count?: number;
}
async function run(on: Harness) {
  const outcome = await on.shell.run(await on.host.get("command", "context"), []);
  if (outcome.kind !== "done") throw new Error(outcome.kind);
  return {
    notice: outcome.notice ?? "",
    data: outcome.data as { readonly [key: string]: Json } & { readonly sources: readonly Part[]; readonly plugins: readonly Json[] },
  };
}

pluginContract(import.meta.dir);
{
  await using on = await harness();
  commandContract(await on.host.get("command", "context"), { valid: [[]], invalid: [["x"]] });
}

test("context > every source with its size and plugin, before anything was said; nothing is sent", async () => {
  await using on = await harness({ files: { "CLAUDE.md": "word ".repeat(800), "AGENTS.md": "short" } });
  const { notice, data } = await run(on);
  expect(on.requests).toEqual([]);
  const found = data.sources.map(({ source, name, plugin }) => [source, name.replace(on.workspace, "W"), plugin].join(" "));
  expect(new Set(found)).toEqual(
    new Set([
      "system Environment @claw/feature-environment",
      "system Instructions @claw/feature-memory-files",
      "instructions W/CLAUDE.md @claw/feature-memory-files",
      "instructions W/AGENTS.md @claw/feature-memory-files",
      "system Prompt @claw/feature-system-prompt",
      "tools read_file @claw/tool-read-file",
    ]),
  );
  expect(data).toMatchObject({
    kind: "context",
    status: "ok",
    window_tokens: 200_000,
    reserved_tokens: 8_000,
    last_request_tokens: null,
    compacts_at_tokens: 152_000,
  });
  // The parts are all of the request.
  const { system } = await on.submit("hi").then(() => on.requests[0]!);
  const whole = data.sources.filter(({ source }) => source === "system" || source === "instructions").reduce((sum, { bytes }) => sum + bytes, 0);
  expect(whole).toBe(system.reduce((sum, part) => sum + Buffer.byteLength(part), 0));
  expect(notice).toMatch(/^Model .*: about [\d,]+ tokens would be sent of 200,000 \(1 %\)\n\[#+\.+-+\] {2}8,000 held back/);
  expect(notice).toMatch(/\nInstruction files +[\d,]+ +\d+ %\n {2}CLAUDE\.md +1,0\d\d +\d+ %\n {2}AGENTS\.md/);
  expect(notice).toMatch(/What each plugin costs in a request\n {2}@claw\/feature-memory-files +1,\d+ /);
});

test("context > messages by who said them, results by tool, and what the last request really took", async () => {
  const script = [calls("read_file", { path: "a.txt" }), calls("read_file", { path: "a.txt" }), says("done")];
  await using on = await harness({ files: { "a.txt": "x".repeat(3_000) }, script });
  await on.submit("read it");
  const { data } = await run(on);
  expect(data.sources.filter(({ source }) => source === "messages" || source === "results").map(({ name, count }) => [name, count])).toEqual([
    ["user", 1],
    ["calls", 2],
    ["assistant", 1],
    ["read_file", 2],
  ]);
  expect(data.sources.find(({ source }) => source === "results")?.bytes).toBeGreaterThan(3_000);
  expect(data["last_request_tokens"]).toBe(15);
});

test("context > a model that cannot be resolved has no window, and the rest is told", async () => {
  const lost = definePlugin({
    setup({ contribute }) {
      contribute("provider", {
        name: "lost",
        models: async () => [],
        resolve: () => Promise.reject(new Error("no key")),
        stream: () => Promise.reject(new Error("no")) as never,
      });
    },
  });
  await using on = await harness({ plugins: [...PLUGINS, lost], config: { provider: "lost", model: "big" } });
  const { notice, data } = await run(on);
  expect([data["model"], data["window_tokens"], data["free_tokens"]]).toEqual(["big", null, null]);
  expect(notice).toStartWith("Model big: about ");
});
