import { expect, test } from "bun:test";
import type { Loadable, Manifest } from "claw";
import { capabilitiesOf, checkEngine, checkManifest, checkNeeds } from "./manifest.ts";

const plugin = (name: string, manifest: Omit<Manifest, "api">): Loadable => ({
  ...{ name, version: "1.0.0", manifest: { api: 1, ...manifest } },
  load: () => Promise.reject(new Error("not loaded here")),
});
const problems = (...plugins: readonly Loadable[]) => checkNeeds(plugins).map(({ problem }) => problem?.code);

test("checkNeeds > what can be served in any order is fine, the host's own services too", () => {
  const a = plugin("a", { needs: ["b@1", "claw.host@1"] });
  const b = plugin("b", { provides: ["b@1"], needs: ["c@1"] });
  const c = plugin("c", { provides: ["c@1"] });
  expect(problems(a, b, c)).toEqual([undefined, undefined, undefined]);
});

test("checkNeeds > a service that nobody provides, or only one that cannot work, is missing", () => {
  const a = plugin("a", { needs: ["b@1"] });
  const b = plugin("b", { provides: ["b@1"], needs: ["gone@1"] });
  expect(problems(a, b, plugin("c", {}))).toEqual(["CLAW_SERVICE_MISSING", "CLAW_SERVICE_MISSING", undefined]);
});

test("checkNeeds > a circle is named, and the rest goes on", async () => {
  const a = plugin("a", { provides: ["a@1"], needs: ["b@1"] });
  const b = plugin("b", { provides: ["b@1"], needs: ["a@1"] });
  expect(problems(a, b, plugin("c", {}))).toEqual(["CLAW_PLUGIN_CYCLE", "CLAW_PLUGIN_CYCLE", undefined]);
  await expect(checkNeeds([a, b])[0]?.load()).rejects.toMatchObject({ code: "CLAW_PLUGIN_CYCLE" });
});

test("checkManifest > names file and key, and another API", () => {
  expect(() => checkManifest({ api: 1, contributes: { tols: [] } }, "x", "/x/package.json")).toThrow(/\/x\/package\.json: claw\.contributes/);
  expect(() => checkManifest({ api: 7 }, "x", "/x/package.json")).toThrow("needs API 7; this is 1");
  expect(checkManifest({ api: 1, hooks: { draft: "late" } }, "x", "/x/package.json")).toEqual({ api: 1, hooks: { draft: "late" } });
});

test("capabilitiesOf > every way to write them comes to the same", () => {
  expect(capabilitiesOf({ capabilities: ["net", "fs"] })).toEqual({ fs: ["*"], net: ["*"] });
  expect(capabilitiesOf({ capabilities: { net: ["b.com", "a.com", "b.com"], model: true, exec: false } })).toEqual({
    model: ["*"],
    net: ["a.com", "b.com"],
  });
  expect(capabilitiesOf({})).toEqual({});
  expect(() => checkManifest({ api: 1, capabilities: { disk: true } }, "p", "x")).toThrow("capabilities");
});

test("checkEngine > a range of claw's versions", () => {
  for (const range of [undefined, ">=0.1.0", "^0.1.0", "*"]) expect(() => checkEngine(range, "p", "0.1.3")).not.toThrow();
  for (const range of [">=1", "nonsense", 3]) expect(() => checkEngine(range, "p", "0.1.3")).toThrow("plugin p is for claw");
});
