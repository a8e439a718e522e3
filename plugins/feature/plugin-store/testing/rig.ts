// A kernel with the store, its registry, and packages good and bad, for the store's tests.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TurnScope } from "claw";
import { type ListedPlugin, PluginStore } from "claw/kit";
import { createHarness, type Harness } from "claw/testing";
import { createRegistry, type Entry, type Registry, type Release } from "./registry.ts";

export interface Rig extends AsyncDisposable {
  readonly kernel: Harness;
  readonly store: PluginStore;
  readonly registry: Registry;
  /** The user's store. */
  readonly root: string;
  readonly scope: TurnScope;
  /** Stages and installs, as one who agrees. */
  add(source: string, level?: "user" | "project"): Promise<ListedPlugin>;
  /** Writes into the workspace. */
  write(files: Readonly<Record<string, string>>): void;
}

export const CODE = "export default { setup() {} };";
export const pack = (name: string, version: string, claw: object | null = {}, more: object = {}) => ({
  ...{ name, version, exports: "./index.ts", ...more },
  ...(claw && { claw: { api: 1, ...claw } }),
});
export const release = (name: string, version: string, claw: object | null = {}, more: object = {}): Release => ({
  pack: pack(name, version, claw, more),
  files: { "index.ts": CODE },
});
/** What an honest tarball has. */
export function entries(manifest: object): Entry[] {
  return [
    { name: "package/package.json", text: JSON.stringify(manifest) },
    { name: "package/index.ts", text: CODE },
  ];
}

/** `slice` is the store's config. */
export async function createRig(slice: object = {}): Promise<Rig> {
  const registry = createRegistry();
  const kernel = await createHarness({
    plugins: ["feature/plugin-store", "feature/processes", "feature/workspace"],
    config: { plugins: { "@claw/feature-plugin-store": { trial: false, ...slice } } },
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", BUN_CONFIG_REGISTRY: registry.url },
  });
  const scope = { ...kernel.host, session: kernel.shell.session, signal: new AbortController().signal } as unknown as TurnScope;
  const store = await kernel.host.use(PluginStore);
  return {
    ...{ kernel, store, registry, scope, root: join(kernel.home, "plugins") },
    async add(source, level = "user") {
      await using staged = await store.stage(source, level, scope);
      const [added] = await store.install([staged], scope);
      if (added === undefined) throw new Error(`${source} was not added`);
      return added;
    },
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(kernel.workspace, path)), { recursive: true });
        writeFileSync(join(kernel.workspace, path), text);
      }
    },
    async [Symbol.asyncDispose]() {
      await kernel[Symbol.asyncDispose]();
      await registry.stop();
    },
  };
}
