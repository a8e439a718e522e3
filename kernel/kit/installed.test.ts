import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installedPlugins, readStoreIndex } from "./installed.ts";
import type { StoredPlugin } from "./stored-loadable.ts";

const plugin = (name: string, more: object = {}): Partial<StoredPlugin> =>
  ({ name, version: "1.0.0", folder: `packages/${name}`, entry: "index.ts", enabled: true, manifest: { api: 1 }, ...more }) as Partial<StoredPlugin>;
function store(text: unknown): { readonly root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "claw-installed-"));
  mkdirSync(root, { recursive: true });
  for (const name of ["a", "b", "c", "d"]) {
    mkdirSync(join(root, "packages", name), { recursive: true });
    writeFileSync(join(root, "packages", name, "index.ts"), "");
  }
  writeFileSync(join(root, "index.json"), typeof text === "string" ? text : JSON.stringify(text));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}
const load = (): Promise<never> => Promise.reject(new Error("not in this test"));

test("installedPlugins > those that are on, none of their code loaded", () => {
  using at = store({ version: 1, claw: "1.0.0", plugins: [plugin("a"), plugin("b", { enabled: false }), plugin("c")] });
  expect(installedPlugins(at.root, load, "1.0.0")).toMatchObject([
    { name: "a", source: join(at.root, "packages/a"), manifest: { api: 1 } },
    { name: "c" },
  ]);
});

test("installedPlugins > after an update of claw each is judged again", () => {
  const plugins = [
    plugin("a", { engine: "^1.0.0" }),
    plugin("b", { manifest: { api: 2 } }),
    plugin("c", { manifest: { api: 1, nonsense: 1 } }),
    plugin("d"),
  ];
  using at = store({ version: 1, claw: "1.0.0", plugins });
  expect(installedPlugins(at.root, load, "1.0.0").map(({ problem }) => problem?.code)).toEqual([undefined, undefined, undefined, undefined]);
  const problems = installedPlugins(at.root, load, "2.0.0").map(({ problem }) => problem?.code);
  expect(problems).toEqual(["CLAW_PLUGIN_API_MISMATCH", "CLAW_PLUGIN_API_MISMATCH", "CLAW_MANIFEST_INVALID", undefined]);
});

test("installedPlugins > a store that is not there is empty; a broken index is one plugin with a problem", () => {
  expect(installedPlugins("/nowhere/at/all", load, "1.0.0")).toEqual([]);
  for (const broken of [
    "",
    "{",
    "[]",
    "null",
    '{"version":2,"plugins":[]}',
    { version: 1, plugins: [plugin("a", { folder: "../../evil" })] },
    { version: 1, plugins: [{}] },
  ]) {
    using at = store(broken);
    expect(installedPlugins(at.root, load, "1.0.0")).toMatchObject([{ problem: { code: "CLAW_CONFIG_INVALID" } }]);
    expect(() => readStoreIndex(at.root)).toThrow("is not an index of plugins");
  }
});

test("installedPlugins > one whose files are gone has a problem", () => {
  using at = store({ version: 1, claw: "1.0.0", plugins: [plugin("a"), plugin("gone")] });
  expect(installedPlugins(at.root, load, "1.0.0").map(({ problem }) => problem?.code)).toEqual([undefined, "CLAW_PLUGIN_LOAD_FAILED"]);
});
