// The plugins in the binary, from what `bun run bundle` generates: each listed by its manifest, imported on first use.
import type { Loadable, Manifest, ToolSpec } from "claw";
import { code } from "./bundled.gen.ts";
import table from "./manifests.gen.json" with { type: "json" };

type Listed = Readonly<{ version: string; tools: number; manifest: Manifest }>;
type Specs = Readonly<Record<string, Omit<ToolSpec, "name">>>;

/** In the order of their names. */
export const bundled: readonly Loadable[] = Object.entries(code).map(([name, load]) => {
  const { version, tools, manifest } = (table as unknown as Readonly<Record<string, Listed>>)[name]!;
  return { name, version, manifest, ...(tools > 0 && { specs: () => specsOf(name) }), load };
});

// --- internal ---

async function specsOf(name: string): Promise<Specs | undefined> {
  const { default: specs } = await import("./specs.gen.json");
  return (specs as unknown as Readonly<Record<string, Specs>>)[name];
}
