// The plugins in the binary, from what `bun run bundle` generates: each listed by its manifest, set up on first use.
import type { Loadable, Manifest, ToolSpec } from "claw";
import { version as own } from "../kernel/package.json" with { type: "json" };
import { code } from "./bundled.gen.ts";
import table from "./manifests.gen.json" with { type: "json" };
import { specs } from "./specs.gen.ts";

/** `version` is left out where it is claw's. */
type Listed = Readonly<{ version?: string; manifest: Manifest }>;
type Specs = Readonly<Record<string, Omit<ToolSpec, "name">>>;

/** In the order of their names. */
export const bundled: readonly Loadable[] = Object.entries(code).map(([name, load]) => {
  const { version = own, manifest } = (table as unknown as Readonly<Record<string, Listed>>)[name]!;
  const spec = specs[name];
  return { name, version, manifest, ...(spec !== undefined && { specs: async () => JSON.parse(spec) as Specs }), load };
});
