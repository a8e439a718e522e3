import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest, Setting } from "claw";
import * as v from "valibot";
import { type StoredLoadable, withIsolation } from "./isolate.ts";

const source = mkdtempSync(join(tmpdir(), "claw-isolate-"));
writeFileSync(join(source, "index.ts"), "");
afterAll(() => rmSync(source, { recursive: true, force: true }));

const config = v.strictObject({ word: v.optional(v.string()) });
const one = (more: Partial<StoredLoadable> = {}, manifest: object = {}): StoredLoadable => ({
  ...{ name: "one", version: "1.0.0", source, load: async () => ({ default: { config, setup() {} } }) },
  manifest: { api: 1, contributes: { tool: ["one_tool"] }, ...manifest } as Manifest,
  ...more,
});
const slice = (layer: Setting["source"], isolate: unknown, trusted = true, name = "one"): Setting => ({
  ...{ source: layer, origin: layer, trusted },
  value: { [name]: { isolate } },
});
const isolated = (plugin: StoredLoadable, layers: readonly Setting[] = []): boolean =>
  withIsolation([plugin], layers).plugins[0]?.manifest?.needs?.includes("claw.isolate@1") === true;

test("withIsolation > the slice decides before the store, that before the manifest; a project can only isolate", () => {
  const asks = { isolate: true };
  expect([isolated(one()), isolated(one({}, asks)), isolated(one({ isolated: false }, asks)), isolated(one({ isolated: true }))]).toEqual([
    ...[false, true, false, true],
  ]);
  expect([isolated(one({}, asks), [slice("user", false)]), isolated(one({ isolated: false }), [slice("user", true)])]).toEqual([false, true]);
  expect([isolated(one({}, asks), [slice("project", false)]), isolated(one(), [slice("project", true)])]).toEqual([true, true]);
  expect(isolated(one(), [slice("user", true), slice("local", false)])).toBe(true);
  expect([isolated(one(), [slice("project", true, false)]), isolated(one({}, asks), [slice("project", false, false)])]).toEqual([false, true]);
  expect(isolated(one({ asked: "./folder" }), [slice("user", true, true, "./folder")])).toBe(true);
});

test("withIsolation > what is isolated adds its tools and commands alone, and what is refused is said", () => {
  const manifest = {
    isolate: true,
    hooks: { permit: "normal" },
    provides: ["x@1"],
    contributes: { tool: ["a"], provider: ["b"] },
    activate: "start",
  };
  const { plugins, warnings } = withIsolation([one({}, manifest)], []);
  expect(plugins[0]?.manifest).toEqual({ api: 1, needs: ["claw.isolate@1"], contributes: { tool: ["a"] } });
  expect(warnings).toEqual([expect.stringContaining("is refused: provider, hook permit, service x@1")]);
});

test("withIsolation > what cannot be isolated is off, and never loaded instead", async () => {
  const { source: _, ...bundled } = one();
  for (const plugin of [one({ isolated: true, foreign: true }), one({}, { isolate: true, contributes: { provider: ["b"] } }), bundled]) {
    const [stand] = withIsolation([plugin], [slice("user", plugin === bundled)]).plugins;
    if (plugin !== bundled) expect(withIsolation([plugin], []).plugins[0]?.problem?.message).toContain("cannot be isolated");
    else await expect(stand?.load()).rejects.toThrow("it comes with claw");
  }
});

test("withIsolation > the key is taken out of the slice: it is not the plugin's own", async () => {
  const [plugin] = withIsolation([one({}, { isolate: true })], [slice("user", false)]).plugins;
  const schema = (await plugin?.load())?.default.config ?? v.never();
  expect(v.safeParse(schema, { isolate: false, word: "x" })).toMatchObject({ success: true, output: { word: "x" } });
  expect(v.safeParse(schema, { isolate: false, other: 1 }).success).toBe(false);
});
